//! Forgeries, each an edit of one thing in an honest folder that was sealed again as a whole. Each contradicts something else
//! that the folder holds, and is named. What contradicts nothing stands apart, in the second table: that is what a signature
//! and `--expect` are for.

mod consistent;
mod of_a_proof;
mod of_a_tap_file;
mod of_the_checks;
mod of_the_commands;
mod of_the_run;

use phasegate_evidence::judge::{Expectation, Observation, judge};
use serde_json::{Value, json};

pub(crate) use consistent::CONSISTENT;
use of_a_proof::OF_A_PROOF;
use of_a_tap_file::{OF_A_FILE_THAT_FAILED, OF_A_FILE_THAT_PASSED, with_a_file_that_failed, with_a_file_that_passed};
use of_the_checks::OF_THE_CHECKS;
pub(crate) use of_the_commands::commanded;
use of_the_commands::{OF_A_FAILED_COMMAND, OF_THE_COMMANDS, failed_by_its_command};
use of_the_run::OF_THE_RUN;

use crate::{forged::Forged, kinds::proved, sample::Sample};

/// One edit, and what is said of it; of a consistent lie, which digest it keeps.
pub(crate) type Forgery = (&'static str, fn(&mut Forged), &'static str);

/// Every forgery that contradicts itself, with the honest folder that it is made of.
pub(crate) fn contradictory() -> [(Sample, &'static [Forgery]); 7] {
    [
        (whole(), OF_THE_RUN),
        (whole(), OF_THE_CHECKS),
        (proved(), OF_A_PROOF),
        (commanded(), OF_THE_COMMANDS),
        (failed_by_its_command(), OF_A_FAILED_COMMAND),
        (with_a_file_that_passed(), OF_A_FILE_THAT_PASSED),
        (with_a_file_that_failed(), OF_A_FILE_THAT_FAILED),
    ]
}

/// The passed sample with a check of each kind that sees the catalog, counts rows or writes.
pub(crate) fn whole() -> Sample {
    let mut sample = Sample::passed();
    let step = |phase: &str, direction: &str| {
        let nothing = json!({"added": {}, "dropped": {}, "altered": {}});
        json!({"phase": phase, "direction": direction, "refused": null, "difference": nothing, "rows_changed": []})
    };
    let added = json!({"column entries.currency": "character(3) NOT NULL"});
    let refusal = json!({
        "sqlstate": "23502", "cause": {"kind": "column", "table": "entries", "name": "currency"}, "message": "null value",
        "detail": null, "hint": null, "position": null
    });
    let table = json!({"columns": ["count"], "rows": [["12"]]});
    let none = json!({"columns": [], "rows": []});
    let unchanged = json!({"kind": "unchanged", "rows_before": {"entries": 12}, "changes": [], "error": null});
    let checks = [
        (
            "1",
            "1.catalog",
            json!({"kind": "catalog", "objects": {
            "column entries.currency": {"exactly": "character(3) NOT NULL"}, "table gone": "absent"
        }, "exactly": ["index accounts"]}),
            json!({"kind": "catalog", "objects": {
                "column entries.currency": {
                    "met": "character(3) NOT NULL", "expected": {"known": "character(3) NOT NULL"}
                },
                "table gone": {"met": null, "expected": null}
            }}),
        ),
        (
            "1",
            "1.changes",
            json!({"kind": "changes", "add": added, "alter": {}, "drop": []}),
            json!({
                "kind": "changes", "difference": {"added": added, "dropped": {}, "altered": {}},
                "normalised": {"column entries.currency": {"known": "character(3) NOT NULL"}}
            }),
        ),
        ("1", "1.unchanged", json!({"kind": "unchanged", "tables": ["entries"]}), unchanged.clone()),
        (
            "1",
            "1.way",
            json!({"kind": "rollback", "tables": ["entries", "accounts"]}),
            json!({
                "kind": "rollback", "steps": [step("1", "down"), step("1", "up")], "planned": 2, "rows": 15
            }),
        ),
        (
            "1",
            "1.rejects",
            json!({
                "kind": "rejects", "write": "INSERT", "rejects": {"sqlstate": "23502", "by": "currency"},
                "neighbour": {"write": "INSERT"}
            }),
            json!({"kind": "rejects", "refused": refusal, "neighbour_refused": null, "neighbour_affected": 1}),
        ),
        (
            "1",
            "1.accepts",
            json!({"kind": "accepts", "write": "INSERT", "rows": 1}),
            json!({"kind": "accepts", "refused": null, "affected": 1}),
        ),
        (
            "1",
            "1.steps",
            json!({"kind": "sequence", "steps": [{"run": "INSERT"}, {"run": "SELECT", "rows": [["12"]]}]}),
            json!({"kind": "sequence", "steps": [
                {"refused": null, "affected": 1, "table": none}, {"refused": null, "affected": 0, "table": table}
            ]}),
        ),
        (
            "1",
            "1.plan",
            json!({"kind": "plan", "query": "SELECT", "index": "idx_number", "scan": null, "detail": null, "without": []}),
            json!({"kind": "plan", "lines": ["Index Scan using idx_number on accounts"], "error": null}),
        ),
        ("2", "2.unchanged", json!({"kind": "unchanged", "tables": ["entries"]}), unchanged),
        (
            "2",
            "2.way",
            json!({"kind": "rollback", "tables": ["entries"]}),
            json!({
                "kind": "rollback", "steps": [step("2", "down"), step("2", "up")], "planned": 2, "rows": 12, "rests_on": "1.way"
            }),
        ),
    ];
    let mut forged = Forged::of(&sample);
    for (phase, id, expectation, seen) in checks {
        let gate = &mut forged.plan["suites"][0]["phases"][if phase == "1" { 0 } else { 1 }]["gates"][0];
        let check = json!({"id": id, "title": id, "expectation": expectation});
        gate["checks"].as_array_mut().expect("checks").push(check);
        let gate = gate["gate"].clone();
        let typed: Expectation = serde_json::from_value(expectation).expect("an expectation");
        let observed: Observation = serde_json::from_value(seen.clone()).expect("an observation");
        let judged = judge(&typed, &observed);
        let mut event = json!({
            "kind": "check-judged", "suite": "ledger", "phase": phase, "gate": gate, "check": id,
            "verdict": judged.verdict, "observation": {"here": seen}, "duration_us": 9
        });
        if let Some(examined) = judged.examined {
            event["examined"] = examined.into();
        }
        assert_eq!(judged.reason, None, "{id}");
        let at = forged.at(json!({"kind": "phase-judged", "phase": phase}));
        let time = forged.events[at].0;
        forged.events.insert(at, (time, event));
    }
    sample.plan = serde_json::from_value(forged.plan).expect("a plan");
    let within = forged.events.len() - 1;
    let events = forged.events[1..within].iter().map(|(_, event)| serde_json::from_value(event.clone()));
    sample.events = events.collect::<Result<_, _>>().expect("events");
    sample
}

fn judged(f: &mut Forged, check: &str) -> &'static str {
    assert!(f.events.iter().any(|(_, event)| event["check"] == check));
    "check-judged"
}

