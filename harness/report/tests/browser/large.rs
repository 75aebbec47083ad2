//! A run of ten thousand checks that saw a hundred megabytes: it still makes a page that a browser shows at once.

use std::{fs, path::Path, time::Instant};

use phasegate_evidence::{
    Event, JUNIT_FILE, REPORT_FILE, Seen, Table, Verdict,
    judge::{Check, Expectation, Observation, Rows, RowsSeen},
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
    browser.eval("document.querySelector('button[data-show=failed]').click()");
    let shown = browser.eval("document.querySelector('#shown').textContent");
    println!("filtered in {:?}: {shown}", began.elapsed());
    assert_eq!(shown, format!("{GATES} of {} checks shown", GATES * CHECKS + 7));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// Of each gate's checks the last one fails.
fn sample() -> Sample {
    let mut sample = Sample::passed();
    let phase = &mut sample.plan.suites[0].phases[0];
    let pattern = phase.gates[0].clone();
    for gate in 0..GATES {
        let check = |at: usize| {
            let query = format!("SELECT * FROM entries WHERE gate = {gate} AND number = {at}");
            let rows = Rows { query, rows: vec![vec![Some("1".into())]], examined: None };
            Check::new(format!("1.{gate}.{at}.large"), format!("what check {at} tries"), Expectation::Rows(rows))
        };
        let mut gate_plan = pattern.clone();
        gate_plan.gate = format!("1.large{gate}");
        gate_plan.checks = (0..CHECKS).map(check).collect();
        phase.gates.push(gate_plan);
    }
    let judged = sample.events.iter().position(|event| matches!(event, Event::PhaseJudged { .. })).expect("judged");
    let mut events = Vec::new();
    for gate in sample.plan.suites[0].phases[0].gates.clone().iter().filter(|gate| gate.gate.contains("large")) {
        for (at, check) in gate.checks.iter().enumerate() {
            let text = format!("{}: {}", check.id, "a value as it was seen, ".repeat(SEEN_BYTES / 24));
            let table = Table { columns: vec!["value".into()], rows: vec![vec![Some(text)]] };
            let seen = Observation::Rows(RowsSeen { table: Some(table), examined: None, error: None });
            let observation: Seen = sample.stored(&seen);
            events.push(Event::CheckJudged {
                suite: "ledger".into(),
                phase: "1".into(),
                gate: gate.gate.clone(),
                check: check.id.clone(),
                verdict: if at + 1 == CHECKS { Verdict::Failed } else { Verdict::Passed },
                reason: None,
                examined: Some(1),
                observation,
                duration_us: 700,
            });
        }
    }
    sample.events.splice(judged..judged, events);
    sample
}
