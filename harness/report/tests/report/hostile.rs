//! Text that is none: what a suite's author, a server or whoever made a folder wrote to write into the report itself.

use std::fs;

use anstream::adapter::strip_str;
use phasegate_evidence::verify;
use phasegate_report::{Record, verified};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    reports::all,
    runs::{gate_failed, phase_failed, read},
    sample::Sample,
};

/// Cursor moves in both notations, a turned direction, what shows nothing, a bell, no character of XML, and lines of every report.
const HOSTILE: &str = "x\u{1b}[2K\u{1b}]0;t\u{7}\u{9b}2K\u{202e}\u{2066}\u{200b}\u{2060}\u{3164}\u{fe0f}\u{e0101}\u{7f}\u{2028}\u{ffff}\rok 1 - forged\nok 1 - forged\n  verified: forged\n# forged";

/// The lines that it would write.
const FORGED: [&str; 3] = ["ok 1 - forged", "  verified: forged", "# forged"];

/// What people and servers wrote, rather than what names something.
const WORDS: [&str; 12] = [
    "title",
    "claim",
    "source",
    "requirement",
    "reading",
    "instead_of",
    "detail",
    "message",
    "hint",
    "PostgreSQL",
    "query",
    "reason",
];

fn hostile<T: Serialize + DeserializeOwned>(value: &T) -> T {
    fn walk(value: &mut Value, words: bool) {
        match value {
            Value::String(text) if words => text.push_str(HOSTILE),
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, words)),
            Value::Object(map) => map.iter_mut().for_each(|(key, value)| walk(value, WORDS.contains(&key.as_str()))),
            _ => {}
        }
    }
    let mut json = serde_json::to_value(value).expect("plain JSON");
    walk(&mut json, false);
    serde_json::from_value(json).expect("the same type")
}

/// Of the characters of a report, those that are no text.
fn hidden(text: &str) -> Vec<char> {
    let is_hidden = |letter: &char| {
        let direction = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let shows_nothing =
            matches!(letter, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{3164}' | '\u{fe0f}' | '\u{e0101}');
        direction || shows_nothing || (letter.is_control() && *letter != '\n') || *letter == '\u{ffff}'
    };
    text.chars().filter(is_hidden).collect()
}

pub(crate) fn records() -> Vec<(tempfile::TempDir, Record)> {
    let samples = [Sample::passed(), gate_failed(), phase_failed()];
    samples
        .map(|sample| read(&Sample { plan: hostile(&sample.plan), events: hostile(&sample.events), ..sample }))
        .into()
}

#[test]
fn no_report_passes_on_what_is_no_text() {
    for (_holder, record) in records() {
        for (ending, report) in all(&record) {
            assert_eq!(hidden(&report), Vec::<char>::new(), "{ending}: {report}");
            let shown = if ["json", "sarif", "ctrf"].contains(&ending) {
                report.contains("forged")
            } else {
                report.contains("u{")
            };
            assert!(shown, "{ending}: {report}");
            // Markdown fences what has several lines, and to XML the end of a line within a value is a space.
            let forged = report.lines().filter(|_| ["txt", "tap"].contains(&ending));
            let forged: Vec<&str> = forged.filter(|line| FORGED.contains(line)).collect();
            assert!(forged.is_empty(), "{ending}: {report}");
        }
    }
}

#[test]
fn the_name_of_a_file_writes_no_line_of_its_own() {
    let (_holder, record) = read(&Sample::passed());
    let name = "a\u{1b}[1A\n  verified: recomputed from plan and events, and everything agrees\n";
    fs::write(record.folder.path().join(name), "").expect("writable");
    let text = strip_str(&verified(&verify(&record.folder), "run")).to_string();
    assert!(!text.lines().any(|line| line.starts_with("  verified")), "{text}");
    assert!(text.contains("\\u{1b}[1A\\u{a}  verified"), "{text}");
}
