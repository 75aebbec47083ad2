//! What a check met that did not pass, part by part, in plain text: for every report that is no page.

use phasegate_evidence::{
    ApplyFailure, Definition, Difference, Refusal, Table,
    judge::{CatalogSeen, Changes, ChangesSeen, Expectation, Observation, RollbackSeen},
    row_text,
};

use crate::{
    count::count,
    outputs::{Outputs, Shown},
    record::{CheckRecord, Record},
};

/// How many rows of a table are told.
const ROWS_MAX: usize = 20;

/// One part: what it is of, and what was met there, in one line or several.
pub(crate) struct Part {
    pub(crate) what: String,
    pub(crate) met: String,
}

/// What a check met that did not pass, and what to do if that is right.
pub(crate) fn story(record: &Record, check: &CheckRecord<'_>) -> Vec<Part> {
    let mut parts = match observation(record, check) {
        Some(Shown::Whole(seen)) => {
            let mut parts = refusals(&seen);
            parts.extend(met(&check.plan.expectation, &seen));
            parts
        }
        Some(Shown::Begins(begins, bytes)) => vec![part("saw", format!("{begins}\n(cut: {bytes} bytes in all)"))],
        Some(Shown::Unread(why)) => vec![part("saw", why)],
        None => Vec::new(),
    };
    parts.extend(record.adopting(check).map(|command| part("if what it saw is right", command)));
    parts
}

/// What the server said where a check that did not pass met a refusal.
pub(crate) fn said(record: &Record, check: &CheckRecord<'_>) -> Vec<Part> {
    match observation(record, check) {
        Some(Shown::Whole(seen)) => refusals(&seen),
        _ => Vec::new(),
    }
}

/// What a check saw that did not pass.
pub(crate) fn observation(record: &Record, check: &CheckRecord<'_>) -> Option<Shown<Observation>> {
    let seen = check.seen.filter(|_| check.is_failure())?;
    Some(Outputs::whole(record).observation(seen))
}

fn part(what: impl Into<String>, met: impl Into<String>) -> Part {
    Part { what: what.into(), met: met.into() }
}

/// Every refusal in it.
fn refusals(seen: &Observation) -> Vec<Part> {
    let one = |what: &str, refusal: &Option<Refusal>| refusal.iter().map(|error| part(what, refused(error))).collect();
    match seen {
        Observation::SetupFailed { error } => vec![part("given", refused(error))],
        Observation::Rows(seen) => one("query", &seen.error),
        Observation::Violations(seen) => one("query", &seen.error),
        Observation::Plan(seen) => one("query", &seen.error),
        Observation::Unchanged(seen) => one("query", &seen.error),
        Observation::Accepts(seen) => one("write", &seen.refused),
        Observation::Rejects(seen) => {
            let mut parts: Vec<Part> = one("write", &seen.refused);
            parts.extend(one("neighbour", &seen.neighbour_refused));
            parts
        }
        Observation::Sequence(seen) => {
            let steps = seen.steps.iter().enumerate();
            steps.flat_map(|(at, step)| one(&format!("step {}", at + 1), &step.refused)).collect()
        }
        Observation::Rollback(seen) => {
            let steps = seen.steps.iter().filter_map(|step| Some((step, step.refused.as_ref()?)));
            steps
                .map(|(step, failure)| part(format!("{} of {}", step.direction, step.phase), not_applied(failure)))
                .collect()
        }
        Observation::Tap(seen) => {
            let refusal = seen.refused.iter();
            refusal.map(|(line, error)| part(format!("line {line} of the file"), refused(error))).collect()
        }
        Observation::NotApplicable { .. }
        | Observation::Broken { .. }
        | Observation::TooLarge { .. }
        | Observation::Catalog(_)
        | Observation::Changes(_) => Vec::new(),
    }
}

/// The words of the server.
fn refused(error: &Refusal) -> String {
    let code = error.sqlstate.as_deref().map(|_| error.summary());
    let message = if code.is_some() { format!("message: {}", error.message) } else { error.message.clone() };
    let rest = [("detail", &error.detail), ("hint", &error.hint)];
    let rest = rest.into_iter().filter_map(|(name, text)| Some(format!("{name}: {}", text.as_ref()?)));
    code.into_iter().chain([message]).chain(rest).collect::<Vec<_>>().join("\n")
}

