//! Forgeries, each an edit of one thing in an honest folder that was sealed again as a whole. Each contradicts something else
//! that the folder holds, and is named. What contradicts nothing stands apart, in the second table: that is what a signature
//! and `--expect` are for.

use phasegate_evidence::judge::{Expectation, Observation, judge};
use serde_json::{Value, json};

use crate::{
    forged::Forged,
    kinds::proved,
    sample::{Sample, catalog_after},
};

/// One edit, and what is said of it; of a consistent lie, which digest it keeps.
type Forgery = (&'static str, fn(&mut Forged), &'static str);

/// The passed sample with a check of each kind that sees the catalog, counts rows or writes.
fn whole() -> Sample {
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

const OF_THE_WHOLE: &[Forgery] = &[
    // The plan.
    (
        "a check taken out of the plan",
        |f| {
            f.plan["suites"][0]["phases"][0]["gates"][0]["checks"].as_array_mut().expect("checks").remove(1);
        },
        "check 1.1.2 of gate 1.1, phase 1 of ledger, was judged and was not planned",
    ),
    (
        "another expected row",
        |f| f.plan["suites"][0]["phases"][0]["gates"][0]["checks"][1]["expectation"]["rows"] = json!([["x"]]),
        "ledger/1.1.2 is said to be passed over 1 row, and what was seen comes to failed",
    ),
    (
        "a check that asks for an edition",
        |f| f.plan["suites"][0]["phases"][0]["gates"][0]["checks"][1]["needs"] = json!({"edition": "community"}),
        "by plan and server it is not applicable",
    ),
    (
        "a suite that asks for a newer server",
        |f| f.plan["suites"][0]["server"]["postgres_min"] = json!(18),
        "suite ledger needs PostgreSQL 18, and was started on",
    ),
    (
        "a suite of another kind",
        |f| f.plan["suites"][0]["server"]["kind"] = json!("sqlite"),
        "suite ledger needs sqlite, and was started on",
    ),
    ("gates alone", |f| f.plan["judging"] = json!("check"), "was applied in a run that judges gates alone"),
    (
        "a check planned twice",
        |f| {
            let checks = f.plan["suites"][0]["phases"][0]["gates"][0]["checks"].as_array_mut().expect("checks");
            checks.push(checks[0].clone());
        },
        "is planned twice",
    ),
    (
        "phases in another order",
        |f| f.plan["suites"][0]["phases"].as_array_mut().expect("phases").swap(0, 1),
        "phase 1 started although phase 2 was not-run",
    ),
    (
        "a check more",
        |f| {
            let checks = f.plan["suites"][0]["phases"][1]["gates"][0]["checks"].as_array_mut().expect("checks");
            let mut more = checks[0].clone();
            more["id"] = json!("2.1.3");
            checks.push(more);
        },
        "phase 2 was judged where check 2.1.3 was due",
    ),
    (
        "a suite more",
        |f| {
            let suites = f.plan["suites"].as_array_mut().expect("suites");
            let mut more = suites[0].clone();
            more["suite"] = json!("other");
            suites.push(more);
        },
        "the run was finished where suite other was due",
    ),
    (
        "a finding more",
        |f| {
            let findings = f.plan["suites"][0]["findings"].as_array_mut().expect("findings");
            let mut more = findings[0].clone();
            more["id"] = json!("more");
            findings.push(more);
        },
        "phase 3 was judged where finding more was due",
    ),
    (
        "a finding after another phase",
        |f| f.plan["suites"][0]["findings"][0]["phase"] = json!("2"),
        "phase 2 was judged where finding truncate-bypasses-guards was due",
    ),
    ("another format", |f| f.plan["format"] = json!(3), "is of format 3"),
    ("a key that no plan has", |f| f.plan["approved"] = json!(true), "unknown field `approved`"),
    (
        "a file of the fixtures taken out of the plan",
        |f| {
            f.plan["suites"][0]["inputs"].as_object_mut().expect("inputs").remove("fixtures/phases/2-accounts/up.sql");
        },
        "which is no file of the plan",
    ),
    (
        "a finding whose steps show it",
        |f| f.plan["suites"][0]["findings"][1]["steps"][1]["rows"] = json!([["12"]]),
        "finding float-amounts of ledger is said to be failed",
    ),
    // The run.
    (
        "another name",
        |f| f.events[0].1["run"] = json!("approved"),
        "a run that began when this one did is not named approved",
    ),
    (
        "another time in the name",
        |f| f.events[0].1["run"] = json!("20260102T030405.001Z-1"),
        "is not named 20260102T030405.001Z-1",
    ),
    ("a clock that goes back", |f| f.events[9].0 -= 1000, "line 10 was written before the line before it"),
    ("a beginning that is later", |f| f.events[0].0 += 5, "a run that began when this one did is not named"),
    (
        "a check that took longer than the run",
        |f| f.event(json!({"check": "1.1.2"}))["duration_us"] = json!(60_000_000),
        "took longer than its suite had run until then",
    ),
    (
        "a phase that took longer than the run",
        |f| applied(f, "2")["duration_us"] = json!(60_000_000),
        "took longer than its suite had run until then",
    ),
    (
        "no start",
        |f| {
            f.events.remove(0);
        },
        "does not begin with the start of a run",
    ),
    (
        "another end",
        |f| {
            f.closes = false;
            let last = f.events.len() - 1;
            f.events[last].1["verdict"] = json!("failed");
        },
        "the run is said to be failed and comes to passed",
    ),
    (
        "something after the end",
        |f| {
            let (time, event) = f.events[1].clone();
            f.events.push((time + 10_000, event));
        },
        "does not end with the end of the run",
    ),
    (
        "a log of a run that passed",
        |f| {
            let log = f.output(&json!("log"));
            let at = f.events.len() - 2;
            let time = f.events[at].0;
            f.events.insert(at + 1, (time, json!({"kind": "server-log", "log": log})));
        },
        "the log of the server was kept where the end of the run was due",
    ),
    // The server.
    (
        "a server without PostgreSQL",
        |f| {
            f.events[1].1["server"]["versions"].as_object_mut().expect("versions").remove("PostgreSQL");
        },
        "suite ledger needs postgres",
    ),
    (
        "a server that is a library",
        |f| f.events[1].1["server"]["kind"] = json!("library"),
        "suite ledger needs postgres",
    ),
    (
        "an older server",
        |f| f.events[1].1["server"]["versions"]["PostgreSQL"] = json!("14.2"),
        "suite ledger needs PostgreSQL 15",
    ),
    (
        "a server without TimescaleDB",
        |f| {
            f.events[1].1["server"]["versions"].as_object_mut().expect("versions").remove("TimescaleDB");
        },
        "suite ledger needs TimescaleDB",
    ),
    (
        "another edition",
        |f| f.events[1].1["server"]["versions"]["TimescaleDB edition"] = json!("community"),
        "ledger/3.1.2 is said to be not applicable",
    ),
    (
        "no server",
        |f| {
            f.events.remove(1);
        },
        "suite ledger was started before the run had a server",
    ),
    (
        "a server within a suite",
        |f| {
            let server = f.events[1].1.clone();
            add_behind(f, json!({"kind": "phase-applied"}), server);
        },
        "a server answered while suite ledger was judged",
    ),
    // The baseline.
    (
        "a baseline with another catalog",
        |f| {
            let other = applied(f, "1")["catalog_after"].clone();
            f.event(json!({"kind": "baseline-applied"}))["catalog"] = other;
        },
        "phase 1 of ledger begins with another catalog than the state before it has",
    ),
    (
        "an altered catalog of the baseline",
        |f| alter_catalog(f, json!({"kind": "baseline-applied"}), "catalog", "table accounts"),
        "begins with another catalog",
    ),
    (
        "rows of a table that it has not",
        |f| f.event(json!({"kind": "baseline-applied"}))["rows"]["ghosts"] = json!(7),
        "counts the rows of other tables than it has",
    ),
    (
        "no rows of a table that it has",
        |f| {
            f.event(json!({"kind": "baseline-applied"}))["rows"].as_object_mut().expect("rows").remove("accounts");
        },
        "counts the rows of other tables than it has",
    ),
    (
        "more rows of a table",
        |f| f.event(json!({"kind": "baseline-applied"}))["rows"]["entries"] = json!(1200),
        "counted other rows of entries than the state before its phase holds",
    ),
    (
        "more rows of a table that is walked back",
        |f| f.event(json!({"kind": "baseline-applied"}))["rows"]["accounts"] = json!(300),
        "compared other legacy rows than the baseline holds",
    ),
    ("a baseline twice", |f| again(f, json!({"kind": "baseline-applied"})), "the baseline of ledger was applied twice"),
    (
        "a baseline that was reused",
        |f| *f.event(json!({"kind": "baseline-applied"})) = json!({"kind": "state-reused", "suite": "ledger"}),
        "the baseline was reused where the baseline was due",
    ),
    // The phases.
    (
        "a phase on another catalog",
        |f| {
            let other = applied(f, "1")["catalog_before"].clone();
            applied(f, "2")["catalog_before"] = other;
        },
        "phase 2 of ledger begins with another catalog than the state before it has",
    ),
    (
        "a phase that ends in another catalog",
        |f| {
            let other = applied(f, "1")["catalog_after"].clone();
            applied(f, "3")["catalog_after"] = other;
        },
        "phase 3 of ledger is said to make another difference",
    ),
    (
        "an altered catalog after a phase",
        |f| alter_catalog(f, json!({"kind": "phase-applied", "phase": "3"}), "catalog_after", "table accounts"),
        "phase 3 of ledger is said to make another difference",
    ),
    (
        "another difference",
        |f| {
            let other = applied(f, "1")["difference"].clone();
            applied(f, "2")["difference"] = other;
        },
        "phase 2 of ledger is said to make another difference",
    ),
    (
        "no difference",
        |f| {
            let nothing = f.output(&json!({"added": {}, "altered": {}, "dropped": {}}));
            applied(f, "2")["difference"] = nothing;
        },
        "phase 2 of ledger is said to make another difference",
    ),
    (
        "an output that is no catalog",
        |f| {
            let other = f.output(&json!([1]));
            applied(f, "3")["catalog_after"] = other;
        },
        "is no catalog",
    ),
    (
        "a phase without a start",
        |f| take(f, json!({"kind": "phase-started", "phase": "2"})),
        "was applied before phase 2 of ledger was started",
    ),
    (
        "a phase that never applied",
        |f| take(f, json!({"kind": "phase-applied", "phase": "2"})),
        "before phase 2 of ledger was applied",
    ),
    (
        "a phase that both applied and failed",
        |f| {
            add_behind(
                f,
                json!({"kind": "phase-applied", "phase": "3"}),
                json!({"kind": "phase-failed", "suite": "ledger", "phase": "3", "failure": {"file": "up.sql", "line": 1, "statement": 1, "sqlstate": null, "cause": null, "message": "m", "hint": null}, "catalog_unchanged": false}),
            )
        },
        "phase 3 failed where",
    ),
    (
        "a phase without its verdict",
        |f| take(f, json!({"kind": "phase-judged", "phase": "1"})),
        "phase 2 was started where the verdict of the phase was due",
    ),
    (
        "a phase that was judged too early",
        |f| move_behind(f, json!({"kind": "phase-judged", "phase": "1"}), json!({"check": "1.1.1"})),
        "phase 1 was judged where check",
    ),
    (
        "a phase that began too early",
        |f| move_behind(f, json!({"kind": "phase-started", "phase": "2"}), json!({"check": "1.1.1"})),
        "phase 2 started although phase 1 was not-run",
    ),
    (
        "a statement of a later phase",
        |f| {
            move_behind(
                f,
                json!({"kind": "statement-applied", "phase": "2"}),
                json!({"kind": "phase-applied", "phase": "2"}),
            )
        },
        "a statement of phase 2 was applied where",
    ),
    (
        "a statement of a file that is not there",
        |f| f.event(json!({"kind": "statement-applied"}))["file"] = json!("elsewhere.sql"),
        "which is no file of the plan",
    ),
    (
        "a statement of another phase",
        |f| f.event(json!({"kind": "statement-applied", "phase": "2"}))["phase"] = json!("1"),
        "a statement of phase 1 was applied where",
    ),
    (
        "another verdict of a phase",
        |f| {
            f.closes = false;
            f.event(json!({"kind": "phase-judged", "phase": "2"}))["verdict"] = json!("not-applicable");
        },
        "phase 2 of ledger is said to be not-applicable and comes to passed",
    ),
    (
        "another verdict of a suite",
        |f| {
            f.closes = false;
            f.event(json!({"kind": "suite-finished"}))["verdict"] = json!("not-applicable");
        },
        "suite ledger is said to be not-applicable and comes to passed",
    ),
    (
        "a suite without its end",
        |f| take(f, json!({"kind": "suite-finished"})),
        "the run was finished while suite ledger was judged",
    ),
    (
        "a suite that was stopped by no breakage",
        |f| {
            add_behind(
                f,
                json!({"kind": "phase-judged", "phase": "3"}),
                json!({"kind": "suite-stopped", "suite": "ledger", "reason": {"code": "violated", "detail": "d"}}),
            )
        },
        "it was stopped by violated, by which nothing breaks",
    ),
    // The checks.
    (
        "a verdict",
        |f| f.event(json!({"check": "1.1.2"}))["verdict"] = json!("failed"),
        "and what was seen comes to passed",
    ),
    (
        "a number of rows",
        |f| f.event(json!({"check": "1.1.1"}))["examined"] = json!(1200),
        "is said to be passed over 1200 rows",
    ),
    ("another gate", |f| f.event(json!({"check": "1.1.2"}))["gate"] = json!("A1"), "was judged and was not planned"),
    ("another phase", |f| f.event(json!({"check": "1.1.2"}))["phase"] = json!("2"), "was judged and was not planned"),
    ("a check taken out", |f| take(f, json!({"check": "1.1.2"})), "phase 1 was judged where check 1.1.2 was due"),
    ("a check twice", |f| again(f, json!({"check": "1.1.2"})), "was judged twice"),
    (
        "a check in a later phase",
        |f| move_behind(f, json!({"check": "1.1.2"}), json!({"check": "2.1.1"})),
        "phase 1 was judged where check 1.1.2 was due",
    ),
    (
        "what another kind of check sees",
        |f| *seen(f, "1.1.2") = json!({"kind": "accepts", "refused": null, "affected": 1}),
        "ledger/1.1.2 cannot have seen something of another kind",
    ),
    (
        "rows of other columns",
        |f| seen(f, "1.1.2")["table"]["columns"] = json!(["a", "b"]),
        "ledger/1.1.2 cannot have seen rows that have other columns than their table",
    ),
    (
        "a count that nobody asked for",
        |f| seen(f, "1.1.2")["examined"] = json!(1),
        "ledger/1.1.2 cannot have seen a count",
    ),
    (
        "a preparation that failed where there is none",
        |f| *seen(f, "1.1.2") = json!({"kind": "setup-failed", "error": {"sqlstate": null, "cause": null, "message": "m", "detail": null, "hint": null, "position": null}}),
        "ledger/1.1.2 cannot have seen a preparation",
    ),
    (
        "something broken that stopped nothing",
        |f| {
            let reason = json!({"code": "timed-out", "detail": "d"});
            let event = f.event(json!({"check": "1.1.2"}));
            event["observation"]["here"] = json!({"kind": "broken", "reason": reason});
            event["verdict"] = json!("error");
            event["reason"] = reason;
            event.as_object_mut().expect("an event").remove("examined");
        },
        "although something had broken",
    ),
    (
        "something broken by which nothing breaks",
        |f| *seen(f, "1.1.2") = json!({"kind": "broken", "reason": {"code": "violated", "detail": "d"}}),
        "ledger/1.1.2 cannot have seen something by which nothing breaks",
    ),
    (
        "an object that the catalog holds otherwise",
        |f| {
            seen(f, "1.catalog")["objects"]["column entries.currency"] =
                json!({"met": "text", "expected": {"known": "text"}})
        },
        "ledger/1.catalog: column entries.currency is not what the catalog of its state holds",
    ),
    (
        "an object that the catalog does not hold",
        |f| seen(f, "1.catalog")["objects"]["table gone"]["met"] = json!("table"),
        "table gone is not what the catalog of its state holds",
    ),
    (
        "an object more",
        |f| seen(f, "1.catalog")["objects"]["table accounts"] = json!({"met": "table", "expected": null}),
        "ledger/1.catalog cannot have seen other objects than it asks for",
    ),
    (
        "another object where there may be none",
        |f| seen(f, "1.catalog")["others"] = json!({"index x": "ON accounts (x)"}),
        "saw other objects than the catalog of its state holds",
    ),
    (
        "another difference seen",
        |f| seen(f, "1.changes")["difference"]["added"]["table more"] = json!("table"),
        "ledger/1.changes: saw another difference than its phase makes",
    ),
    (
        "no difference seen",
        |f| seen(f, "1.changes")["difference"] = json!(null),
        "ledger/1.changes: saw another difference than its phase makes",
    ),
    (
        "a definition that is not declared",
        |f| seen(f, "1.changes")["normalised"]["table more"] = json!({"known": "table"}),
        "ledger/1.changes cannot have seen other definitions than it declares",
    ),
    (
        "other rows before a phase",
        |f| {
            seen(f, "1.unchanged")["rows_before"]["entries"] = json!(11);
            f.event(json!({"check": "1.unchanged"}))["examined"] = json!(11);
        },
        "counted other rows of entries than the state before its phase holds",
    ),
    (
        "other rows before a later phase",
        |f| {
            seen(f, "2.unchanged")["rows_before"]["entries"] = json!(11);
            f.event(json!({"check": "2.unchanged"}))["examined"] = json!(11);
        },
        "counted other rows of entries than the state before its phase holds",
    ),
    (
        "rows of another table",
        |f| seen(f, "1.unchanged")["rows_before"]["accounts"] = json!(3),
        "ledger/1.unchanged cannot have seen the rows of other tables",
    ),
    (
        "fewer rows on the way back",
        |f| {
            seen(f, "1.way")["rows"] = json!(14);
            f.event(json!({"check": "1.way"}))["examined"] = json!(14);
        },
        "ledger/1.way: compared other legacy rows than the baseline holds",
    ),
    (
        "a way back in another order",
        |f| seen(f, "1.way")["steps"].as_array_mut().expect("steps").swap(0, 1),
        "the way back of phase 1 of ledger does not go step by step",
    ),
    (
        "a way back over another phase",
        |f| seen(f, "2.way")["steps"][0]["phase"] = json!("1"),
        "the way back of phase 2 of ledger does not go step by step",
    ),
    (
        "a way back that rests on nothing",
        |f| {
            seen(f, "2.way").as_object_mut().expect("seen").remove("rests_on");
        },
        "the way back of phase 2 of ledger is not walked to its end",
    ),
    (
        "a way back that goes on",
        |f| seen(f, "1.way")["steps"][0]["rows_changed"] = json!(["entries 1 is gone"]),
        "ledger/1.way cannot have seen steps after one that did not end well",
    ),
    (
        "a way back that differs in what was not there",
        |f| {
            let steps = seen(f, "1.way")["steps"].as_array_mut().expect("steps");
            steps.pop();
            steps[0]["difference"]["dropped"] = json!({"table never": "table"});
        },
        "table never cannot differ so from the state",
    ),
    (
        "a neighbour both accepted and refused",
        |f| {
            let refused = seen(f, "1.rejects")["refused"].clone();
            seen(f, "1.rejects")["neighbour_refused"] = refused;
        },
        "ledger/1.rejects cannot have seen a neighbour that was both accepted and refused",
    ),
    (
        "rows of a refused write",
        |f| {
            let refused = seen(f, "1.rejects")["refused"].clone();
            seen(f, "1.accepts")["refused"] = refused;
        },
        "ledger/1.accepts cannot have seen rows of a write that was refused",
    ),
    (
        "a step more",
        |f| {
            let steps = seen(f, "1.steps")["steps"].as_array_mut().expect("steps");
            steps.push(steps[0].clone());
        },
        "ledger/1.steps cannot have seen other steps than it has",
    ),
    (
        "a step fewer",
        |f| {
            seen(f, "1.steps")["steps"].as_array_mut().expect("steps").pop();
        },
        "ledger/1.steps cannot have seen fewer steps than it has",
    ),
    (
        "a step that waits for nobody",
        |f| seen(f, "1.steps")["steps"][0]["blocked_by"] = json!(["writer"]),
        "ledger/1.steps cannot have seen a step that waits for another session",
    ),
    (
        "the plan of a refused query",
        |f| {
            let refused = seen(f, "1.rejects")["refused"].clone();
            seen(f, "1.plan")["error"] = refused;
        },
        "ledger/1.plan cannot have seen the plan of a query that was refused",
    ),
    // The findings.
    (
        "a finding that is confirmed",
        |f| {
            let event = f.event(json!({"finding": "float-amounts"}));
            event["confirmed"] = json!(true);
            event.as_object_mut().expect("an event").remove("reason");
        },
        "finding float-amounts of ledger is said to be passed",
    ),
    (
        "another reason of a finding",
        |f| f.event(json!({"finding": "float-amounts"}))["reason"]["detail"] = json!("d"),
        "finding float-amounts of ledger is said to be failed (rows-differ: d)",
    ),
    (
        "a finding taken out",
        |f| take(f, json!({"finding": "float-amounts"})),
        "phase 3 was judged where finding float-amounts was due",
    ),
    (
        "a finding that is not applicable",
        |f| {
            f.event(json!({"finding": "float-amounts"}))["observation"]["here"] =
                json!({"kind": "not-applicable", "reason": {"code": "server-lacks", "detail": "d"}})
        },
        "finding float-amounts of ledger cannot have seen something of another kind",
    ),
    (
        "a finding after the phase was judged",
        |f| move_behind(f, json!({"finding": "float-amounts"}), json!({"kind": "phase-judged", "phase": "3"})),
        "phase 3 was judged where finding float-amounts was due",
    ),
    (
        "a defect in a run that tries none",
        |f| {
            f.plan["suites"][0]["phases"][2]["gates"][0]["checks"][0]["fails"] =
                json!({"reason": "rows-differ", "sql": {"when": "DELETE"}});
            let seen =
                json!({"kind": "rows", "table": {"columns": ["c"], "rows": [["x"]]}, "examined": null, "error": null});
            add_behind(
                f,
                json!({"kind": "phase-judged", "phase": "3"}),
                json!({"kind": "defect-tried", "suite": "ledger", "phase": "3", "check": "3.1.1", "verdict": "passed", "reason": {"code": "rows-differ", "detail": "row 1 is (x), expected (3.1.1)"}, "observation": {"here": seen}, "duration_us": 9}),
            );
        },
        "the defect of check 3.1.1 was tried where the end was due",
    ),
];

const OF_A_PROOF: &[Forgery] = &[
    (
        "a defect taken out",
        |f| take(f, json!({"kind": "defect-tried", "check": "1.1.1"})),
        "the defect of check 1.1.2 was tried where the defect of check 1.1.1 was due",
    ),
    ("a defect tried twice", |f| again(f, json!({"kind": "defect-tried", "check": "1.1.1"})), "was tried twice"),
    (
        "a defect tried in a later phase",
        |f| {
            move_behind(
                f,
                json!({"kind": "defect-tried", "check": "1.1.2"}),
                json!({"kind": "phase-applied", "phase": "2"}),
            )
        },
        "phase 2 was started where the defect of check 1.1.2 was due",
    ),
    (
        "another reason of a defect",
        |f| f.event(json!({"kind": "defect-tried", "check": "1.1.1"}))["reason"]["detail"] = json!("d"),
        "the defect of ledger/1.1.1 is said to be passed (violated: d)",
    ),
    (
        "a scenario taken out",
        |f| f.events.retain(|(_, event)| event["scenario"] != "audit"),
        "where scenario audit was due",
    ),
    (
        "scenarios in another order",
        |f| {
            let (audit, rest): (Vec<_>, Vec<_>) =
                f.events.drain(..).partition(|(_, event)| event["scenario"] == "audit");
            f.events = rest;
            let times: Vec<u64> = audit.iter().map(|(time, _)| *time).collect();
            let at = f.at(json!({"scenario": "probe", "kind": "scenario-ended"}));
            let time = f.events[at].0;
            f.events.splice(at + 1..at + 1, audit.into_iter().map(|(_, event)| (time, event)));
            assert!(!times.is_empty());
        },
        "where scenario audit was due",
    ),
    (
        "another verdict of a scenario",
        |f| f.event(json!({"kind": "scenario-ended", "scenario": "probe"}))["verdict"] = json!("failed"),
        "scenario probe of ledger is said to be failed",
    ),
    (
        "another verdict of a phase of a scenario",
        |f| within(f, "audit", "phase-judged")["verdict"] = json!("passed"),
        "scenario audit of ledger: phase 1 is said to be passed and comes to failed",
    ),
    (
        "a catalog that is said to be unchanged",
        |f| {
            let other = f.output(&json!({"table x": "table"}));
            within(f, "apply", "phase-failed")["catalog_after"] = other;
        },
        "of phase 1 of ledger is said of its catalog what its catalogs do not come to",
    ),
    (
        "a catalog that is said to have changed",
        |f| within(f, "apply", "phase-failed")["catalog_unchanged"] = json!(false),
        "is said of its catalog what its catalogs do not come to",
    ),
    ("a state that nobody had laid", |f| within(f, "probe", "state-reused")["phase"] = json!("3"), "in scenario probe"),
    (
        "steps in another scenario",
        |f| {
            let steps = within(f, "probe", "steps-tried").clone();
            *within(f, "audit", "phase-judged") = steps;
        },
        "steps of ledger were tried and none are planned",
    ),
    (
        "a scenario within a scenario",
        |f| {
            let inner = json!({"kind": "in-scenario", "suite": "ledger", "scenario": "probe", "event": {"kind": "state-reused", "suite": "ledger"}});
            *within(f, "probe", "state-reused") = inner;
        },
        "in scenario probe",
    ),
    ("a scenario in a run that plays none", |f| f.plan["judging"] = json!("run"), "where"),
];

/// What contradicts nothing in the folder. Only its digests are others than those that the honest run printed.
const CONSISTENT: &[Forgery] = &[
    ("the version of the program", |f| f.plan["phasegate"] = json!("9.9.9"), ""),
    ("the words of a title", |f| f.plan["suites"][0]["phases"][0]["gates"][0]["claim"] = json!("all is well"), ""),
    (
        "the SQL of a check",
        |f| f.plan["suites"][0]["phases"][0]["gates"][0]["checks"][1]["expectation"]["query"] = json!("SELECT 1"),
        "",
    ),
    (
        "the digest of an input",
        |f| f.plan["suites"][0]["inputs"]["fixtures/phases/1-currency/up.sql"] = json!("0".repeat(64)),
        "",
    ),
    (
        "a row with what is expected of it",
        |f| {
            f.plan["suites"][0]["phases"][0]["gates"][0]["checks"][1]["expectation"]["rows"] = json!([["x"]]);
            seen(f, "1.1.2")["table"]["rows"] = json!([["x"]]);
        },
        "",
    ),
    ("the version of the server", |f| f.events[1].1["server"]["versions"]["PostgreSQL"] = json!("17.7"), ""),
    ("where the server came from", |f| f.events[1].1["server"]["kind"] = json!("container"), "result"),
    (
        "how many statements the baseline has",
        |f| f.event(json!({"kind": "baseline-applied"}))["statements"] = json!(5),
        "result",
    ),
    ("how long a check took", |f| f.event(json!({"check": "1.1.2"}))["duration_us"] = json!(1), "result"),
    (
        "the rows that a statement wrote",
        |f| f.event(json!({"kind": "statement-applied"}))["rows"] = json!(13),
        "result",
    ),
    ("the message of a refusal", |f| seen(f, "1.rejects")["refused"]["message"] = json!("no"), "result"),
    (
        "a check taken out with its place in the plan",
        |f| {
            f.plan["suites"][0]["phases"][0]["gates"][0]["checks"].as_array_mut().expect("checks").remove(1);
            take(f, json!({"check": "1.1.2"}));
        },
        "",
    ),
    (
        "the last catalog with its difference",
        |f| {
            alter_catalog(f, json!({"kind": "phase-applied", "phase": "3"}), "catalog_after", "table more");
            let difference = f.output(&json!({"added": {"index idx_archived": "ON entries (archived)", "table more": "made up"}, "altered": {}, "dropped": {}}));
            applied(f, "3")["difference"] = difference;
        },
        "",
    ),
];

#[test]
fn the_honest_folders_verify_when_they_are_sealed_again() {
    assert_eq!(catalog_after(3).0.len(), 5);
    for sample in [whole(), proved()] {
        assert_eq!(Forged::of(&sample).faults(), Vec::<String>::new());
    }
}

#[test]
fn what_contradicts_itself_is_named_however_well_it_is_sealed() {
    let mut wrong = Vec::new();
    for (honest, forgeries) in [(Forged::of(&whole()), OF_THE_WHOLE), (Forged::of(&proved()), OF_A_PROOF)] {
        for (name, edit, named) in forgeries {
            let mut forged = honest.clone();
            edit(&mut forged);
            let faults = forged.faults();
            if !faults.iter().any(|fault| fault.contains(named)) {
                wrong.push(format!("{name}: {faults:#?}, expected `{named}`"));
            }
        }
    }
    assert!(OF_THE_WHOLE.len() + OF_A_PROOF.len() >= 75);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_lie_that_contradicts_nothing_has_another_head_and_run_digest_than_the_honest_run_printed() {
    let honest = Forged::of(&whole());
    let printed = honest.clone().verification();
    let printed = [printed.result_digest, printed.head, printed.run_digest].map(|digest| digest.expect("a digest"));
    for (name, edit, kept) in CONSISTENT {
        let mut forged = honest.clone();
        edit(&mut forged);
        let verification = forged.verification();
        assert!(verification.holds(), "{name}: {:?}", verification.faults);
        let met: Vec<&str> = printed.iter().filter_map(|digest| verification.recognise(digest)).collect();
        assert_eq!(met.join(""), *kept, "{name}");
    }
}
