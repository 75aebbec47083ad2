//! What a forger does to the commands of a run.

use phasegate_evidence::{Event, Verdict};
use serde_json::{Value, json};

use super::*;
use crate::sample::catalog_after;

const UP: &str = "alembic upgrade b2";
const DOWN: &str = "alembic downgrade -1";

/// That a command of the second phase ended.
fn ended(sample: &mut Sample, direction: &str, check: Option<&str>, ended: &str) -> Value {
    let mut output = |text: &str| sample.output(text).to_string();
    let command = if direction == "up" { UP } else { DOWN };
    let mut event = json!({
        "kind": "command-ended", "suite": "ledger", "phase": "2", "direction": direction, "command": command,
        "ended": ended, "stdout": output(&format!("{direction} it goes\n")), "stderr": output("no such table\n"),
        "inherited": output("HOME\nPATH\n"), "duration_us": 9
    });
    if let Some(check) = check {
        event["check"] = check.into();
    }
    event
}

/// The passed sample, whose second phase is a command, back and forth.
pub(crate) fn commanded() -> Sample {
    let mut sample = Sample::passed();
    let mut forged = Forged::of(&sample);
    forged.plan["suites"][0]["env"] = json!({"APP_ENV": "test", "APP_TOKEN": "***"});
    let phase = &mut forged.plan["suites"][0]["phases"][1];
    phase["up_command"] = UP.into();
    phase["down_command"] = DOWN.into();
    let gate = phase["gates"][0]["gate"].clone();
    let expectation = json!({"kind": "rollback", "tables": ["entries"], "to": "previous"});
    let check = json!({"id": "2.way", "title": "the way back", "expectation": expectation});
    phase["gates"][0]["checks"].as_array_mut().expect("checks").push(check);
    let nothing = json!({"added": {}, "dropped": {}, "altered": {}});
    let step = |direction: &str| json!({"phase": "2", "direction": direction, "refused": null, "difference": nothing, "rows_changed": []});
    let seen = json!({"kind": "rollback", "steps": [step("down"), step("up")], "planned": 2, "rows": 12});
    let way = json!({
        "kind": "check-judged", "suite": "ledger", "phase": "2", "gate": gate, "check": "2.way", "verdict": "passed",
        "examined": 12, "observation": {"here": seen}, "duration_us": 9
    });
    let at = forged.at(json!({"kind": "phase-judged", "phase": "2"}));
    let ran = [
        ended(&mut sample, "down", Some("2.way"), "exit status: 0"),
        ended(&mut sample, "up", Some("2.way"), "exit status: 0"),
        way,
    ];
    let time = forged.events[at].0;
    forged.events.splice(at..at, ran.map(|event| (time, event)));
    let applied = forged.event(json!({"kind": "statement-applied", "phase": "2"}));
    applied["file"] = UP.into();
    applied["line"] = 0.into();
    let at = forged.at(json!({"kind": "statement-applied", "phase": "2"}));
    forged.events.insert(at, (forged.events[at].0, ended(&mut sample, "up", None, "exit status: 0")));
    applied_books(&mut forged);
    retyped(sample, forged)
}

/// The books of a tool, as the second phase leaves them.
fn applied_books(forged: &mut Forged) {
    let rows = json!([["a1"], ["b2"], ["c3"]]);
    super::applied(forged, "2")["revisions"] = json!({"accounts": {"columns": ["version_num"], "rows": rows}});
}

fn retyped(mut sample: Sample, forged: Forged) -> Sample {
    sample.plan = serde_json::from_value(forged.plan).expect("a plan");
    let within = forged.events.len() - 1;
    let events = forged.events[1..within].iter().map(|(_, event)| serde_json::from_value(event.clone()));
    sample.events = events.collect::<Result<_, _>>().expect("events");
    sample
}