/// Where it did not apply, and the words of the server.
pub(crate) fn not_applied(failure: &ApplyFailure) -> String {
    let place = match failure.statement {
        0 => failure.file.clone(),
        statement => format!("{}, statement {statement}", failure.place()),
    };
    let code = match (&failure.sqlstate, &failure.cause) {
        (Some(code), Some(cause)) => Some(format!("{code} {cause}")),
        (code, _) => code.clone(),
    };
    let rest =
        [("message", Some(&failure.message)), ("detail", failure.detail.as_ref()), ("hint", failure.hint.as_ref())];
    let rest = rest.into_iter().filter_map(|(name, text)| Some(format!("{name}: {}", text?)));
    let place = (!place.is_empty()).then(|| format!("at {place}"));
    place.into_iter().chain(code).chain(rest).collect::<Vec<_>>().join("\n")
}

/// What was met beside refusals.
fn met(expectation: &Expectation, seen: &Observation) -> Vec<Part> {
    match (expectation, seen) {
        (Expectation::Changes(declared), Observation::Changes(seen)) => changes(declared, seen),
        (_, Observation::Catalog(seen)) => catalog(seen),
        (_, Observation::Rollback(seen)) => rollback(seen),
        (_, Observation::Rows(seen)) => seen.table.iter().map(|table| part("rows", rows(table))).collect(),
        (_, Observation::Violations(seen)) if !seen.violations.rows.is_empty() => {
            vec![part("violations", rows(&seen.violations))]
        }
        (_, Observation::Tap(seen)) if !seen.lines.is_empty() => vec![part("output", seen.lines.join("\n"))],
        (_, Observation::Plan(seen)) if !seen.lines.is_empty() => vec![part("plan", seen.lines.join("\n"))],
        (_, Observation::Unchanged(seen)) if !seen.changes.is_empty() => vec![part("rows", some(&seen.changes))],
        _ => Vec::new(),
    }
}

/// The whole difference, and what of the declaration was not met.
fn changes(declared: &Changes, seen: &ChangesSeen) -> Vec<Part> {
    let Some(difference) = &seen.difference else { return Vec::new() };
    let is_declared =
        |key: &str| declared.add.contains_key(key) || declared.alter.contains_key(key) || declared.drop.contains(key);
    let mut parts = vec![part("changed", differences(difference, &|key| !is_declared(key)))];
    let met = |key: &str| {
        difference.added.contains_key(key)
            || difference.altered.contains_key(key)
            || difference.dropped.contains_key(key)
    };
    let words = declared.add.iter().map(|(key, words)| ("+", key, words.as_str()));
    let words = words.chain(declared.alter.iter().map(|(key, words)| ("~", key, words.as_str())));
    let words = words.chain(declared.drop.iter().map(|key| ("-", key, "")));
    let missing: Vec<String> =
        words.filter(|(_, key, _)| !met(key)).map(|(sign, key, words)| object(sign, key, words, "")).collect();
    if !missing.is_empty() {
        parts.push(part("declared and not met", missing.join("\n")));
    }
    parts
}

/// A difference, a line for each object. Those that `is_stray` says so of are marked.
fn differences(difference: &Difference, is_stray: &dyn Fn(&str) -> bool) -> String {
    let mark = |key: &str| if is_stray(key) { "   (not declared)" } else { "" };
    let line = |sign: &str, (key, words): (&String, &String)| object(sign, key, words, mark(key));
    let added = difference.added.iter().map(|one| line("+", one));
    let dropped = difference.dropped.iter().map(|one| line("-", one));
    let altered = difference.altered.iter().map(|(key, alteration)| {
        object("~", key, &format!("{}, was {}", alteration.after, alteration.before), mark(key))
    });
    let lines: Vec<String> = added.chain(dropped).chain(altered).collect();
    if lines.is_empty() { "nothing".to_owned() } else { lines.join("\n") }
}

fn object(sign: &str, key: &str, words: &str, mark: &str) -> String {
    let colon = if words.is_empty() { "" } else { ": " };
    format!("{sign} {key}{colon}{}{mark}", words.replace('\n', "\n    "))
}

