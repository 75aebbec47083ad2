//! Edits that contradict nothing in the folder.

use serde_json::json;

use super::*;

/// What contradicts nothing in the folder. Only its digests are others than those that the honest run printed.
pub(crate) const CONSISTENT: &[Forgery] = &[
    ("the version of the program", |f| f.plan["phasegate"] = json!("9.9.9"), ""),
    ("that it would have kept going after a failed phase", |f| f.plan["keep_going"] = json!(true), ""),
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
            alter_catalog(f, json!({"kind": "phase-applied", "phase": "3"}), "catalog_after", "view more");
            let difference = f.output(&json!({"added": {"index idx_archived": "ON entries (archived)", "view more": "made up"}, "altered": {}, "dropped": {}}));
            applied(f, "3")["difference"] = difference;
        },
        "",
    ),
];
