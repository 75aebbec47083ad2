//! Every report of every kind of run.

use anstream::adapter::strip_str;
use phasegate_evidence::{Digest, Event, TableContent, judge::Judging};
use phasegate_report::{Context, Record, ctrf, html, json, junit, markdown, sarif, summary, tap};

use crate::{
    kinds::proved,
    runs::{gate_failed, phase_failed, read},
    sample::Sample,
    snapshot,
};

/// Every report of a run, each with the ending of its file.
pub(crate) fn all(record: &Record) -> [(&'static str, String); 8] {
    [
        ("txt", text(record)),
        ("md", markdown(record)),
        ("html", html(record)),
        ("xml", junit(record).expect("renderable")),
        ("tap", tap(record)),
        ("json", json(record).expect("renderable")),
        ("sarif", sarif(record).expect("renderable")),
        ("ctrf", ctrf(record).expect("renderable")),
    ]
}

fn text(record: &Record) -> String {
    let run_digest = record.folder.digest().expect("readable");
    let context =
        Context { folder: "run".to_owned(), command: "phasegate", run_digest: Some(&run_digest), ..Context::default() };
    // The run digest covers the clock of the run, its name and every report.
    plain(&summary(record, &context)).replace(run_digest.as_str(), "(of every byte of the folder)")
}

/// The text without its styles.
fn plain(styled: &str) -> String {
    strip_str(styled).to_string()
}

fn are_as_stored(name: &str, sample: &Sample) {
    let (_holder, record) = read(sample);
    // The page is one line, which the browser reads in its own tests; `reports/sample` holds one.
    for (ending, printed) in all(&record).into_iter().filter(|(ending, _)| *ending != "html") {
        // The folder lies elsewhere each time.
        let printed = printed.replace(&record.folder.path().display().to_string(), "run");
        snapshot::same(&format!("{name}.{ending}"), &printed);
    }
}

#[test]
fn a_run_that_passed() {
    are_as_stored("passed", &Sample::passed());
}

#[test]
fn a_run_with_a_failed_gate() {
    are_as_stored("gate-failed", &gate_failed());
}

#[test]
fn a_run_with_a_phase_that_did_not_apply() {
    are_as_stored("phase-failed", &phase_failed());
}

#[test]
fn a_run_that_proved_its_gates() {
    are_as_stored("proved", &proved());
}

#[test]
fn what_a_failed_check_saw_comes_with_the_command_that_adopts_it_where_it_can_be_right() {
    let commands = |sample: &Sample| {
        let (_holder, record) = read(sample);
        let text = |(ending, report): (&'static str, String)| (ending, report.matches("phasegate adopt ").count());
        let told: Vec<_> = all(&record).into_iter().map(text).filter(|(_, commands)| *commands > 0).collect();
        told
    };
    // Another check of that gate could not be tried, so that it saw nothing.
    let told = ["txt", "md", "html", "xml", "tap", "ctrf"].map(|ending| (ending, 1));
    assert_eq!(commands(&gate_failed()), told);
    assert_eq!(commands(&Sample::passed()), []);
    // Gates alone know no state before a phase, and nothing of them is adopted.
    let mut alone = gate_failed();
    alone.plan.judging = Judging::Check;
    assert_eq!(commands(&alone), []);
}

/// The verdicts of requirements in the Markdown report.
fn standing<'a>(markdown: &'a str, requirement: &str) -> &'a str {
    let row = markdown.lines().find(|line| line.starts_with(&format!("| {requirement}"))).expect("such a requirement");
    row.split('|').nth(2).expect("a verdict").trim()
}

#[test]
fn a_requirement_passes_only_by_what_the_run_judged() {
    let (_holder, record) = read(&Sample::passed());
    let [page, markdown] = [html(&record), markdown(&record)];
    assert_eq!(standing(&markdown, "rule 1"), "passed, 1 of 2 answers judged");
    for requirement in ["rule 2", "rule 3", "word 1", "word 2"] {
        assert_eq!(standing(&markdown, requirement), "not judged by this run");
        let row = page.split("<tr>").find(|row| row.starts_with(&format!("<th scope=\"row\">{requirement}")));
        let row = row.expect("such a requirement");
        assert!(row.contains("<td>not judged by this run</td>") && !row.contains("data-verdict"), "{row}");
    }
    let gist = "9 requirements: 5 passed, 4 answered by nothing that this run judged.";
    assert!(page.contains(gist) && markdown.contains(gist), "{markdown}");
    assert!(markdown.contains("scenario `two-at-once` (not played by this run)"), "{markdown}");

    let (_holder, record) = read(&gate_failed());
    let markdown = phasegate_report::markdown(&record);
    assert_eq!(standing(&markdown, "rule 1"), "error, 1 of 2 answers judged");
    assert_eq!(standing(&markdown, "sample, gate 2.1"), "failed");
    assert_eq!(standing(&markdown, "sample, gate 3.1"), "not-run");
}

