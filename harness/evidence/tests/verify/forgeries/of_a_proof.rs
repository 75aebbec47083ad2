//! Edits of a run that proves its gates.

use serde_json::json;

use super::*;

pub(super) const OF_A_PROOF: &[Forgery] = &[
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
