//! Suites and phases may be called what they like: their databases are told apart all the same.

use std::{fs, path::Path};

use crate::{
    phasegate::phasegate,
    workspace::{change, on_postgres, put, workspace},
};

/// Another suite that is the notes but for its name.
fn copy(here: &Path, name: &str) {
    let suites = here.join("forensic-tests/suites");
    let copied = std::process::Command::new("cp").arg("-r").arg(suites.join("notes")).arg(suites.join(name)).status();
    assert!(copied.expect("cp runs").success());
    change(
        here,
        &format!("forensic-tests/suites/{name}/suite.toml"),
        "suite = \"notes\"",
        &format!("suite = \"{name}\""),
    );
}

#[test]
fn suites_whose_names_differ_in_what_no_database_can_hold_run_together() {
    let workspace = workspace();
    let here = workspace.path();
    on_postgres(here);
    put(here, "fixtures/notes/phases/2.sql", "ALTER TABLE note ADD COLUMN title TEXT;\n");
    let long = "ü".repeat(30);
    let names = ["payments-migration-2024", "payments-migration-2025", "a-b", "a_b", &long];
    names.iter().for_each(|name| copy(here, name));
    fs::remove_dir_all(here.join("forensic-tests/suites/notes")).expect("removable");
    let ran = phasegate(here, &["run", "--server", "embedded"]);
    assert_eq!(ran.code, 4, "{}{}", ran.stdout, ran.stderr);
    let said: String = ran.stdout.split_whitespace().collect();
    // Each has failed in its second phase, and kept what was there before.
    for ordinal in 0..names.len() {
        assert!(said.contains(&format!("_{ordinal}_before_2")), "{}", ran.stdout);
    }
    let folder = said.split("databasesareleftin").nth(1).and_then(|rest| rest.split(',').next()).expect("a folder");
    fs::remove_dir_all(folder).expect("removable");
}

#[test]
fn a_phase_with_a_long_name_of_umlauts_leaves_a_database_that_can_be_opened() {
    let workspace = workspace();
    let here = workspace.path();
    on_postgres(here);
    let (suite, long) = ("forensic-tests/suites/notes/suite.toml", "ü".repeat(30));
    change(here, suite, "id = \"2\"", &format!("id = \"{long}\""));
    change(here, suite, "phase = \"2\"", &format!("phase = \"{long}\""));
    put(here, "fixtures/notes/phases/2.sql", "ALTER TABLE note ADD COLUMN title TEXT;\n");
    let ran = phasegate(here, &["run", "--server", "embedded"]);
    assert_eq!(ran.code, 4, "{}{}", ran.stdout, ran.stderr);
    let said: String = ran.stdout.split_whitespace().collect();
    assert!(said.contains("_0_before___") && !said.contains("could not be named"), "{}", ran.stdout);
    let folder = said.split("databasesareleftin").nth(1).and_then(|rest| rest.split(',').next()).expect("a folder");
    fs::remove_dir_all(folder).expect("removable");
}