#[test]
fn the_log_shows_under_a_heading_what_was_seen_last() {
    let logged = |sample: &Sample| {
        let (_holder, record) = read(sample);
        let (page, markdown) = (html(&record), markdown(&record));
        let heading = "#### Final state of the ledger\n";
        let from = markdown.split_once(heading).expect("the heading").1.to_owned();
        let below = from.split("####").next().unwrap_or_default().to_owned();
        let compression = markdown.split_once("#### Compression\n").expect("the heading").1.to_owned();
        let of_page = page.split_once("<h4>Final state of the ledger</h4>").expect("the heading").1;
        let of_page = of_page.split("<h4>").next().unwrap_or_default().to_owned();
        (below, compression, of_page)
    };
    let (below, compression, page) = logged(&Sample::passed());
    assert!(below.contains("After phase 2, check `2.1.1`, passed:") && below.contains("| 2.1.1 |"), "{below}");
    assert!(!below.contains("1.1.2") && page.contains(">2.1.1<") && !page.contains("1.1.2"), "{below}{page}");
    assert!(
        compression.contains("check `3.1.2`, not-applicable:") && compression.contains("apache edition"),
        "{compression}"
    );

    // What failed is shown as it was met, and what was not reached hides nothing that was.
    let (below, _, page) = logged(&gate_failed());
    assert!(below.contains("check `2.1.1`, failed:") && page.contains("data-verdict=\"failed\""), "{below}{page}");
    let (below, compression, _) = logged(&phase_failed());
    assert!(below.contains("After phase 1, check `1.1.2`, passed:") && !below.contains("2.1.1"), "{below}");
    assert!(compression.contains("not-run: not-reached"), "{compression}");
}

#[test]
fn the_log_shows_what_the_tables_held_before_and_after_each_phase() {
    let mut sample = Sample::passed();
    for event in &mut sample.events {
        if let Event::PhaseApplied { phase, tables, .. } = event {
            // Phase 2 changes a value and no count, and phase 3 drops a table.
            let content = |table: &str, of: &str, rows| {
                let digest = Digest::of(format!("{table} {of}").as_bytes());
                (table.to_owned(), TableContent { rows, digest })
            };
            *tables = match phase.as_str() {
                "1" => [content("accounts", "1", 3), content("entries", "1", 12)].into(),
                "2" => [content("accounts", "1", 3), content("entries", "2", 12)].into(),
                _ => [content("entries", "2", 12)].into(),
            };
        }
    }
    let (_holder, record) = read(&sample);
    let (page, markdown) = (html(&record), markdown(&record));
    let sum = |of: &str| Digest::of(of.as_bytes()).short().to_owned();
    let changed =
        format!("| 2 | entries | 12 | 12 | {} | {} |\n| 2 | 1 table unchanged |", sum("entries 1"), sum("entries 2"));
    assert!(markdown.contains(&changed), "{markdown}");
    let dropped = format!("| 3 | accounts | 3 | - | {} | - |", sum("accounts 1"));
    assert!(markdown.contains(&dropped), "{markdown}");
    assert!(page.contains("1 table holds what it held: accounts") && page.contains(&sum("entries 2")), "{page}");
    assert!(!page.contains("was not recorded"));
}

#[test]
fn no_line_of_the_text_is_wider_than_100_columns() {
    for sample in [Sample::passed(), gate_failed(), phase_failed(), proved()] {
        let (_holder, record) = read(&sample);
        for line in text(&record).lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
}

#[test]
fn durations_that_no_run_can_have_had_break_no_report() {
    let mut sample = Sample::passed();
    for event in &mut sample.events {
        if let Event::CheckJudged { duration_us, .. } | Event::PhaseApplied { duration_us, .. } = event {
            // The largest number that canonical JSON holds exactly.
            *duration_us = (1 << 53) - 1;
        }
    }
    let (_holder, record) = read(&sample);
    assert!(markdown(&record).contains("Applied: 1 statement in 150119987 min 34 s."), "{}", markdown(&record));
    assert_eq!(all(&record).len(), 8);
}

#[test]
fn a_report_made_again_has_the_same_bytes() {
    let (_holder, record) = read(&gate_failed());
    let again = Record::read(record.folder.path()).expect("a run folder");
    assert_eq!(all(&record), all(&again));
}
