//! What a check expects, in words, SQL and rows.

use maud::{Markup, html};
use phasegate_evidence::judge::{Expectation, Fact, GoesTo, Neighbour, Rejection, Step};

use super::show::{block, line, rows, sql, term};

/// What is tried and expected.
pub(super) fn expected(expectation: &Expectation) -> Markup {
    html! {
        dl {
            @match expectation {
                Expectation::Rows(rows_of) => {
                    (term("query", &sql(&rows_of.query)))
                    (term("gives exactly", &rows("expected rows", &[], &rows_of.rows)))
                    @if let Some(examined) = &rows_of.examined { (term("after looking at", &sql(examined))) }
                },
                Expectation::Violations(violations) => {
                    (term("query", &sql(&violations.query)))
                    (term("gives", &html! { "no row: each would be a violation" }))
                    (term("after looking at", &sql(&violations.examined)))
                    @if violations.allow_empty { (term("and", &html! { "an empty table is what the check wants" })) }
                },
                Expectation::Rejects(rejects) => {
                    (term("write", &sql(&rejects.write)))
                    (term("is refused", &rejection(&rejects.rejects)))
                    (term("and accepted is", &neighbour(&rejects.neighbour)))
                },
                Expectation::Accepts(accepts) => {
                    (term("write", &sql(&accepts.write)))
                    (term("is accepted", &html! { "rows written: " (accepts.rows) }))
                },
                Expectation::Sequence(sequence) => (steps(&sequence.steps)),
                Expectation::Plan(plan) => {
                    (term("query", &sql(&plan.query)))
                    @for (name, value) in [("uses index", &plan.index), ("by", &plan.scan), ("with the line", &plan.detail)] {
                        @if let Some(value) = value { (term(name, &html! { code { (line(value)) } })) }
                    }
                    @if !plan.without.is_empty() { (term("without", &line(&plan.without.join(", ")))) }
                },
                Expectation::Catalog(facts) => {
                    @for (key, fact) in &facts.objects { (term(key, &self::fact(fact))) }
                    @if !facts.exactly.is_empty() { (term("and nothing else on", &line(&facts.exactly.join(", ")))) }
                },
                Expectation::Changes(changes) => {
                    @for (key, definition) in &changes.add { (term(&format!("added: {key}"), &definition_of(definition))) }
                    @for (key, definition) in &changes.alter { (term(&format!("altered: {key}"), &definition_of(definition))) }
                    @for key in &changes.drop { (term(&format!("dropped: {key}"), &html! {})) }
                    (term("and", &html! { "no other object changes" }))
                },
                Expectation::Unchanged(unchanged) => {
                    (term("legacy rows stay as they were in", &line(&unchanged.tables.join(", "))))
                    @if !unchanged.except.is_empty() { (term("but for", &line(&unchanged.except.join(", ")))) }
                },
                Expectation::Tap(tap) => {
                    (term("every test passes of", &html! { code { (line(&tap.file)) } }))
                    (term("pgTAP", &sql(&tap.sql)))
                    @if tap.todo > 0 { (term("but for", &html! { (tap.todo) " with TODO" })) }
                    @if tap.skip > 0 { (term("but for", &html! { (tap.skip) " with SKIP, which are not tried" })) }
                },
                Expectation::Rollback(rollback) => {
                    (term("the way back and forth again", &html! {
                        "applies, " (match rollback.to { GoesTo::Baseline => "down to the baseline", GoesTo::Previous => "over this phase" })
                        ", and leads to the same catalogs"
                    }))
                    @for (key, why) in &rollback.except { (term(&format!("but for {key}"), &line(why))) }
                    (term("legacy rows stay as they were in", &match rollback.tables.as_slice() {
                        [] => html! { "every table that the way leads back to" },
                        tables => line(&tables.join(", ")),
                    }))
                },
            }
        }
    }
}

fn rejection(rejection: &Rejection) -> Markup {
    html! { code { (line(&rejection.sqlstate)) } " by " code { (line(&rejection.by)) } }
}

fn neighbour(neighbour: &Neighbour) -> Markup {
    match neighbour {
        Neighbour::Write(write) => sql(write),
        Neighbour::SwitchedOff(guard) => html! { "the same write with " code { (line(guard)) } " switched off" },
        Neighbour::None(why) => html! { "nothing: " (line(why)) },
    }
}

fn definition_of(definition: &str) -> Markup {
    block(definition, "plan.json")
}

fn fact(fact: &Fact) -> Markup {
    match fact {
        Fact::Exactly(definition) => definition_of(definition),
        Fact::Contains(parts) => html! { "holds " @for part in parts { (definition_of(part)) } },
        Fact::Absent => html! { "is not there" },
    }
}

/// Steps with what must become of each.
pub(super) fn steps(steps: &[Step]) -> Markup {
    html! {
        @for (at, step) in steps.iter().enumerate() {
            (term(&step_name(at, step), &html! { (sql(&step.run)) (outcome(step)) }))
        }
    }
}

fn step_name(at: usize, step: &Step) -> String {
    let mut name = format!("step {}", at + 1);
    let parts = [(" on session ", &step.session), (" as role ", &step.role), (" blocked by ", &step.blocked_by)];
    for (words, value) in parts {
        if let Some(value) = value {
            name.push_str(words);
            name.push_str(value);
        }
    }
    for (setting, value) in &step.settings {
        name.push_str(&format!(", {setting} = {value}"));
    }
    name
}

fn outcome(step: &Step) -> Markup {
    html! {
        @if let Some(rejects) = &step.rejects { p { "must be refused: " (rejection(rejects)) } } @else { p { "must be accepted" } }
        @if let Some(affects) = step.affects { p { "must write rows: " (affects) } }
        @if let Some(expected) = &step.rows { p { "must give" } (rows("expected rows", &[], expected)) }
    }
}
