//! A run of ten thousand checks that saw a hundred megabytes: it still makes a page that a browser shows at once.

use std::{fs, path::Path, time::Instant};

use phasegate_evidence::{
    Event, JUNIT_FILE, REPORT_FILE, Seen,
    judge::{Check, Expectation, Observation, PlanSeen, PlanUse, judge},
};
use phasegate_report::{Record, html, junit, markdown};

use crate::{chromium::Chromium, sample::Sample};

/// How many gates, and checks in each.
const GATES: usize = 100;
const CHECKS: usize = 100;
/// How many bytes each check saw.
const SEEN_BYTES: usize = 10_000;

pub(crate) fn claims() -> Vec<crate::Claim> {
    vec![("ten_thousand_checks_that_saw_a_hundred_megabytes_make_a_page_that_works", large)]
}

/// Leaves the folder among the temporary files of the target, to be measured with other programs too.
fn large(browser: &mut Chromium) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("large-run");
    let _ = fs::remove_dir_all(&folder);
    sample().write(&folder);
    let began = Instant::now();
    let record = Record::read(&folder).expect("a run folder");
    let read = began.elapsed();
    let page = html(&record);
    println!("read in {read:?}, rendered in {:?}: {} bytes", began.elapsed() - read, page.len());
    assert!(page.len() < 40 << 20, "{}", page.len());
    fs::write(folder.join("report.html"), &page).expect("writable");
    fs::write(folder.join(REPORT_FILE), markdown(&record)).expect("writable");
    fs::write(folder.join(JUNIT_FILE), junit(&record).expect("renderable")).expect("writable");
    let began = Instant::now();
    browser.open(&folder.join("report.html"), "");
    let paint =
        browser.eval("performance.getEntriesByType('paint').map((at) => `${at.name} ${at.startTime} ms`).join()");
    println!("loaded in {:?}: {paint}", began.elapsed());
    let began = Instant::now();
    browser.eval("document.querySelector('button[data-show=passed]').click()");
    let shown = browser.eval("document.querySelector('#shown').textContent");
    println!("filtered in {:?}: {shown}", began.elapsed());
    assert_eq!(shown, format!("{} of {} checks shown", GATES * CHECKS + 6, GATES * CHECKS + 7));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// The sample with these gates in its first phase. It verifies.
fn sample() -> Sample {
    let mut sample = Sample::passed();
    let phase = &mut sample.plan.suites[0].phases[0];
    let pattern = phase.gates[0].clone();
    for gate in 0..GATES {
        let check = |at: usize| {
            let query = format!("SELECT * FROM entries WHERE gate = {gate} AND number = {at}");
            let detail = Some("SCAN entries".to_owned());
            let plan = PlanUse { query, index: None, scan: None, detail, without: Vec::new() };
            Check::new(format!("1.{gate}.{at}.large"), format!("what check {at} tries"), Expectation::Plan(plan))
        };
        let mut gate_plan = pattern.clone();
        gate_plan.gate = format!("1.large{gate}");
        gate_plan.checks = (0..CHECKS).map(check).collect();
        phase.gates.push(gate_plan);
    }
    let judged = sample.events.iter().position(|event| matches!(event, Event::PhaseJudged { .. })).expect("judged");
    let mut events = Vec::new();
    for gate in sample.plan.suites[0].phases[0].gates.clone().iter().filter(|gate| gate.gate.contains("large")) {
        for check in &gate.checks {
            let line = format!("{}: {}", check.id, "a line as it was seen, ".repeat(SEEN_BYTES / 23));
            let seen = Observation::Plan(PlanSeen { lines: vec!["SCAN entries".into(), line], error: None });
            let judged = judge(&check.expectation, &seen);
            let observation: Seen = sample.stored(&seen);
            events.push(Event::CheckJudged {
                suite: "ledger".into(),
                phase: "1".into(),
                gate: gate.gate.clone(),
                check: check.id.clone(),
                verdict: judged.verdict,
                reason: judged.reason,
                examined: judged.examined,
                observation,
                duration_us: 700,
            });
        }
    }
    sample.events.splice(judged..judged, events);
    sample
}
