//! A run folder as large as any: 10 000 checks that saw 100 MB. How long `verify` takes on it is measured by hand:
//!
//! ```sh
//! PHASEGATE_LARGE=/tmp/large cargo test -p phasegate --test cli large -- --ignored
//! cargo build --release -p phasegate
//! time target/release/phasegate verify /tmp/large/run
//! ```

use std::{env, fs, path::PathBuf};

use phasegate_evidence::{
    Event, JUNIT_FILE, PAGE_FILE, REPORT_FILE, Seen, Verdict, canonical_bytes,
    judge::{Check, Expectation, Observation, judge},
};
use phasegate_report::{Record, html, junit, markdown};
use serde_json::json;

use crate::{phasegate::phasegate, sample::Sample};

const CHECKS: usize = 10_000;
const BYTES_OF_EACH: usize = 10_000;

fn large() -> Sample {
    let mut sample = Sample::passed();
    let expectation = json!({
        "kind": "plan", "query": "SELECT * FROM accounts WHERE number = 1", "index": "idx_number", "scan": null,
        "detail": null, "without": []
    });
    let expectation: Expectation = serde_json::from_value(expectation).expect("an expectation");
    let at = sample.events.iter().position(|event| matches!(event, Event::PhaseJudged { phase, .. } if phase == "2"));
    let mut events = sample.events.split_off(at.expect("phase 2 is judged"));
    for number in 0..CHECKS {
        let id = format!("2.1.large.{number}");
        let mut lines = vec!["Index Scan using idx_number on accounts".to_owned()];
        let line = format!("  Filter: ((number = {number}) AND (name <> 'a \"quoted\" name'::text))");
        lines.extend(std::iter::repeat_n(line.clone(), BYTES_OF_EACH / (line.len() + 5)));
        let seen: Observation =
            serde_json::from_value(json!({"kind": "plan", "lines": lines, "error": null})).expect("an observation");
        let judged = judge(&expectation, &seen);
        assert_eq!(judged.verdict, Verdict::Passed, "{:?}", judged.reason);
        let title = format!("the {number}th query of accounts by number uses the index");
        let gate = &mut sample.plan.suites[0].phases[1].gates[0];
        gate.checks.push(Check::new(&*id, title, expectation.clone()));
        sample.events.push(Event::CheckJudged {
            suite: "ledger".into(),
            phase: "2".into(),
            gate: gate.gate.clone(),
            check: id,
            verdict: judged.verdict,
            reason: judged.reason,
            examined: judged.examined,
            observation: Seen::Stored(phasegate_evidence::Digest::of(&canonical_bytes(&seen).expect("JSON"))),
            duration_us: 700,
        });
        sample.stored_value(&seen);
    }
    sample.events.append(&mut events);
    sample
}

#[test]
#[ignore = "writes 100 MB"]
fn ten_thousand_checks_that_saw_100_mb_verify() {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let here = env::var_os("PHASEGATE_LARGE").map_or(holder.path().to_owned(), PathBuf::from);
    let path = here.join("run");
    let folder = large().write(&path);
    let record = Record::read(folder.path()).expect("a run folder");
    fs::write(path.join(REPORT_FILE), markdown(&record)).expect("writable");
    fs::write(path.join(PAGE_FILE), html(&record)).expect("writable");
    fs::write(path.join(JUNIT_FILE), junit(&record).expect("renderable")).expect("writable");
    let ran = phasegate(&here, &["verify", "run"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("10005 of 10006 checks (1 not applicable) passed"), "{}", ran.stdout);
}
