//! What a shell and a manual reader are given.

use std::{fs, process::Command};

use crate::phasegate::phasegate;

/// Every verb, as the help lists them.
pub(crate) fn verbs() -> Vec<String> {
    let help = phasegate(&std::env::temp_dir(), &["--help"]).stdout;
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let first = |line: &str| {
        line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?.split(' ').next().map(str::to_owned)
    };
    let verbs: Vec<String> = lines.filter_map(first).filter(|verb| verb != "help").collect();
    assert!(verbs.len() >= 15, "{verbs:?}");
    verbs
}

/// What bash offers for a line that was begun.
fn offered(script: &str, words: &[&str]) -> String {
    let at = words.len() - 1;
    let (word, before) = (words[at], words[at - 1]);
    let line = format!(
        "{script}\nCOMP_WORDS=({}); COMP_CWORD={at}; _phasegate phasegate '{word}' '{before}'; echo \"${{COMPREPLY[*]}}\"",
        words.join(" ")
    );
    let output = Command::new("bash").args(["--norc", "-c", &line]).output().expect("bash");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).expect("UTF-8").trim_end().to_owned()
}

#[test]
fn bash_completes_verbs_options_and_their_values() {
    let here = tempfile::tempdir().expect("a temporary folder");
    let script = phasegate(here.path(), &["completions", "bash"]);
    assert_eq!((script.code, script.stderr.as_str()), (0, ""));
    for (words, expected) in [
        (&["phasegate", "pro"][..], "prove"),
        (&["phasegate", "run", "--jun"], "--junit"),
        (&["phasegate", "report", "x", "--to"], "--to"),
        (&["phasegate", "report", "--to", "sa"], "sarif"),
        (&["phasegate", "run", "--nothing-like-it"], ""),
    ] {
        assert_eq!(offered(&script.stdout, words), expected, "{words:?}");
    }
}

#[test]
fn every_shell_has_its_script_and_another_is_refused_by_name() {
    let here = tempfile::tempdir().expect("a temporary folder");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = phasegate(here.path(), &["completions", shell]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{shell}");
        assert!(verbs().iter().all(|verb| ran.stdout.contains(verb)), "{shell}");
    }
    let ran = phasegate(here.path(), &["completions", "tcsh"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("[possible values: bash, elvish, fish, powershell, zsh]"), "{}", ran.stderr);
}

#[test]
fn the_manual_names_every_verb_and_the_exit_codes_and_has_a_page_for_each() {
    let here = tempfile::tempdir().expect("a temporary folder");
    let page = phasegate(here.path(), &["man"]);
    assert_eq!((page.code, page.stderr.as_str()), (0, ""));
    assert!(page.stdout.contains(".TH phasegate 1") && page.stdout.contains("no server to be had"), "{}", page.stdout);
    let ran = phasegate(here.path(), &["man", "share/man1"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "read them: man -l share/man1/phasegate-run.1\n"));
    for verb in verbs() {
        assert!(page.stdout.contains(&format!("phasegate\\-{verb}(1)")), "{verb}");
        let page = fs::read_to_string(here.path().join(format!("share/man1/phasegate-{verb}.1"))).expect("a page");
        assert!(page.contains(".SH SYNOPSIS"), "{verb}: {page}");
    }
}
