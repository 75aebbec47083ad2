//! `phasegate report`.

use phasegate_report::{Record, ctrf, html, json, junit, markdown, sarif, tap};

use crate::{phasegate::phasegate, runs::written, sample::Sample};

#[test]
fn each_rendering_is_printed_byte_for_byte_and_nothing_else() {
    let mut sample = Sample::passed();
    // What looks like a style belongs to the evidence, whoever wrote it.
    sample.plan.suites[0].title = "a \u{1b}[31mledger\u{1b}[0m".to_owned();
    let holder = written(&sample);
    let record = Record::read(&holder.path().join("run")).expect("a run folder");
    let here = record.folder.path().display().to_string();
    for (to, made) in [
        ("md", markdown(&record)),
        ("html", html(&record)),
        ("junit", junit(&record).expect("renderable")),
        ("tap", tap(&record)),
        ("sarif", sarif(&record).expect("renderable")),
        ("ctrf", ctrf(&record).expect("renderable")),
        ("json", json(&record).expect("renderable").replace(&here, "run")),
    ] {
        let ran = phasegate(holder.path(), &["report", "run", "--to", to]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{to}");
        assert!(ran.stdout == made, "{to}: {}", ran.stdout);
    }
}

#[test]
fn the_text_says_how_to_verify_the_run() {
    let holder = written(&Sample::passed());
    let ran = phasegate(holder.path(), &["report", "run"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.ends_with("  verify it: phasegate verify run\n"), "{}", ran.stdout);
    assert_eq!(ran.stdout, phasegate(holder.path(), &["report", "run", "--to", "text"]).stdout);
}

#[test]
fn format_json_is_the_same_as_to_json() {
    let holder = written(&Sample::passed());
    let one = phasegate(holder.path(), &["report", "run", "--format", "json"]).stdout;
    assert_eq!(one, phasegate(holder.path(), &["report", "run", "--to", "json"]).stdout);
}
