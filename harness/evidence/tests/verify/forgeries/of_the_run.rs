//! Edits of the plan, of the run, its server, its baseline and its phases.

use serde_json::json;

use super::*;

pub(super) const OF_THE_RUN: &[Forgery] = &[
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
        "a suite that asks for an older server",
        |f| f.plan["suites"][0]["server"]["postgres_max"] = json!(16),
        "suite ledger needs PostgreSQL 16 or older, and was started on",
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
    (
        "a bookkeeping added",
        |f| f.plan["suites"][0]["bookkeeping"] = json!(["other"]),
        "excuses `bookkeeping other` in ledger, and no deviation says so",
    ),
    (
        "a bookkeeping added with its deviation",
        |f| book(f, "other"),
        "ledger was stopped by nothing, where its bookkeeping comes to names-nothing: `bookkeeping` names `other`",
    ),
    (
        "a bookkeeping added that a check asks about",
        |f| book(f, "entries"),
        "asks in check 1.unchanged of ledger about the bookkeeping entries",
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
        "compared other legacy rows than the state holds that it goes back to",
    ),
    (
        "a baseline that holds other rows than it counts",
        |f| f.event(json!({"kind": "baseline-applied"}))["tables"]["entries"]["rows"] = json!(11),
        "the baseline of ledger is said to hold other rows than it counts",
    ),
    (
        "a phase that leaves the rows of a table that is not there",
        |f| {
            let tables = &mut f.event(json!({"kind": "phase-applied", "phase": "2"}))["tables"];
            tables["ghosts"] = tables["entries"].clone();
        },
        "phase 2 of ledger is said to leave other tables than it has",
    ),
    (
        "a phase that leaves other rows than the next one found",
        |f| f.event(json!({"kind": "phase-applied", "phase": "1"}))["tables"]["entries"]["rows"] = json!(11),
        "counted other rows of entries than the state before its phase holds",
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
];
