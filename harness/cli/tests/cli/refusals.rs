//! What the command refuses, and in which words.

use crate::{phasegate::phasegate, runs::written, sample::Sample};

#[test]
fn bad_input_is_refused_in_these_words() {
    let holder = written(&Sample::passed());
    let here = holder.path();
    std::fs::create_dir(here.join("empty")).expect("writable");
    let cases: [(&[&str], &str); 5] = [
        (
            &["report", "nowhere"],
            "error: nowhere is no run folder: it holds no plan.json; name a folder below reports/runs\n",
        ),
        (
            &["verify", "nowhere"],
            "error: nowhere is no run folder: it holds no plan.json; name a folder below reports/runs\n",
        ),
        (
            &["verify", "empty"],
            "error: empty is no run folder: it holds no plan.json; name a folder below reports/runs\n",
        ),
        (
            &["verify", "run", "--expect", "abc"],
            "error: invalid value 'abc' for '--expect <DIGEST>': `abc` is not a SHA-256 digest of 64 lower-case \
             hexadecimal digits\n\nFor more information, try '--help'.\n",
        ),
        (
            &["report", "run", "--to", "pdf"],
            "error: invalid value 'pdf' for '--to <TO>'\n  [possible values: text, md, html, junit, tap, sarif, ctrf, json]\n\nFor more \
             information, try '--help'.\n",
        ),
    ];
    for (args, message) in cases {
        let ran = phasegate(here, args);
        assert_eq!((ran.stderr.as_str(), ran.code), (message, 2), "{args:?}");
        assert_eq!(ran.stdout, "", "{args:?}");
    }
}

#[test]
fn an_unknown_verb_or_flag_is_a_usage_error() {
    let holder = tempfile::tempdir().expect("a temporary folder");
    for (args, message) in [
        (&["rnu"][..], "error: unrecognized subcommand 'rnu'"),
        (&["run", "--fast"], "error: unexpected argument '--fast' found"),
        (&["report"], "error: the following required arguments were not provided:\n  <RUN>"),
        (
            &["run", "--server", "cloud"],
            "unknown server \"cloud\": choose one of auto, container, embedded, local, external",
        ),
        (&["run", "--server-version", "16"], "16"),
    ] {
        let ran = phasegate(holder.path(), args);
        assert!(ran.stderr.contains(message), "{args:?}: {}", ran.stderr);
        assert_eq!(ran.code, 2, "{args:?}");
    }
}

#[test]
fn damaged_evidence_is_refused_as_such() {
    let holder = written(&Sample::passed());
    std::fs::write(holder.path().join("run/events.jsonl"), "{}\n").expect("writable");
    let ran = phasegate(holder.path(), &["report", "run"]);
    assert_eq!(ran.code, 5);
    assert_eq!(
        ran.stderr,
        "error: events.jsonl: line 1 is no event: missing field `seq` at line 1 column 2; `phasegate verify run` says \
         everything that does not hold\n"
    );
}

#[test]
fn help_documents_the_exit_codes() {
    let holder = tempfile::tempdir().expect("a temporary folder");
    for args in [&["--help"][..], &["run", "--help"], &["verify", "--help"]] {
        let ran = phasegate(holder.path(), args);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        assert!(
            ran.stdout.contains(
                "Exit codes:\n  0    all passed\n  1    a gate failed, the two runs of `diff` differ, or `adopt` left"
            ),
            "{}",
            ran.stdout
        );
    }
}

#[test]
fn every_verb_understands_the_options_of_every_verb() {
    let holder = tempfile::tempdir().expect("a temporary folder");
    for verb in crate::shell::verbs() {
        let ran = phasegate(holder.path(), &[&verb, "--help"]);
        for option in ["--format <FORMAT>", "--suites <DIR>", "--runs <DIR>"] {
            assert!(ran.stdout.contains(option), "{verb} has no {option}: {}", ran.stdout);
        }
    }
}
