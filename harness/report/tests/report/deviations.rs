//! Deviations, where a format has a place for them: named with what is done instead of what, and why.

use phasegate_evidence::{DeviationPlan, Event};
use phasegate_report::{Record, ctrf, junit, sarif, tap};
use serde_json::{Value, json};

use crate::{
    readers::Element,
    reports::all,
    runs::{failure, read, stop_before},
    sample::Sample,
};

/// How a deviation of the sample is told, and one with marks of every format in it that breaks its line.
const OWN: &str = "ledger/currency-not-null: the currency is never NULL; instead of: \"currency VARCHAR(3)\", section 2; because: \
                   an amount without a currency cannot be added up";
const MARKED: &str = "ledger/bookkeeping <b>: `\"&'` # ok 1; instead of: a ok 1 - forged; because: <why/>";

/// What is made of a run without deviations, and of one with two.
fn without_and_with<T>(made: impl Fn(&Record) -> T) -> [T; 2] {
    let marked = DeviationPlan {
        id: "bookkeeping <b>".into(),
        reading: "`\"&'` # ok 1".into(),
        instead_of: "a\nok 1 - forged".into(),
        reason: "<why/>".into(),
    };
    let [mut without, mut with] = [Sample::passed(), Sample::passed()];
    without.plan.suites[0].deviations.clear();
    with.plan.suites[0].deviations.push(marked);
    [without, with].map(|sample| {
        let (_holder, record) = read(&sample);
        made(&record)
    })
}

#[test]
fn every_report_names_them_and_none_names_what_is_none() {
    let [without, with] = without_and_with(all);
    let named = |reports: [(&'static str, String); 8]| {
        let reports = reports.into_iter().filter(|(_, report)| report.contains("bookkeeping"));
        reports.map(|(ending, _)| ending).collect::<Vec<_>>()
    };
    assert_eq!(named(without), Vec::<&str>::new());
    assert_eq!(named(with), ["txt", "md", "html", "xml", "tap", "json", "sarif", "ctrf"]);
}

/// The deviations of each group of tests, in their order.
fn in_junit(record: &Record) -> Vec<Vec<String>> {
    let report = Element::read(&junit(record).expect("renderable"));
    let of_group = |group: &Element| {
        let properties = group.child("properties").into_iter().flat_map(|properties| properties.all("property"));
        let deviations = properties.filter(|property| property.get("name") == Some("deviation"));
        deviations.map(|property| property.get("value").expect("a value").to_owned()).collect()
    };
    report.all("testsuite").map(of_group).collect()
}

#[test]
fn junit_has_each_as_a_property_of_the_first_group_of_its_suite() {
    let [without, with] = without_and_with(in_junit);
    assert_eq!(without, [Vec::<String>::new(), vec![], vec![]]);
    assert_eq!(with, [vec![OWN.to_owned(), MARKED.to_owned()], vec![], vec![]]);
}

#[test]
fn junit_has_them_in_the_group_of_a_baseline_that_did_not_apply() {
    let mut sample = Sample::passed();
    stop_before(&mut sample, |event| matches!(event, Event::BaselineApplied { .. }));
    let end = sample.events.len() - 1;
    sample.events.insert(end, Event::BaselineFailed { suite: "ledger".into(), failure: failure() });
    let (_holder, record) = read(&sample);
    assert_eq!(in_junit(&record), [vec![OWN.to_owned()], vec![], vec![], vec![]]);
}

#[test]
fn tap_has_each_as_a_comment_on_one_line() {
    let comments = |record: &Record| {
        let text = tap(record);
        text.lines().filter(|line| line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>()
    };
    let [without, with] = without_and_with(comments);
    assert_eq!(without, Vec::<String>::new());
    assert_eq!(with, [format!("# deviation {OWN}"), format!("# deviation {MARKED}")]);
}

#[test]
fn sarif_has_each_as_a_note_of_the_run_and_none_as_a_result() {
    let [without, with] = without_and_with(|record| parsed(&sarif(record).expect("renderable")));
    let notes = "/runs/0/invocations/0/toolExecutionNotifications";
    assert_eq!(without.pointer(notes), None);
    let note = |text| json!({ "level": "note", "message": { "text": text } });
    assert_eq!(with.pointer(notes), Some(&json!([note(OWN), note(MARKED)])));
    assert_eq!(with["runs"][0]["results"], without["runs"][0]["results"]);
}

#[test]
fn ctrf_has_them_in_what_is_extra_and_none_as_a_test() {
    let [without, with] = without_and_with(|record| parsed(&ctrf(record).expect("renderable")));
    assert_eq!(without["results"].get("extra"), None);
    assert_eq!(with["results"]["extra"], json!({ "deviations": [OWN, MARKED] }));
    assert_eq!(with["results"]["tests"], without["results"]["tests"]);
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}
