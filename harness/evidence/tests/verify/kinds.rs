//! The sample again, proved and failed, so that the tests of the schemas meet something of every kind. It is written as
//! JSON, which the types read: that is what the schemas describe.

use phasegate_evidence::{Digest, Event, judge::Judging};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::sample::{Sample, catalog_after};

fn typed<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("what the type reads")
}

fn failure() -> Value {
    json!({
        "file": "up.sql", "line": 1, "statement": 1, "sqlstate": "42701", "cause": "column entries.currency",
        "message": "it exists", "hint": null
    })
}

/// The sample, proved: checks catch their defects, and a scenario of each kind ends as it says.
pub(crate) fn proved() -> Sample {
    let mut sample = Sample::passed();
    sample.plan.judging = Judging::Prove;
    let suite = &mut sample.plan.suites[0];
    let gate = &mut suite.phases[0].gates[0];
    let other = "row 1 is (other), expected (1.1.2)";
    gate.checks[0].fails = typed(json!({"reason": "violated", "sql": {"when": "UPDATE entries SET currency = NULL"}}));
    gate.checks[1].fails = typed(json!({"reason": "rows-differ", "sql": {"file": "1.1.2.sql"}, "detail": other}));
    let mut audited = suite.phases[0].clone();
    audited.gates.truncate(1);
    audited.gates[0].checks.remove(0);
    let expected = [
        json!({
            "kind": "apply", "outcome": "phase-failed", "phase": "1", "sqlstate": "42701", "by": "currency",
            "says": "exists", "catalog": "unchanged"
        }),
        json!({
            "kind": "audit", "phases": [audited],
            "expected": {"passed_checks": 0, "passed_gates": 0, "checks": {"1.1.2": "rows-differ: row 1"}}
        }),
        json!({
            "kind": "probe", "phase": "1",
            "steps": [{"run": "SELECT 1, true, NULL", "as": "auditor", "rows": [[1, true, "\\N"]]}]
        }),
    ];
    let scenario = |expected: Value| typed(json!({"scenario": expected["kind"], "title": "t", "expected": expected}));
    suite.scenarios = expected.map(scenario).into();

    let reason = json!({"code": "rows-differ", "detail": other});
    let rows =
        json!({"kind": "rows", "table": {"columns": ["c"], "rows": [["other"]]}, "examined": null, "error": null});
    let table = json!({"columns": ["c"], "rows": [["7"]]});
    let violations = json!({"kind": "violations", "violations": table, "examined": 12, "error": null});
    let table = json!({"columns": ["a", "b", "c"], "rows": [["1", "t", null]]});
    let sequence = json!({"kind": "sequence", "steps": [{"refused": null, "affected": 0, "table": table}]});
    let defect = |check: &str, reason: &Value, seen: &Value| {
        json!({
            "kind": "defect-tried", "suite": "ledger", "phase": "1", "check": check, "verdict": "passed",
            "reason": reason, "observation": {"here": seen}, "duration_us": 9
        })
    };
    let within = |scenario: &str, event: Value| json!({"kind": "in-scenario", "suite": "ledger", "scenario": scenario, "event": event});
    let ended = |scenario: &str| {
        json!({
            "kind": "scenario-ended", "suite": "ledger", "scenario": scenario, "verdict": "passed", "duration_us": 9
        })
    };
    let baseline = json!({"kind": "state-reused", "suite": "ledger"});
    let phase = json!({"kind": "state-reused", "suite": "ledger", "phase": "1"});
    let violated = json!({"code": "violated", "detail": "1 row violates it, the first: 7"});
    let phase_failed = json!({
        "kind": "phase-failed", "suite": "ledger", "phase": "1", "failure": failure(),
        "catalog_after": sample.stored_value(&catalog_after(0)), "catalog_unchanged": true
    });
    let check_judged = json!({
        "kind": "check-judged", "suite": "ledger", "phase": "1", "gate": "1.1", "check": "1.1.2", "verdict": "failed",
        "reason": reason, "examined": 1, "observation": {"here": rows}, "duration_us": 9
    });
    let steps_tried = json!({
        "kind": "steps-tried", "suite": "ledger", "verdict": "passed", "observation": {"here": sequence}
    });
    let events = [
        within("apply", baseline.clone()),
        within("apply", json!({"kind": "phase-started", "suite": "ledger", "phase": "1"})),
        within("apply", phase_failed),
        ended("apply"),
        within("audit", baseline.clone()),
        within("audit", phase.clone()),
        within("audit", check_judged),
        within("audit", json!({"kind": "phase-judged", "suite": "ledger", "phase": "1", "verdict": "failed"})),
        ended("audit"),
        within("probe", baseline),
        within("probe", phase),
        within("probe", steps_tried),
        ended("probe"),
    ];
    let end = sample.events.len() - 1;
    sample.events.splice(end..end, events.map(typed::<Event>));
    let defects = [defect("1.1.1", &violated, &violations), defect("1.1.2", &reason, &rows)];
    let is_judged = |event: &Event| matches!(event, Event::PhaseJudged { .. });
    let proving = sample.events.iter().position(is_judged).expect("phase 1 is judged") + 1;
    sample.events.splice(proving..proving, defects.map(typed::<Event>));
    sample
}