/// What a check saw.
fn seen<'f>(f: &'f mut Forged, check: &str) -> &'f mut Value {
    let kind = judged(f, check);
    &mut f.event(json!({"kind": kind, "check": check}))["observation"]["here"]
}

/// Names a table as bookkeeping, and says so as an honest plan does.
fn book(f: &mut Forged, table: &str) {
    let suite = &mut f.plan["suites"][0];
    suite["bookkeeping"] = json!([table]);
    let deviation = json!({
        "id": format!("bookkeeping {table}"),
        "reading": format!("what becomes of `{table}` is neither a change nor a loss"),
        "instead_of": "every object and every row of the database is compared",
        "reason": "the suite names it as the books that a migration tool keeps (`bookkeeping`)"
    });
    suite["deviations"].as_array_mut().expect("deviations").push(deviation);
}

fn applied<'f>(f: &'f mut Forged, phase: &str) -> &'f mut Value {
    f.event(json!({"kind": "phase-applied", "phase": phase}))
}

/// The first event of this kind within a scenario.
fn within<'f>(f: &'f mut Forged, scenario: &str, kind: &str) -> &'f mut Value {
    let events = f.events.iter_mut().map(|(_, event)| event);
    let mut events = events.filter(|event| event["scenario"] == scenario).map(|event| &mut event["event"]);
    events.find(|event| event["kind"] == kind).expect("such an event")
}

fn take(f: &mut Forged, wanted: Value) {
    let at = f.at(wanted);
    f.events.remove(at);
}

/// Moves an event behind another.
fn move_behind(f: &mut Forged, wanted: Value, other: Value) {
    let at = f.at(wanted);
    let (time, event) = f.events.remove(at);
    let other = f.at(other);
    f.events.insert(other + 1, (time, event));
    let mut times: Vec<u64> = f.events.iter().map(|(time, _)| *time).collect();
    times.sort_unstable();
    f.events.iter_mut().zip(times).for_each(|((at, _), time)| *at = time);
}

fn again(f: &mut Forged, wanted: Value) {
    let at = f.at(wanted);
    let event = f.events[at].clone();
    f.events.insert(at + 1, event);
}

fn add_behind(f: &mut Forged, other: Value, event: Value) {
    let at = f.at(other);
    let time = f.events[at].0;
    f.events.insert(at + 1, (time, event));
}

/// Puts an altered catalog into the place of one.
fn alter_catalog(f: &mut Forged, event: Value, place: &str, key: &str) {
    let digest = f.event(event.clone())[place].clone();
    let mut catalog = f.stored(&digest);
    catalog[key] = "made up".into();
    let digest = f.output(&catalog);
    f.event(event)[place] = digest;
}