/// The same, whose command failed.
pub(crate) fn failed_by_its_command() -> Sample {
    let mut sample = commanded();
    let at = sample.events.iter().position(|event| matches!(event, Event::CommandEnded { .. })).expect("it ran");
    sample.events.truncate(at);
    let failed = ended(&mut sample, "up", None, "exit status: 1");
    let message = "exit status: 1\nno such table\nstandard output:\nup it goes";
    let failed = [
        failed,
        json!({
            "kind": "phase-failed", "suite": "ledger", "phase": "2", "failure": {
                "file": UP, "line": 0, "statement": 0, "sqlstate": null, "cause": null, "message": message, "hint": null
            },
            "catalog_after": sample.stored_value(&catalog_after(1)), "catalog_unchanged": true
        }),
    ];
    sample.events.extend(failed.map(|event| serde_json::from_value::<Event>(event).expect("an event")));
    sample.events.push(Event::SuiteFinished { suite: "ledger".into(), verdict: Verdict::Failed });
    sample.keep_named_outputs();
    sample
}

fn command<'f>(f: &'f mut Forged, direction: &str) -> &'f mut Value {
    f.event(json!({"kind": "command-ended", "direction": direction}))
}

pub(crate) const OF_THE_COMMANDS: &[Forgery] = &[
    (
        "a phase whose command never ran",
        |f| take(f, json!({"kind": "command-ended", "direction": "up"})),
        "phase 2 was applied by another command than the plan names",
    ),
    (
        "another command in the plan",
        |f| f.plan["suites"][0]["phases"][1]["up_command"] = json!("alembic upgrade head"),
        "phase 2 was applied by another command than the plan names",
    ),
    (
        "an input of a phase without its digest",
        |f| f.plan["suites"][0]["phases"][1]["inputs"] = json!(["fixtures/env.py"]),
        "phase 2 of ledger reads fixtures/env.py, which has no digest",
    ),
    (
        "a command that failed and was applied",
        |f| command(f, "up")["ended"] = json!("exit status: 1"),
        "the command of phase 2 is said to be applied, and did not end so",
    ),
    (
        "a command more",
        |f| again(f, json!({"kind": "command-ended", "direction": "up"})),
        "phase 2 of ledger ran a command twice",
    ),
    (
        "a command in another phase",
        |f| command(f, "up")["phase"] = json!("3"),
        "phase 3 of ledger ran a command before phase 3 of ledger was started",
    ),
    (
        "a way back without its command",
        |f| take(f, json!({"kind": "command-ended", "check": "2.way", "direction": "up"})),
        "the way back of check 2.way ran other commands than its steps are",
    ),
    (
        "a way back by another command",
        |f| command(f, "down")["command"] = json!("true"),
        "the way back of check 2.way ran other commands than its steps are",
    ),
    (
        "a command of a check that is none of the phase's",
        |f| command(f, "down")["check"] = json!("1.1.1"),
        "the command alembic downgrade -1 ended where",
    ),
    (
        "books of more revisions",
        |f| {
            let rows = &mut super::applied(f, "2")["revisions"]["accounts"]["rows"];
            rows.as_array_mut().expect("rows").push(json!(["d4"]));
        },
        "phase 2 of ledger is said to leave other books in accounts",
    ),
    (
        "books in a table that is not there",
        |f| {
            let books = super::applied(f, "2")["revisions"]["accounts"].take();
            super::applied(f, "2")["revisions"] = json!({"alembic_version": books});
        },
        "phase 2 of ledger is said to leave other books in alembic_version",
    ),
];

pub(crate) const OF_A_FAILED_COMMAND: &[Forgery] = &[
    (
        "the output of another command",
        |f| {
            let other = f.output(&json!("all is well"));
            command(f, "up")["stderr"] = other;
        },
        "alembic upgrade b2 is said to have failed by what it did not write",
    ),
    (
        "another reason",
        |f| f.event(json!({"kind": "phase-failed"}))["failure"]["message"] = json!("exit status: 1\nthe disk was full"),
        "alembic upgrade b2 is said to have failed by what it did not write",
    ),
    (
        "another end",
        |f| command(f, "up")["ended"] = json!("exit status: 2"),
        "alembic upgrade b2 is said to have failed by what it did not write",
    ),
    (
        "a failure of a command that never ran",
        |f| take(f, json!({"kind": "command-ended"})),
        "alembic upgrade b2 is said to have failed, and did not end so",
    ),
    (
        "a failure of one that succeeded",
        |f| command(f, "up")["ended"] = json!("exit status: 0"),
        "alembic upgrade b2 is said to have failed, and did not end so",
    ),
];
