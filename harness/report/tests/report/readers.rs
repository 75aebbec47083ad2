//! The JUnit report as build servers read it, each in its own way.
//!
//! GitHub: mikepenz/action-junit-report (`testParser.ts`) and dorny/test-reporter (`phpunit-junit-parser.ts`, the one of its
//! readers of JUnit that looks at `file`). GitLab: `lib/gitlab/ci/parsers/test/junit.rb` over Rails' `Hash.from_xml`.

use std::collections::BTreeMap;

use phasegate_evidence::ReasonCode;
use phasegate_report::junit;
use quick_xml::{Reader, events::Event};

use crate::{
    runs::{gate_failed, phase_failed, read},
    sample::Sample,
};

/// An element of an XML file.
#[derive(Debug, Default)]
pub(crate) struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    pub(crate) fn read(xml: &str) -> Self {
        let mut reader = Reader::from_str(xml);
        let mut open = vec![Self::default()];
        loop {
            let event = reader.read_event().expect("XML");
            match &event {
                Event::Start(tag) | Event::Empty(tag) => {
                    let attribute = |attribute: quick_xml::events::attributes::Attribute<'_>| {
                        let name = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
                        let raw = String::from_utf8_lossy(&attribute.value).into_owned();
                        (name, quick_xml::escape::unescape(&raw).expect("escaped").into_owned())
                    };
                    open.push(Self {
                        name: String::from_utf8_lossy(tag.name().as_ref()).into_owned(),
                        attributes: tag.attributes().map(|found| attribute(found.expect("an attribute"))).collect(),
                        ..Self::default()
                    });
                    if matches!(event, Event::Empty(_)) {
                        close(&mut open);
                    }
                }
                Event::End(_) => close(&mut open),
                Event::Text(text) => {
                    let raw = String::from_utf8_lossy(text).into_owned();
                    open.last_mut().expect("an element").text.push_str(&raw);
                }
                Event::GeneralRef(entity) => {
                    let raw = format!("&{};", String::from_utf8_lossy(entity));
                    let text = quick_xml::escape::unescape(&raw).expect("an entity").into_owned();
                    open.last_mut().expect("an element").text.push_str(&text);
                }
                Event::Eof => return open.remove(0).children.remove(0),
                _ => {}
            }
        }
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

fn close(open: &mut Vec<Element>) {
    let closed = open.pop().expect("an element");
    open.last_mut().expect("an element around it").children.push(closed);
}

/// What GitHub shows beside the code.
#[derive(Debug, PartialEq)]
struct Annotation {
    path: String,
    line: u32,
    message: String,
    details: String,
    failed: bool,
}

/// As mikepenz/action-junit-report reads it: a test without a file or a line is sought for in the text, and not found.
fn annotations(report: &Element) -> Vec<Annotation> {
    let cases = report.all("testsuite").flat_map(|suite| suite.all("testcase"));
    let annotation = |case: &Element| {
        let met = case.child("failure").or_else(|| case.child("error"));
        let details = met.map(|met| met.text.trim().to_owned()).unwrap_or_default();
        let message = met.and_then(|met| met.get("message")).map(str::to_owned);
        let first_two = || details.lines().take(2).collect::<Vec<_>>().join("\n");
        let line = case.get("line").and_then(|line| line.parse().ok()).filter(|line| *line > 0);
        Annotation {
            path: case.get("file").unwrap_or(case.get("classname").expect("a class")).to_owned(),
            line: line.unwrap_or(1),
            message: message.unwrap_or_else(first_two).trim().to_owned(),
            failed: met.is_some() && case.child("skipped").is_none(),
            details,
        }
    };
    cases.map(annotation).collect()
}

/// As dorny/test-reporter reads it: path, line and message of each failure; only files of the repository are paths.
fn reported(report: &Element, tracked: &[&str]) -> Vec<(Option<String>, Option<u32>, String)> {
    let cases = report.all("testsuite").flat_map(|suite| suite.all("testcase"));
    let failed = cases.filter_map(|case| Some((case, case.child("failure").or_else(|| case.child("error"))?)));
    failed
        .map(|(case, met)| {
            let path = case.get("file").filter(|path| tracked.contains(path)).map(str::to_owned);
            let line = case.get("line").and_then(|line| line.parse().ok());
            let (kind, message) = (met.get("type").expect("a type"), met.get("message").expect("a message"));
            (path, line, format!("{kind}: {message}"))
        })
        .collect()
}

/// What GitLab makes of a test: how it ended, its file, and its output where that is text.
#[derive(Debug, PartialEq)]
struct GitLab {
    status: &'static str,
    file: Option<String>,
    output: Option<String>,
}

/// The names of types that Rails casts the content of an element to, where its attribute `type` says so.
const RAILS_TYPES: [&str; 17] = [
    "array",
    "base64Binary",
    "boolean",
    "date",
    "dateTime",
    "datetime",
    "decimal",
    "double",
    "duration",
    "file",
    "float",
    "hexBinary",
    "integer",
    "string",
    "symbol",
    "timestamp",
    "yaml",
];

