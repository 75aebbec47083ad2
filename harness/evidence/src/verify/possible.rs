//! What can have been seen at all of what was expected, whatever it comes to.

use crate::{
    Reason, ReasonCode, Refusal, Table,
    judge::{Check, Expectation, Neighbour, Observation, Sequence, SequenceSeen},
};

/// Why nobody can have seen this when the check was tried.
pub(super) fn impossible(check: &Check, seen: &Observation) -> Option<&'static str> {
    let makes_pgtap = matches!(&check.expectation, Expectation::Tap(tap) if !tap.from_baseline);
    let prepares = check.given.is_some() || check.role.is_some() || !check.settings.is_empty() || makes_pgtap;
    match (&check.expectation, seen) {
        (_, Observation::Broken { reason }) => {
            (!reason.code.is_breakage()).then_some("something by which nothing breaks")
        }
        (Expectation::Rejects(_) | Expectation::Accepts(_), Observation::TooLarge { .. }) => Some("rows of a write"),
        (Expectation::Catalog(_) | Expectation::Changes(_), Observation::TooLarge { .. }) => Some("rows of a catalog"),
        (_, Observation::TooLarge { reason }) => small(reason),
        (_, Observation::NotApplicable { .. }) => None,
        (Expectation::Rollback(_), Observation::SetupFailed { .. }) => Some("a preparation that it has not"),
        (_, Observation::SetupFailed { .. }) => (!prepares).then_some("a preparation that it has not"),
        (Expectation::Rows(expected), Observation::Rows(seen)) => {
            let counted = u8::from(seen.examined.is_some()) + u8::from(seen.error.is_some());
            match &seen.table {
                None => {
                    (seen.error.is_none() || seen.examined.is_some()).then_some("neither rows nor why there are none")
                }
                Some(table) => misshapen(table).or((counted != u8::from(expected.examined.is_some()))
                    .then_some("a count that it does not ask for, or none")),
            }
        }
        (Expectation::Violations(_), Observation::Violations(seen)) => {
            misshapen(&seen.violations)
                .or((seen.error.is_some() && seen.examined > 0).then_some("a count by a query that was refused"))
        }
        (Expectation::Rejects(expected), Observation::Rejects(seen)) => {
            let outcomes = u8::from(seen.neighbour_refused.is_some()) + u8::from(seen.neighbour_affected.is_some());
            let wanted = u8::from(!matches!(expected.neighbour, Neighbour::None(_)));
            (outcomes != wanted).then_some("a neighbour that was both accepted and refused, or neither")
        }
        (Expectation::Accepts(_), Observation::Accepts(seen)) => {
            (seen.refused.is_some() && seen.affected > 0).then_some("rows of a write that was refused")
        }
        (Expectation::Sequence(expected), Observation::Sequence(seen)) => impossible_steps(expected, seen),
        (Expectation::Plan(_), Observation::Plan(seen)) => {
            (seen.error.is_some() && !seen.lines.is_empty()).then_some("the plan of a query that was refused")
        }
        (Expectation::Catalog(expected), Observation::Catalog(seen)) => {
            let declared = expected.declared();
            let is_declared = |key: &String| declared.iter().any(|(declared, _)| declared == key);
            let is_asked = seen.objects.keys().eq(expected.objects.keys())
                && seen.objects.iter().all(|(key, object)| object.expected.is_some() == is_declared(key));
            (!is_asked).then_some("other objects than it asks for")
        }
        (Expectation::Changes(expected), Observation::Changes(seen)) => {
            let declared: std::collections::BTreeSet<String> =
                expected.declared().into_iter().map(|(key, _)| key).collect();
            (!seen.normalised.keys().eq(&declared)).then_some("other definitions than it declares")
        }
        (Expectation::Unchanged(expected), Observation::Unchanged(seen)) => match &seen.rows_before {
            None => (!seen.changes.is_empty()).then_some("changes of rows that nobody had read"),
            Some(rows) => {
                let is_asked = rows.keys().all(|table| expected.tables.contains(table))
                    && expected.tables.iter().all(|table| rows.contains_key(table));
                (!is_asked).then_some("the rows of other tables than it asks for")
            }
        },
        (Expectation::Tap(expected), Observation::Tap(seen)) => {
            let is_line = |line: &String| !line.contains('\n');
            let is_of_the_file =
                |(line, _): &(u32, Refusal)| (1..=expected.sql.lines().count()).contains(&(*line as usize));
            if !seen.lines.iter().all(is_line) {
                Some("lines that are several")
            } else {
                (!seen.refused.iter().all(is_of_the_file)).then_some("a refused statement that the file does not hold")
            }
        }
        (Expectation::Rollback(claim), Observation::Rollback(seen)) => {
            let walked = seen.steps.split_last().is_none_or(|(last, before)| {
                before.iter().all(|step| step.ended_well(claim))
                    && (seen.steps.len() == seen.planned || !last.ended_well(claim))
            });
            (!walked || seen.steps.is_empty()).then_some("steps after one that did not end well, or too few")
        }
        _ => Some("something of another kind"),
    }
}

/// Why nobody can have seen this when steps were tried.
pub(super) fn impossible_of_steps(steps: &Sequence, seen: &Observation) -> Option<&'static str> {
    match seen {
        Observation::Broken { reason } => (!reason.code.is_breakage()).then_some("something by which nothing breaks"),
        Observation::TooLarge { reason } => small(reason),
        Observation::Sequence(seen) => impossible_steps(steps, seen),
        _ => Some("something of another kind"),
    }
}

/// Why a reason says of nothing that it is too large.
fn small(reason: &Reason) -> Option<&'static str> {
    (reason.code != ReasonCode::TooLarge).then_some("something that is too large for another reason")
}

fn impossible_steps(expected: &Sequence, seen: &SequenceSeen) -> Option<&'static str> {
    let ill = |index: usize| expected.steps[index].judge(&seen.steps[index]).is_some();
    let count = seen.steps.len();
    if count > expected.steps.len() || count == 0 {
        return Some("other steps than it has");
    }
    let apart = expected.names_sessions();
    for (index, step) in seen.steps.iter().enumerate() {
        if let Some(why) = misshapen(&step.table) {
            return Some(why);
        }
        if (step.refused.is_some() || step.still_waiting) && (step.affected > 0 || !step.table.rows.is_empty()) {
            return Some("rows of a step that was refused or not yet ended");
        }
        if !apart && (step.still_waiting || !step.blocked_by.is_empty()) {
            return Some("a step that waits for another session where there is none");
        }
        if !apart && index + 1 < count && ill(index) {
            return Some("steps after one that did not end as it says");
        }
    }
    let ended_ill = (0..count).any(ill) || seen.steps.iter().any(|step| step.still_waiting);
    (count < expected.steps.len() && !ended_ill).then_some("fewer steps than it has")
}

/// Why no query gives these rows.
fn misshapen(table: &Table) -> Option<&'static str> {
    let fits = table.rows.iter().all(|row| row.len() == table.columns.len());
    (!fits).then_some("rows that have other columns than their table")
}
