//! Where the suites and runs of a project are looked for, and which server the environment may name.

use std::fs;

use crate::{
    phasegate::{command, phasegate, ran},
    run::runs_in,
    workspace::{change, on_postgres, workspace},
};

#[test]
fn a_project_keeps_its_suites_in_one_of_three_places() {
    for (place, fixtures) in [("suites", "../../fixtures/notes"), ("phasegate", "../../fixtures/notes")] {
        let workspace = workspace();
        let here = workspace.path();
        fs::rename(here.join("forensic-tests/suites"), here.join(place)).expect("movable");
        change(here, &format!("{place}/notes/suite.toml"), "../../../fixtures/notes", fixtures);
        let below = here.join("some/where/below");
        fs::create_dir_all(&below).expect("writable");
        let ran = phasegate(&below, &["run"]);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        assert_eq!(runs_in(here), 1, "the run lies beside the folder of the suites");
    }
}

/// Whichever was taken, the others would be judged by nobody.
#[test]
fn suites_in_two_places_of_one_folder_are_refused_and_either_can_be_named() {
    let workspace = workspace();
    let here = workspace.path();
    fs::create_dir_all(here.join("suites/other")).expect("writable");
    assert_eq!(phasegate(here, &["list"]).code, 0, "a folder without a suite is none of them");
    fs::write(here.join("suites/other/suite.toml"), "suite = \"other\"\n").expect("writable");
    for command in [&["list"][..], &["run"], &["import", "pgtap", "a.sql"]] {
        let ran = phasegate(here, command);
        let expected = "error: suites lie in forensic-tests/suites and in suites: say which is meant with --suites\n";
        assert_eq!((ran.code, ran.stderr.as_str()), (2, expected));
    }
    assert_eq!(phasegate(here, &["list", "--suites", "forensic-tests/suites"]).code, 0);
}

#[test]
fn the_suite_that_files_of_pgtap_are_imported_into_is_found_as_by_every_command() {
    let workspace = workspace();
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let suites = workspace.path().join("forensic-tests/suites");
    let import = ["import", "pgtap", "a.sql"];
    let found = "error: pgtap: there is no file a.sql: name files of pgTAP\n";
    let below = workspace.path().join("fixtures");
    assert_eq!(phasegate(&below, &import).stderr, found);
    assert_eq!(ran(command(elsewhere.path(), &import).env("PHASEGATE_SUITES", &suites)).stderr, found);
    let suites = suites.display().to_string();
    let named = [&import[..], &["--suites", &suites]].concat();
    assert_eq!(phasegate(elsewhere.path(), &named).stderr, found);
    assert!(phasegate(elsewhere.path(), &import).stderr.starts_with("error: no suite in "));
}

/// A file that cannot be read is still the file of a suite, and says why it cannot.
#[test]
fn a_suite_whose_file_is_a_link_to_nowhere_is_named() {
    let workspace = workspace();
    let file = workspace.path().join("forensic-tests/suites/notes/suite.toml");
    fs::remove_file(&file).expect("removable");
    std::os::unix::fs::symlink("suite.toml", &file).expect("a link");
    let ran = phasegate(workspace.path(), &["list"]);
    let expected = format!("error: {}: failed to read: ", file.display());
    assert!(ran.code == 2 && ran.stderr.starts_with(&expected), "{}", ran.stderr);
}

#[test]
fn a_folder_of_suites_is_named_by_an_option_before_the_environment() {
    let workspace = workspace();
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let suites = workspace.path().join("forensic-tests/suites");
    let listed = ran(command(elsewhere.path(), &["list"]).env("PHASEGATE_SUITES", &suites));
    assert_eq!((listed.code, listed.stdout.contains("notes")), (0, true), "{}", listed.stderr);
    let alone = suites.join("notes");
    let listed = ran(command(elsewhere.path(), &["list", "--suites", &alone.display().to_string(), "notes"])
        .env("PHASEGATE_SUITES", "nowhere"));
    assert_eq!(listed.code, 0, "{}", listed.stderr);
    let listed = ran(command(elsewhere.path(), &["list"]).env("PHASEGATE_SUITES", "nowhere"));
    assert_eq!(
        (listed.code, listed.stderr.as_str()),
        (2, "error: there is no folder nowhere: name with --suites the folder that holds the suites, or one suite\n")
    );
}

/// It may be the database of an application, whose server is not taken for that alone.
#[test]
fn an_inherited_database_is_used_where_an_external_server_is_asked_for() {
    let workspace = workspace();
    on_postgres(workspace.path());
    let nobody = "postgresql://nobody@127.0.0.1:1/app";
    let taken = ran(command(workspace.path(), &["run", "--server", "external"]).env("DATABASE_URL", nobody));
    assert_eq!(taken.code, 3, "{}", taken.stderr);
    assert!(taken.stderr.contains("failed to connect to postgresql://nobody@127.0.0.1:1/app"), "{}", taken.stderr);
    let left = ran(command(workspace.path(), &["run"]).env("DATABASE_URL", nobody));
    assert_eq!(left.code, 0, "{}", left.stderr);
    assert!(left.stderr.contains("DATABASE_URL counts only with --server external"), "{}", left.stderr);
}
