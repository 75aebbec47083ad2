//! When the command prints colours: as cargo does.

use crate::{
    phasegate::{Ran, command, ran},
    runs::written,
    sample::Sample,
};

fn report(args: &[&str], environment: &[(&str, &str)]) -> Ran {
    let holder = written(&Sample::passed());
    let args = [&["report", "run"], args].concat();
    ran(command(holder.path(), &args).envs(environment.iter().copied()))
}

fn has_colours(text: &str) -> bool {
    text.contains("\u{1b}[")
}

#[test]
fn a_pipe_gets_colours_only_when_they_are_asked_for() {
    let always: &[(&str, &str)] = &[("CARGO_TERM_COLOR", "always")];
    for (args, environment, wanted) in [
        (&[][..], &[][..], false),
        (&["--color", "auto"], &[], false),
        (&["--color", "never"], always, false),
        (&["--color", "always"], &[], true),
        (&["--color", "always"], &[("NO_COLOR", "1")], true),
        (&[], always, true),
        (&[], &[("CLICOLOR_FORCE", "1")], true),
        (&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
    ] {
        let ran = report(args, environment);
        assert_eq!((ran.code, has_colours(&ran.stdout)), (0, wanted), "{args:?} {environment:?}: {}", ran.stdout);
    }
}

#[test]
fn what_a_program_reads_has_no_colours() {
    for to in ["md", "junit", "tap", "json"] {
        let ran = report(&["--to", to, "--color", "always"], &[]);
        assert_eq!((ran.code, has_colours(&ran.stdout)), (0, false), "{to}: {}", ran.stdout);
    }
}

#[test]
fn an_error_begins_with_its_name_in_red() {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let ran = ran(&mut command(holder.path(), &["report", "nowhere", "--color", "always"]));
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("\u{1b}[1m\u{1b}[31merror:\u{1b}[0m nowhere is no run folder"), "{:?}", ran.stderr);
}

#[test]
fn a_word_that_says_not_when_to_colour_is_refused() {
    let ran = report(&["--color", "sometimes"], &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("[possible values: auto, always, never]"), "{}", ran.stderr);
}
