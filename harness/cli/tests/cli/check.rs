//! `phasegate check` from end to end.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        process::CommandExt,
    },
    path::Path,
};

use crate::{
    phasegate::{phasegate, ran},
    settings::without_settings,
    workspace::{put, workspace},
};

/// Leaves the database as it is after the first phase in `out.db`: the second phase is made to copy it.
pub(crate) fn database_after_phase_1(workspace: &Path) {
    let suite_file = "forensic-tests/suites/notes/suite.toml";
    let phase_file = "fixtures/notes/phases/2.sql";
    let suite = fs::read_to_string(workspace.join(suite_file)).expect("readable");
    let phase = fs::read_to_string(workspace.join(phase_file)).expect("readable");
    let out = workspace.join("out.db").display().to_string();
    let copy =
        format!("from=${{DATABASE_URL#sqlite:}}; cp $from {out}; if [ -f $from-wal ]; then cp $from-wal {out}-wal; fi");
    let command = format!("up = {{ command = [\"sh\", \"-c\", \"{copy}\"] }}");
    put(workspace, suite_file, &suite.replace("up = \"phases/2.sql\"", &command));
    fs::remove_file(workspace.join(phase_file)).expect("removable");
    let ran = phasegate(workspace, &["run"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    put(workspace, suite_file, &suite);
    put(workspace, phase_file, &phase);
}

#[test]
fn gates_alone_are_judged_recorded_and_verified() {
    let workspace = workspace();
    let here = workspace.path();
    database_after_phase_1(here);
    let before = fs::read(here.join("out.db")).expect("readable");
    let check = ["check", "notes", "--database-url", "sqlite:out.db"];
    let through = phasegate(here, &[&check[..], &["--through", "1"]].concat());
    assert_eq!(through.code, 0, "{}{}", through.stdout, through.stderr);
    assert!(
        through.stdout.contains("gates alone, on a database that existed: this run applied nothing\n"),
        "{}",
        through.stdout
    );
    let folder = through.stdout.lines().find_map(|line| line.trim_start().strip_prefix("folder"));
    let verified = phasegate(here, &["verify", folder.expect("a folder").trim()]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
    let all = phasegate(here, &check);
    assert_eq!(all.code, 1, "{}{}", all.stdout, all.stderr);
    assert!(all.stdout.contains("2.1.1 old notes have none"), "{}", all.stdout);
    assert_eq!(before, fs::read(here.join("out.db")).expect("readable"));
}

#[test]
fn what_cannot_be_judged_is_refused_in_these_words() {
    let workspace = workspace();
    let put = |name: &str, bytes: &[u8]| fs::write(workspace.path().join(name), bytes).expect("writable");
    put("empty.db", b"");
    put("encrypted.db", &[0xa5; 8192]);
    for (args, message) in [
        (&["--database-url", "sqlite:empty.db"][..], "error: empty.db is empty: there is no database in it\n"),
        (
            &["--database-url", "sqlite:encrypted.db"],
            "error: encrypted.db is no SQLite database, or an encrypted one: it does not begin with `SQLite format 3`\n",
        ),
        (&["--database-url", "sqlite:fixtures"], "error: fixtures is no regular file\n"),
        (
            &["--database-url", "sqlite:nowhere.db", "--variant", "without-titles"],
            "error: suite notes has no variant without-titles; it has none\n",
        ),
        (&["--database-url", "sqlite:nowhere.db"], "error: there is no file nowhere.db\n"),
        (
            &["--database-url", "postgresql://nobody@localhost/x"],
            "error: suite notes is for sqlite: name its database as sqlite:PATH\n",
        ),
        (
            &["--database-url", "sqlite:nowhere.db", "--through", "3"],
            "error: suite notes has no phase 3; it has 1, 2\n",
        ),
    ] {
        let ran = phasegate(workspace.path(), &[&["check", "notes"], args].concat());
        assert_eq!((ran.stderr.as_str(), ran.code), (message, 2), "{args:?}");
    }
}

/// To root no mode is a hindrance, so that only an ordinary user sees a copy that kept the mode of its original.
#[test]
fn a_file_that_an_ordinary_user_may_only_read_is_judged_in_full() {
    let workspace = workspace();
    let here = workspace.path();
    database_after_phase_1(here);
    let set = |name: &str, mode: u32| {
        fs::set_permissions(here.join(name), fs::Permissions::from_mode(mode)).expect("its own");
    };
    fs::create_dir(here.join("their-runs")).expect("a folder");
    for (name, mode) in [("", 0o755), ("their-runs", 0o777), ("out.db", 0o444)] {
        set(name, mode);
    }
    // The program as well must lie where that user can reach it.
    let program = here.join("program");
    fs::copy(env!("CARGO_BIN_EXE_phasegate"), &program).expect("a copy");
    let args = ["check", "notes", "--database-url", "sqlite:out.db", "--through", "1", "--runs", "their-runs"];
    let mut command = without_settings(&program, here, &args);
    command.env("TMPDIR", here.join("their-runs"));
    if fs::metadata(here).expect("there").uid() == 0 {
        command.uid(65_534).gid(65_534);
    }
    let checked = ran(&mut command);
    assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);
    // The check that writes is among them.
    assert!(checked.stdout.contains("passed     1/1     1/1    1/1"), "{}", checked.stdout);
}