/// As GitLab reads it. An element with text is that text alone, whatever its attributes say; one without is its attributes.
fn in_gitlab(report: &Element) -> Vec<GitLab> {
    let cases = report.all("testsuite").flat_map(|suite| suite.all("testcase"));
    let read = |case: &Element| {
        let ends = [("failure", "failed"), ("error", "error"), ("skipped", "skipped")];
        let met = ends.into_iter().find_map(|(name, status)| Some((case.child(name)?, status)));
        let output = met.map(|(met, _)| met.text.clone()).filter(|text| !text.trim().is_empty());
        assert!(met.is_none_or(|(met, _)| !RAILS_TYPES.contains(&met.get("type").unwrap_or("?"))));
        GitLab {
            status: met.map_or("success", |(_, status)| status),
            file: case.get("file").map(str::to_owned),
            output,
        }
    };
    cases.map(read).collect()
}

fn report(sample: &Sample) -> Element {
    let (_holder, record) = read(sample);
    Element::read(&junit(&record).expect("renderable"))
}

const GATE: &str = "validation/ledger/gates/2-accounts/2.1-number.toml";
const UP: &str = "migrations/ledger/phases/2-accounts/up.sql";

#[test]
fn github_shows_a_failed_check_at_its_line_with_one_line_and_the_whole_story() {
    let report = report(&gate_failed());
    let annotations = annotations(&report);
    let failed: Vec<&Annotation> = annotations.iter().filter(|annotation| annotation.failed).collect();
    let [wrong, unset] = failed.as_slice() else { panic!("{failed:?}") };
    assert_eq!((wrong.path.as_str(), wrong.line), (GATE, 4));
    assert_eq!((unset.path.as_str(), unset.line), (GATE, 11));
    assert!(wrong.message.starts_with("wrong-cause: expected 23505") && !wrong.message.contains('\n'), "{wrong:?}");
    for part in
        [&wrong.message, "gate 2.1 of phase 2: ", &format!("at {GATE}:4"), "rows:\n  ", "evidence: events.jsonl"]
    {
        assert!(wrong.details.contains(part), "{part}: {}", wrong.details);
    }
    // What was not reached is no failure, and what passed is told at its line, too.
    assert_eq!(annotations.len(), 7);
    assert_eq!(
        (annotations[0].path.as_str(), annotations[0].line),
        ("validation/ledger/gates/1-currency/1.1-currency.toml", 4)
    );
}

#[test]
fn github_shows_a_phase_that_did_not_apply_at_the_line_of_its_file() {
    let report = report(&phase_failed());
    let failed: Vec<Annotation> = annotations(&report).into_iter().filter(|annotation| annotation.failed).collect();
    let [failed] = failed.as_slice() else { panic!("{failed:?}") };
    assert_eq!(
        (failed.path.as_str(), failed.line, failed.message.as_str()),
        (UP, 7, "updates of the ledger are not allowed")
    );
    for part in ["statement 2", "P0001 function fn_ledger_prevent_mutation", "detail: entry 7", "hint: post a reversal"]
    {
        assert!(failed.details.contains(part), "{part}: {}", failed.details);
    }
}

#[test]
fn the_other_reader_of_github_finds_the_file_among_those_of_the_repository() {
    let found = reported(&report(&gate_failed()), &[GATE]);
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].0.as_deref(), found[0].1), (Some(GATE), Some(4)));
    assert!(found[1].2.starts_with("setup-failed: setup-failed: permission denied"), "{found:?}");
    assert_eq!(reported(&report(&gate_failed()), &[])[0].0, None);
}

#[test]
fn gitlab_shows_the_whole_story_though_it_drops_the_message_beside_it() {
    let read = in_gitlab(&report(&gate_failed()));
    let ends: Vec<&str> = read.iter().map(|test| test.status).collect();
    assert_eq!(ends, ["success", "success", "success", "failed", "error", "skipped", "skipped"]);
    assert_eq!(read[3].file.as_deref(), Some(GATE));
    let output = read[3].output.as_deref().expect("text");
    assert!(output.starts_with("wrong-cause: expected 23505 from index idx_accounts_number"), "{output}");
    let read = in_gitlab(&report(&phase_failed()));
    let applied = read.iter().find(|test| test.status == "error").expect("the phase");
    assert_eq!(applied.file.as_deref(), Some(UP));
    assert!(
        applied.output.as_deref().is_some_and(|output| output.starts_with("updates of the ledger are not allowed\n"))
    );
}

#[test]
fn no_reason_is_a_type_that_rails_casts() {
    assert!(ReasonCode::ALL.iter().all(|code| !RAILS_TYPES.contains(&code.as_str())));
}

#[test]
fn a_suite_outside_of_the_project_names_no_file_and_the_story_says_the_line_all_the_same() {
    let mut sample = gate_failed();
    sample.is_outside = true;
    let failed: Vec<Annotation> =
        annotations(&report(&sample)).into_iter().filter(|annotation| annotation.failed).collect();
    assert_eq!((failed[0].path.as_str(), failed[0].line), ("ledger.2-accounts.2.1", 1));
    assert!(failed[0].details.contains("\nat gates/2-accounts/2.1-number.toml:4\n"), "{}", failed[0].details);
}
