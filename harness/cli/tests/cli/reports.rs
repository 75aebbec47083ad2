//! Every report of every kind of run, word for word.

use crate::{
    phasegate::phasegate,
    runs::{gate_failed, phase_failed, written},
    sample::Sample,
    snapshot,
};

fn all_reports(name: &str, sample: &Sample) {
    let holder = written(sample);
    for (to, ending) in [("text", "txt"), ("md", "md"), ("junit", "xml"), ("tap", "tap"), ("json", "json")] {
        let ran = phasegate(holder.path(), &["report", "run", "--to", to]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{name} to {to}");
        snapshot::same(&format!("{name}.{ending}"), &without_run_digest(&ran.stdout));
        if to == "text" {
            assert_narrow(&ran.stdout);
        }
    }
}

/// The run digest covers the reports themselves, so that it changes with every word of them.
fn without_run_digest(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| match line.trim_start().strip_prefix("run digest") {
        Some(digest) if digest.trim().len() == 64 => "  run digest     (of every byte of the folder)\n",
        _ => line,
    });
    lines.collect()
}

fn assert_narrow(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "wider than 100 columns: {line}");
    }
}

#[test]
fn a_run_that_passed() {
    all_reports("passed", &Sample::passed());
}

#[test]
fn a_run_with_a_failed_gate() {
    all_reports("gate-failed", &gate_failed());
}

#[test]
fn a_run_with_a_phase_that_did_not_apply() {
    all_reports("phase-failed", &phase_failed());
}

#[test]
fn a_report_made_again_has_the_same_bytes() {
    let holder = written(&gate_failed());
    for to in ["md", "junit", "tap", "json"] {
        let first = phasegate(holder.path(), &["report", "run", "--to", to]).stdout;
        assert_eq!(first, phasegate(holder.path(), &["report", "run", "--to", to]).stdout);
    }
}

#[test]
fn format_json_is_the_same_as_to_json() {
    let holder = written(&Sample::passed());
    let one = phasegate(holder.path(), &["report", "run", "--format", "json"]).stdout;
    assert_eq!(one, phasegate(holder.path(), &["report", "run", "--to", "json"]).stdout);
}