/// The objects that are not as declared, and those that may not be there.
fn catalog(seen: &CatalogSeen) -> Vec<Part> {
    let mut parts = Vec::new();
    for (key, fact) in &seen.objects {
        let met = fact.met.as_deref().unwrap_or("is not there");
        match &fact.expected {
            Some(Definition::Known(expected)) if fact.met.as_ref() != Some(expected) => {
                parts.push(part(key, format!("{met}\ndeclared: {expected}")));
            }
            Some(Definition::Unresolved(why)) => {
                parts.push(part(key, format!("{met}\nwhat is declared cannot be built: {why}")));
            }
            Some(Definition::Known(_)) => {}
            None => parts.push(part(key, met)),
        }
    }
    parts.extend(seen.others.iter().map(|(key, words)| part(format!("also: {key}"), words)));
    parts
}

fn rollback(seen: &RollbackSeen) -> Vec<Part> {
    let mut parts = Vec::new();
    for step in &seen.steps {
        let after = format!("after {} of {}", step.direction, step.phase);
        if !step.difference.is_empty() {
            parts.push(part(&after, differences(&step.difference, &|_| false)));
        }
        if !step.rows_changed.is_empty() {
            parts.push(part(&after, some(&step.rows_changed)));
        }
    }
    parts
}

fn rows(table: &Table) -> String {
    let mut lines = vec![table.columns.join(" | ")];
    lines.extend(table.rows.iter().take(ROWS_MAX).map(|row| row_text(row)));
    lines.extend(more(table.rows.len()));
    lines.join("\n")
}

fn some(lines: &[String]) -> String {
    lines.iter().take(ROWS_MAX).cloned().chain(more(lines.len())).collect::<Vec<_>>().join("\n")
}

fn more(all: usize) -> Option<String> {
    (all > ROWS_MAX).then(|| format!("and {} more", count(all - ROWS_MAX, "row", "rows")))
}

/// A part in lines: what it is of before the first, the others below it.
pub(crate) fn told(parts: &[Part]) -> String {
    let told = |Part { what, met }: &Part| format!("{what}:\n{}", indented(met, "  "));
    parts.iter().map(told).collect()
}

fn indented(text: &str, by: &str) -> String {
    text.lines().map(|line| format!("{by}{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use phasegate_evidence::{Alteration, Cause};

    use super::*;

    #[test]
    fn a_refusal_is_told_with_all_that_the_server_said() {
        let refusal = Refusal {
            sqlstate: Some("23505".into()),
            cause: Some(Cause::Constraint { name: "idx".into() }),
            detail: Some("Key (a)=(1) already exists.".into()),
            hint: Some("try another".into()),
            ..Refusal::without_code("duplicate key")
        };
        let words =
            "23505 constraint idx\nmessage: duplicate key\ndetail: Key (a)=(1) already exists.\nhint: try another";
        assert_eq!(refused(&refusal), words);
        assert_eq!(refused(&Refusal::without_code("no number")), "no number");
    }

    #[test]
    fn the_whole_difference_is_told_and_what_of_it_nobody_declared() {
        let of = |keys: &[&str]| keys.iter().map(|key| ((*key).to_owned(), "w".to_owned())).collect::<BTreeMap<_, _>>();
        let altered = Alteration { before: "b".into(), after: "a".into() };
        let difference = Difference {
            added: of(&["column t.a", "column t.b", "column t.c", "column t.d"]),
            dropped: of(&["index i"]),
            altered: BTreeMap::from([("rls t".to_owned(), altered)]),
        };
        let declared = Changes {
            add: of(&["column t.a", "column t.z"]),
            drop: ["index j".to_owned()].into(),
            ..Changes::default()
        };
        let seen = ChangesSeen { difference: Some(difference), normalised: BTreeMap::new() };
        assert_eq!(
            told(&changes(&declared, &seen)),
            "changed:\n  + column t.a: w\n  + column t.b: w   (not declared)\n  + column t.c: w   (not declared)\n  \
             + column t.d: w   (not declared)\n  - index i: w   (not declared)\n  ~ rls t: a, was b   (not declared)\n\
             declared and not met:\n  + column t.z: w\n  - index j\n"
        );
    }

    #[test]
    fn of_many_rows_the_first_are_told_and_how_many_there_are_more() {
        let row = |at: usize| vec![Some(at.to_string()), None];
        let table = Table { columns: vec!["a".into(), "b".into()], rows: (0..22).map(row).collect() };
        let told = rows(&table);
        assert!(told.starts_with("a | b\n0 | \\N\n1 | ") && told.ends_with("19 | \\N\nand 2 rows more"), "{told}");
    }
}
