//! Random statements in every place of a check that holds SQL, tried by `check` on a database of somebody's that holds rows.

use std::path::Path;

use forensic_tests::statements::{PLACES, statements};

use crate::{
    attack::{Broken, Options, Tally},
    chance::Chance,
    failure::Failure,
    server::Somebodys,
    workspace::put,
};

const SUITE: &str = r#"
suite = "s"
title = "notes"
source = "this file"
fixtures = "../../../fixtures"
server = { kind = "postgres" }
baseline = { schema = ["baseline.sql"] }
[[phase]]
id = "1"
slug = "1-slugs"
title = "slugs"
up = "up.sql"
"#;

const BASELINE: &str = "CREATE TABLE notes (id int PRIMARY KEY, body text); INSERT INTO notes VALUES (1), (2);";
const UP: &str = "ALTER TABLE notes ADD slug text; CREATE UNIQUE INDEX idx_notes_slug ON notes (slug);";
const HEAD: &str = "id = '1.1'\nclaim = 'c'\n";
const GATE: &str = "forensic-tests/suites/s/gates/1-slugs/1.1-c.toml";

/// Where one of them writes to.
const OUTSIDE: &str = "/tmp/phasegate-untouched";

pub(crate) fn tries(options: &Options, tally: &mut Tally<'_>) -> Result<(), Failure> {
    let server = Somebodys::started()?;
    for case in 0..options.cases(6, 40) {
        tally.case(|chance| untouched(options, &server, &format!("somebodys_{case}"), chance))?;
    }
    Ok(())
}

fn untouched(
    options: &Options,
    server: &Somebodys,
    database: &str,
    chance: &mut Chance,
) -> Result<Result<(), Broken>, Failure> {
    let written = tempfile::tempdir()?;
    let here = written.path();
    put(here, "forensic-tests/suites/s/suite.toml", SUITE);
    put(here, "fixtures/baseline.sql", BASELINE);
    put(here, "fixtures/up.sql", UP);
    let gate = gate(options, here, chance)?;
    put(here, GATE, &gate);
    server.psql(&server.maintenance(), &[&format!("CREATE DATABASE {database}")])?;
    let url = server.url(database);
    server.psql(&url, &[BASELINE, UP])?;
    let before = server.dump(&url)?;
    let mut held = Ok(());
    for more in [&[][..], &["--read-only"]] {
        let args = [&["check", "s", "--database-url", &url][..], more].concat();
        let ran = options.phasegate.run_within(here, &args, None)?;
        let judged = ran.is_orderly().and_then(|()| if [0, 1].contains(&ran.code) { Ok(()) } else { Err(ran.shown()) });
        let after = server.dump(&url)?;
        let same = if after == before { Ok(()) } else { Err(format!("the database differs afterwards:\n{after}")) };
        let outside = if Path::new(OUTSIDE).exists() { Err(format!("{OUTSIDE} was written")) } else { Ok(()) };
        held = held.and(judged).and(same).and(outside).map_err(|why| format!("{more:?}: {why}\n{gate}"));
    }
    server.psql(&server.maintenance(), &[&format!("DROP DATABASE {database} WITH (FORCE)")])?;
    Ok(held)
}

/// A gate of random checks, of which those are left out that the suite is refused for.
fn gate(options: &Options, here: &Path, chance: &mut Chance) -> Result<String, Failure> {
    let mut gate = format!("{HEAD}[[check]]\nid = '1.1.0'\ntitle = 't'\nquery = 'SELECT 1'\nrows = [[1]]\n");
    for (ordinal, keys) in PLACES.iter().enumerate() {
        let text = serde_json::to_string(&chance.any(&statements())?)?;
        let check = format!("[[check]]\nid = '1.1.{}'\ntitle = 't'\n{}\n", ordinal + 1, keys.replace('@', &text));
        put(here, GATE, &format!("{HEAD}{check}"));
        match options.phasegate.run_within(here, &["list"], None)? {
            ran if ran.code == 0 => gate.push_str(&check),
            ran if ran.code == 2 => {}
            ran => return Err(Failure::new(ran.shown())),
        }
    }
    Ok(gate)
}
