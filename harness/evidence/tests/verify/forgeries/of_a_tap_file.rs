//! Edits of what a file of pgTAP gave: of a run in which it passed, and of one in which a test of it failed.

use phasegate_evidence::Digest;
use serde_json::json;

use super::*;

const SQL: &str =
    "SELECT plan(3);\nSELECT ok(true, 'a');\nSELECT is(1, 1, 'b');\nSELECT ok(true, 'c');\nSELECT * FROM finish();\n";
const PASSED: &[&str] = &["1..3", "ok 1 - a", "ok 2 - b", "ok 3 - c"];
/// As pgTAP says it.
const FAILED: &[&str] = &[
    "1..3",
    "ok 1 - a",
    "not ok 2 - b",
    "# Failed test 2: \"b\"",
    "#         have: 2",
    "#         want: 1",
    "ok 3 - c",
    "# Looks like you failed 1 test of 3",
];

/// The sample with a file of pgTAP as the last check of its last phase.
fn with_a_file(lines: &[&str]) -> Sample {
    let mut sample = Sample::passed();
    sample.plan.suites[0].inputs.insert("fixtures/tests/t.sql".into(), Digest::of(SQL.as_bytes()));
    let mut forged = Forged::of(&sample);
    let expectation = json!({"kind": "tap", "file": "tests/t.sql", "sql": SQL, "from_baseline": true});
    let seen = json!({"kind": "tap", "lines": lines, "refused": null});
    let typed: Expectation = serde_json::from_value(expectation.clone()).expect("an expectation");
    let judged = judge(&typed, &serde_json::from_value(seen.clone()).expect("an observation"));
    let gate = &mut forged.plan["suites"][0]["phases"][2]["gates"][0];
    gate["checks"]
        .as_array_mut()
        .expect("checks")
        .push(json!({"id": "3.tap", "title": "t", "expectation": expectation}));
    let mut event = json!({
        "kind": "check-judged", "suite": "ledger", "phase": "3", "gate": gate["gate"], "check": "3.tap",
        "verdict": judged.verdict, "examined": judged.examined, "observation": {"here": seen}, "duration_us": 9
    });
    if let Some(reason) = judged.reason {
        event["reason"] = json!(reason);
    }
    let at = forged.at(json!({"check": "3.1.1"}));
    let time = forged.events[at].0;
    forged.events.insert(at + 1, (time, event));
    let planned = serde_json::from_value(forged.plan.clone()).expect("a plan");
    let events = forged.events.iter().map(|(_, event)| serde_json::from_value(event.clone()).expect("an event"));
    let result = phasegate_evidence::RunResult::derive(&planned, &events.collect::<Vec<_>>());
    forged.close(&result);
    let within = forged.events.len() - 1;
    let events = forged.events[1..within].iter().map(|(_, event)| serde_json::from_value(event.clone()));
    sample.events = events.collect::<Result<_, _>>().expect("events");
    sample.plan = planned;
    sample
}

/// The file passed.
pub(super) fn with_a_file_that_passed() -> Sample {
    with_a_file(PASSED)
}

/// A test of the file failed, and with it the run.
pub(super) fn with_a_file_that_failed() -> Sample {
    with_a_file(FAILED)
}

fn expected(f: &mut Forged) -> &mut Value {
    let checks = f.plan["suites"][0]["phases"][2]["gates"][0]["checks"].as_array_mut().expect("checks");
    &mut checks.iter_mut().find(|check| check["id"] == "3.tap").expect("the file")["expectation"]
}

/// These lines, and that all of their tests passed.
fn passes(f: &mut Forged, lines: &[&str]) {
    seen(f, "3.tap")["lines"] = json!(lines);
    let judged = f.event(json!({"check": "3.tap"}));
    judged["verdict"] = json!("passed");
    judged["examined"] = json!(lines.iter().filter(|line| line.trim_start_matches("not ").starts_with("ok ")).count());
    judged.as_object_mut().expect("an event").remove("reason");
}

