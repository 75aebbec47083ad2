//! `phasegate verify`.

use std::{fs, process::Command};

use phasegate_evidence::{Event, Seen};

use crate::{
    failed::third_phase_failed,
    phasegate::phasegate,
    runs::written,
    sample::{Sample, rows_seen},
};

#[test]
fn an_untouched_run_verifies() {
    let holder = written(&Sample::passed());
    let ran = phasegate(holder.path(), &["verify", "run"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    assert!(ran.stdout.contains("  verified: recomputed from plan and events, and everything agrees\n"));
}

#[test]
fn a_report_that_was_edited_is_found() {
    let holder = written(&Sample::passed());
    for name in ["report.md", "report.html", "junit.xml"] {
        let path = holder.path().join("run").join(name);
        let honest = fs::read_to_string(&path).expect("readable");
        fs::write(&path, honest.replace("ledger", "Ledger")).expect("writable");
        let ran = phasegate(holder.path(), &["verify", "run"]);
        assert_eq!(ran.code, 5);
        assert!(
            ran.stdout.contains(&format!("✘ {name}: is not what plan and events make [report-replaced]\n")),
            "{}",
            ran.stdout
        );
        fs::remove_file(&path).expect("removable");
        let ran = phasegate(holder.path(), &["verify", "run"]);
        assert_eq!(ran.code, 5);
        assert!(
            ran.stdout.contains(&format!("✘ {name}: is missing: it was removed, or the run was interrupted")),
            "{}",
            ran.stdout
        );
        fs::write(&path, honest).expect("writable");
    }
}

#[test]
fn a_folder_with_anything_but_files_of_a_run_ends_at_once() {
    for name in ["plan.json", "events.jsonl", "report.md", "report.html", "more"] {
        let holder = written(&Sample::passed());
        let path = holder.path().join("run").join(name);
        let _ = fs::remove_file(&path);
        assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
        let ran = phasegate(holder.path(), &["verify", "run"]);
        assert_eq!(ran.code, 5, "{name}: {}", ran.stderr);
        assert!(ran.stdout.contains(&format!("✘ {name}: is no ")), "{}", ran.stdout);
        assert_eq!(phasegate(holder.path(), &["report", "run"]).code, 5, "{name}");
    }
}

#[test]
fn faults_are_printed_and_a_report_on_them_warns() {
    let holder = written(&Sample::passed());
    fs::write(holder.path().join("run/result.json"), "{}").expect("writable");
    let ran = phasegate(holder.path(), &["verify", "run"]);
    assert_eq!(ran.code, 5);
    assert!(ran.stdout.contains("  ✘ result.json: "), "{}", ran.stdout);
    assert!(ran.stdout.ends_with("  NOT VERIFIED: 1 fault\n"), "{}", ran.stdout);
    let ran = phasegate(holder.path(), &["report", "run"]);
    assert_eq!(ran.code, 5);
    assert_eq!(ran.stderr, "warning: this evidence does not verify; `phasegate verify run` says why\n");
}

#[test]
fn an_expected_digest_is_demanded() {
    let holder = written(&Sample::passed());
    let json = phasegate(holder.path(), &["verify", "run", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!((json.code, &answer["holds"], &answer["verdict"]), (0, &true.into(), &"passed".into()));
    for name in ["result", "head", "run"] {
        let digest = answer[format!("{name}_digest")].as_str().expect("a digest");
        let ran = phasegate(holder.path(), &["verify", "run", "--expect", digest]);
        assert_eq!(ran.code, 0);
        assert!(ran.stdout.contains(&format!("{name} digest")), "{}", ran.stdout);
    }
    let other = "0".repeat(64);
    let ran = phasegate(holder.path(), &["verify", "run", "--expect", &other]);
    assert_eq!(ran.code, 5);
    assert!(ran.stdout.contains("neither of its result"), "{}", ran.stdout);
}

#[test]
fn a_run_that_did_not_pass_meets_no_requirement_however_well_it_verifies() {
    for (sample, code) in [(Sample::passed(), 0), (third_phase_failed(), 1)] {
        let holder = written(&sample);
        assert_eq!(phasegate(holder.path(), &["verify", "run"]).code, 0);
        let ran = phasegate(holder.path(), &["verify", "run", "--require", "passed"]);
        assert_eq!(ran.code, code, "{}", ran.stdout);
        assert_eq!(
            ran.stdout.contains("the evidence verifies, and the run did not pass\n"),
            code == 1,
            "{}",
            ran.stdout
        );
        let json = phasegate(holder.path(), &["verify", "run", "--require", "passed", "--format", "json"]);
        let answer: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
        assert_eq!((&answer["required"], &answer["meets_required"]), (&"passed".into(), &(code == 0).into()));
        fs::write(holder.path().join("run/result.json"), "{}").expect("writable");
        assert_eq!(phasegate(holder.path(), &["verify", "run", "--require", "passed"]).code, 5);
    }
}

#[test]
fn a_forged_run_does_not_verify_whatever_version_it_names() {
    let mut sample = Sample::passed();
    sample.plan.phasegate = "9.9.9".into();
    for event in &mut sample.events {
        if let Event::CheckJudged { check, observation, .. } = event
            && check == "2.1.1"
        {
            *observation = Seen::Here(Box::new(rows_seen("2.1.0")));
        }
    }
    let holder = written(&sample);
    let json = phasegate(holder.path(), &["verify", "run", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!((json.code, &answer["holds"]), (5, &false.into()));
    assert_eq!(
        answer["faults"][0]["what"],
        "ledger/2.1.1 is said to be passed over 1 row, and what was seen comes to failed over 1 row (rows-differ: row 1 \
         is (2.1.0), expected (2.1.1))"
    );
}

#[test]
fn a_consistent_folder_is_said_to_be_unsigned_and_reports_of_another_version_not_to_be_compared() {
    let mut sample = Sample::passed();
    sample.plan.phasegate = "9.9.9".into();
    let holder = written(&sample);
    fs::write(holder.path().join("run/report.md"), "in other words").expect("writable");
    let ran = phasegate(holder.path(), &["verify", "run"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stdout.contains("  consistent; not signed"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("  not compared: report.md, report.html and junit.xml, which Phasegate 9.9.9 wrote\n"),
        "{}",
        ran.stdout
    );
}
