//! What is printed arrives, or the command says that it did not.

use std::{fs::File, path::Path, process::Stdio};

use crate::{
    phasegate::{Ran, command, labelled, phasegate, ran},
    workspace::workspace,
};

const FULL: &str = "error: failed to write to the standard output: No space left on device (os error 28)\n";

/// Runs the command with nowhere to write its output to.
fn on_a_full_disk(here: &Path, args: &[&str]) -> Ran {
    let full = File::options().write(true).open("/dev/full").expect("a device that is full");
    let child = command(here, args).stdout(full).stderr(Stdio::piped()).spawn().expect("it runs");
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Ran { code: output.status.code().expect("no signal"), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[test]
fn a_standard_output_that_cannot_be_written_is_exit_code_2_and_said() {
    let workspace = workspace();
    let here = workspace.path();
    let first = phasegate(here, &["run"]);
    let run = labelled(&first.stdout, "folder");
    let cases: [&[&str]; 9] = [
        &["list"],
        &["list", "--format", "json"],
        &["run"],
        &["run", "--format", "json"],
        &["report", run],
        &["report", run, "--to", "tap"],
        &["verify", run],
        &["server", "status"],
        &["--help"],
    ];
    for args in cases {
        let ran = on_a_full_disk(here, args);
        assert!(ran.stderr.ends_with(FULL), "{args:?}: {}", ran.stderr);
        assert_eq!(ran.code, 2, "{args:?}");
    }
}

#[test]
fn a_reader_that_went_away_is_no_error() {
    let workspace = workspace();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let ended = ran(command(workspace.path(), &["list"]).stdout(writer));
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
}