/// Failures of every kind, with every kind of expectation in the plan and of observation in the events. No run can have
/// left all of them.
pub(crate) fn failed() -> Sample {
    let refused_by = |cause: Value| {
        json!({
            "sqlstate": "23514", "cause": cause, "message": "m", "detail": "d", "hint": null, "position": 1
        })
    };
    let step = json!({
        "run": "w", "session": "writer", "blocked_by": "migrator", "settings": {"k": "v"}, "affects": 1,
        "rejects": {"sqlstate": "23514", "by": "c"}
    });
    let objects = json!({"index i": {"exactly": "ON t (a)"}, "table t": {"contains": ["t"]}, "table u": "absent"});
    let write = json!({"sqlstate": "23514", "by": "c"});
    let expectations = [
        json!({"kind": "rows", "query": "q", "rows": [["1", null]], "examined": "q"}),
        json!({"kind": "violations", "query": "q", "examined": "q", "allow_empty": false}),
        json!({"kind": "rejects", "write": "w", "rejects": write, "neighbour": {"write": "w"}}),
        json!({"kind": "rejects", "write": "w", "rejects": write, "neighbour": {"switched-off": "trigger t.g"}}),
        json!({"kind": "accepts", "write": "w", "rows": 1}),
        json!({"kind": "sequence", "steps": [step]}),
        json!({"kind": "plan", "query": "q", "index": "i", "scan": "Index Scan", "detail": "d", "without": ["Sort"]}),
        json!({"kind": "catalog", "objects": objects, "exactly": ["index t"]}),
        json!({"kind": "changes", "add": {"table t": "table"}, "alter": {}, "drop": ["table u"]}),
        json!({"kind": "unchanged", "tables": ["t"], "except": ["t.a"]}),
        json!({"kind": "rollback", "tables": ["t"]}),
        json!({"kind": "tap", "file": "t.sql", "sql": "SELECT plan(1)", "from_baseline": true, "todo": 1, "skip": 1}),
        json!({
            "kind": "rollback", "tables": ["t"], "to": "previous", "except": {"comment table t": "why"},
            "allow_empty": true
        }),
    ];
    let reason = json!({"code": "timed-out", "detail": "it took longer than 1 s"});
    let difference =
        json!({"added": {"k": "v"}, "dropped": {"l": "v"}, "altered": {"m": {"before": "v", "after": "w"}}});
    let table = json!({"columns": [], "rows": []});
    let step = json!({
        "refused": refused_by(json!({"kind": "routine", "name": "r"})), "affected": 0, "table": table,
        "blocked_by": ["migrator"]
    });
    let way_back = json!({
        "phase": "1", "direction": "down", "refused": failure(), "difference": difference, "rows_changed": ["r"]
    });
    let observations = [
        json!({"kind": "setup-failed", "error": refused_by(json!({"kind": "constraint", "name": "c"}))}),
        json!({"kind": "not-applicable", "reason": reason}),
        json!({"kind": "broken", "reason": reason}),
        json!({"kind": "too-large", "reason": reason}),
        json!({
            "kind": "rows", "table": null, "examined": null,
            "error": refused_by(json!({"kind": "column", "table": "t", "name": "c"}))
        }),
        json!({
            "kind": "violations", "violations": table, "examined": 0,
            "error": refused_by(json!({"kind": "function", "name": "f"}))
        }),
        json!({
            "kind": "rejects", "refused": refused_by(json!({"kind": "rls", "table": "t"})),
            "neighbour_refused": refused_by(json!({"kind": "privilege", "object": "t"})), "neighbour_affected": null
        }),
        json!({"kind": "accepts", "refused": refused_by(json!({"kind": "type", "name": "t"})), "affected": 0}),
        json!({"kind": "accepts", "refused": refused_by(json!({"kind": "trigger", "name": "t"})), "affected": 0}),
        json!({"kind": "sequence", "steps": [step]}),
        json!({"kind": "plan", "lines": ["Seq Scan on t"], "error": null}),
        json!({
            "kind": "catalog", "objects": {"table t": {"met": null, "expected": {"known": "table"}}},
            "others": {"index i": "ON t (a)"}
        }),
        json!({"kind": "changes", "difference": difference, "normalised": {"k": {"unresolved": "no such type"}}}),
        json!({"kind": "unchanged", "rows_before": {"t": 1}, "changes": ["row 1"], "error": null}),
        json!({"kind": "tap", "lines": ["1..1"], "refused": [1, refused_by(json!({"kind": "function", "name": "f"}))]}),
        json!({"kind": "rollback", "steps": [way_back], "planned": 2, "rows": 1, "rests_on": "1.9.1", "absent": ["u"]}),
    ];
    let mut sample = Sample::passed();
    let check = |expectation: Value| {
        typed(json!({
            "id": "c", "title": "t", "requirement": ["r"], "role": "auditor", "settings": {"k": "v"}, "given": "g",
            "needs": {"edition": "community", "postgres_min": 17}, "transient": true, "timeout_ms": 1000,
            "expectation": expectation
        }))
    };
    sample.plan.suites[0].env = [("APP_ENV".to_owned(), "test".to_owned())].into();
    sample.plan.suites[0].phases[0].up_command = Some("alembic upgrade a1".into());
    sample.plan.suites[0].phases[0].down_command = Some("alembic downgrade -1".into());
    sample.plan.suites[0].bookkeeping = vec!["alembic_version".into()];
    sample.plan.suites[0].phases[0].gates[0].checks = expectations.map(check).into();
    let judged = |seen: Value| {
        json!({
            "kind": "check-judged", "suite": "ledger", "phase": "1", "gate": "1.1", "check": "c", "verdict": "error",
            "reason": reason, "observation": {"here": seen}, "duration_us": 9
        })
    };
    let mut broke = failure();
    broke["broke"] = "connection-lost".into();
    let nothing = Digest::of(b"");
    let books = json!({"alembic_version": {"columns": ["version_num"], "rows": [["a1"]]}});
    let events = [
        json!({
            "kind": "command-ended", "suite": "ledger", "phase": "1", "direction": "down", "check": "c",
            "command": "alembic downgrade -1", "ended": "exit status: 0", "stdout": nothing, "stderr": nothing,
            "inherited": nothing, "duration_us": 9
        }),
        json!({"kind": "baseline-failed", "suite": "ledger", "failure": broke}),
        json!({
            "kind": "phase-failed", "suite": "ledger", "phase": "1", "failure": failure(), "catalog_after": nothing,
            "catalog_unchanged": false, "revisions": books
        }),
        json!({"kind": "action-failed", "suite": "ledger", "failure": failure()}),
        json!({"kind": "suite-stopped", "suite": "ledger", "reason": reason}),
        json!({"kind": "server-log", "log": nothing}),
        json!({"kind": "suite-finished", "suite": "ledger", "verdict": "error"}),
    ];
    sample.events = observations.map(judged).into_iter().chain(events).map(typed).collect();
    sample
}
