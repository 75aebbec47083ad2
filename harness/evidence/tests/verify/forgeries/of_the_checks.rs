//! Edits of what checks and findings came to, and of what they saw.

use serde_json::json;

use super::*;

pub(super) const OF_THE_CHECKS: &[Forgery] = &[
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
    (
        "a check that asks to be adopted",
        |f| f.plan["suites"][0]["phases"][0]["gates"][0]["checks"][1]["adopt"] = json!(true),
        "ledger/1.1.2 is said to be passed over 1 row, and what was seen comes to failed (not-adopted: ",
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
        "ledger/1.way: compared other legacy rows than the state holds that it goes back to",
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
        "a way back over fewer phases than the plan says",
        |f| {
            let way = f.plan["suites"][0]["phases"][1]["gates"][0]["checks"].as_array_mut().expect("checks");
            way.iter_mut().find(|check| check["id"] == "2.way").expect("the way")["expectation"]["to"] =
                json!("previous");
        },
        "the way back of phase 2 of ledger is not walked to its end",
    ),
    (
        "an exception that the plan excuses alone",
        |f| {
            let way = f.plan["suites"][0]["phases"][0]["gates"][0]["checks"].as_array_mut().expect("checks");
            let way = way.iter_mut().find(|check| check["id"] == "1.way").expect("the way");
            way["expectation"]["except"] = json!({"comment table entries": "it never mattered"});
        },
        "excuses `1.way comment table entries` in ledger, and no deviation says so",
    ),
    (
        "a table that is missed on the way back and is there",
        |f| {
            seen(f, "1.way")["absent"] = json!(["accounts"]);
            let judged = f.event(json!({"check": "1.way"}));
            judged["verdict"] = json!("error");
        },
        "ledger/1.way: missed other tables than the states on its way lack",
    ),
    (
        "a way back that turns round at another state",
        |f| {
            let steps = seen(f, "2.way")["steps"].as_array_mut().expect("steps");
            steps[0]["difference"]["altered"] = json!({"comment table t": {"before": "a", "after": "b"}});
        },
        "the way back of phase 2 of ledger rests on another state",
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