pub(super) const OF_A_FILE_THAT_FAILED: &[Forgery] = &[
    (
        "the verdict alone",
        |f| passes(f, FAILED),
        "ledger/3.tap is said to be passed over 3 rows, and what was seen comes to failed",
    ),
    (
        "a test turned to ok",
        |f| passes(f, &FAILED.join("\n").replace("not ok", "ok").split('\n').collect::<Vec<_>>()),
        "(broken-tap: it says itself `# Failed test 2: \"b\"`, and every test of it is ok)",
    ),
    (
        "a test turned to ok, and why it failed taken out",
        |f| passes(f, &[PASSED, &FAILED[7..]].concat()),
        "(broken-tap: it says itself `# Looks like you failed 1 test of 3`, and every test of it is ok)",
    ),
    (
        "a test taken out",
        |f| passes(f, &[&FAILED[..2], &FAILED[6..7]].concat()),
        "(broken-tap: 3 tests are planned, and 2 were run",
    ),
    (
        "a test taken out of the plan, too",
        |f| passes(f, &["1..2", "ok 1 - a", "ok 3 - c"]),
        "(broken-tap: 2 tests are planned, and 2 were run, or not in the order of their numbers)",
    ),
    (
        "a test taken out, and the others numbered again",
        |f| passes(f, &["1..2", "ok 1 - a", "ok 2 - c", FAILED[7]]),
        "(broken-tap: it says itself `# Looks like you failed 1 test of 3`",
    ),
    (
        "a test that is skipped",
        |f| passes(f, &["1..3", "ok 1 - a", "ok 2 # SKIP not today", "ok 3 - c"]),
        "(not-ok: of 3 tests 0 with TODO and 1 with SKIP",
    ),
    (
        "a test that may fail",
        |f| {
            let lines = FAILED.join("\n").replace("2 - b", "2 - b # TODO later");
            passes(f, &lines.split('\n').collect::<Vec<_>>());
            expected(f)["todo"] = json!(1);
        },
        "(broken-tap: it says itself `# Failed test 2",
    ),
    (
        "everything skipped",
        |f| {
            passes(f, &["1..0 # SKIP not today"]);
            f.event(json!({"check": "3.tap"}))["examined"] = json!(0);
        },
        "(vacuous: the file plans no test, or skips all of them)",
    ),
    (
        "a bail-out that is none",
        |f| passes(f, &[PASSED, &["Bail out!  no more"]].concat()),
        "(not-ok: Bail out!  no more)",
    ),
    (
        "a file that was not judged",
        |f| {
            let reason = json!({"code": "server-lacks", "detail": "needs pgTAP, which this server does not offer"});
            *seen(f, "3.tap") = json!({"kind": "not-applicable", "reason": reason});
            let judged = f.event(json!({"check": "3.tap"}));
            judged["verdict"] = json!("not-applicable");
            judged["reason"] = reason;
            judged.as_object_mut().expect("an event").remove("examined");
        },
        "by plan and server it is applicable",
    ),
];

pub(super) const OF_A_FILE_THAT_PASSED: &[Forgery] = &[
    (
        "a test that was not run",
        |f| passes(f, &[PASSED, &["ok 4 - d"]].concat()),
        "(broken-tap: 3 tests are planned, and 4 were run",
    ),
    ("a test twice", |f| passes(f, &["1..3", "ok 1 - a", "ok 2 - b", "ok 2 - b"]), "(broken-tap: 3 tests are planned"),
    ("another plan", |f| passes(f, &["1..4", "ok 1 - a", "ok 2 - b", "ok 3 - c"]), "(broken-tap: 4 tests are planned"),
    ("no plan", |f| passes(f, &PASSED[1..]), "(broken-tap: 0 plans (`1..N`)"),
    ("two plans", |f| passes(f, &[PASSED, &["1..3"]].concat()), "(broken-tap: 2 plans (`1..N`)"),
    (
        "fewer tests than the check counted",
        |f| f.event(json!({"check": "3.tap"}))["examined"] = json!(300),
        "ledger/3.tap is said to be passed over 300 rows",
    ),
    (
        "several lines in one",
        |f| passes(f, &["1..3\nok 1 - a", "ok 2 - b", "ok 3 - c"]),
        "ledger/3.tap cannot have seen lines that are several",
    ),
    (
        "a statement that was refused",
        |f| {
            let refusal = json!({"sqlstate": "42P01", "cause": null, "message": "m", "detail": null, "hint": null, "position": null});
            seen(f, "3.tap")["refused"] = json!([3, refusal]);
        },
        "(refused: tests/t.sql:3: 42P01",
    ),
    (
        "a refused statement behind the end of the file",
        |f| {
            let refusal = json!({"sqlstate": "42P01", "cause": null, "message": "m", "detail": null, "hint": null, "position": null});
            seen(f, "3.tap")["refused"] = json!([6, refusal]);
        },
        "ledger/3.tap cannot have seen a refused statement that the file does not hold",
    ),
    (
        "a preparation that failed where the baseline brings pgTAP",
        |f| *seen(f, "3.tap") = json!({"kind": "setup-failed", "error": {"sqlstate": null, "cause": null, "message": "m", "detail": null, "hint": null, "position": null}}),
        "ledger/3.tap cannot have seen a preparation",
    ),
    (
        "pgTAP that the baseline does not bring",
        |f| {
            expected(f).as_object_mut().expect("an object").remove("from_baseline");
        },
        "by plan and server it is not applicable (server-lacks: needs pgTAP",
    ),
    ("a test that may fail in the plan", |f| expected(f)["todo"] = json!(1), "(not-ok: of 3 tests 0 with TODO"),
    ("a test that is skipped in the plan", |f| expected(f)["skip"] = json!(1), "(not-ok: of 3 tests 0 with TODO"),
    (
        "another text of the file in the plan",
        |f| expected(f)["sql"] = json!("SELECT '1..3';\n"),
        "check 3.tap of ledger runs another fixtures/tests/t.sql than the plan names as an input",
    ),
    (
        "another file in the plan",
        |f| expected(f)["file"] = json!("tests/other.sql"),
        "check 3.tap of ledger runs another fixtures/tests/other.sql than the plan names as an input",
    ),
    (
        "another digest of the file in the plan",
        |f| f.plan["suites"][0]["inputs"]["fixtures/tests/t.sql"] = json!("0".repeat(64)),
        "check 3.tap of ledger runs another fixtures/tests/t.sql than the plan names as an input",
    ),
];
