//! Every number of the documents has a place, and every test that is named as one exists.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
};

use libtest_mimic::{Failed, Trial};
use phasegate_engine::suite::Suite;
use phasegate_evidence::judge::{Check, Expectation};

use crate::world::World;

pub(crate) fn trials(world: &World, named: BTreeSet<String>) -> Vec<Trial> {
    let named = Arc::new(named);
    let mut trials = Vec::new();
    for suite in world.suites() {
        let module = suite.name.replace('-', "_");
        let (of, tests) = (suite.clone(), named.clone());
        trials.push(Trial::test(format!("{module}::every_test_that_a_requirement_names_exists"), move || {
            every_test_exists(&of, &tests)
        }));
        let of = suite.clone();
        trials.push(Trial::test(format!("{module}::every_check_says_how_it_can_fail"), move || {
            every_check_can_fail(&of)
        }));
        let of = suite.clone();
        trials.push(Trial::test(format!("{module}::every_revision_is_held_against_the_database"), move || {
            every_revision_is_held(&of)
        }));
        let of = suite.clone();
        trials.push(Trial::test(format!("{module}::every_number_of_the_documents_is_listed"), move || {
            every_number_is_listed(&of)
        }));
    }
    trials
}

/// A proof of rollback has no defect of its own: scenarios with a defective way back stand for it.
fn every_check_can_fail(suite: &Suite) -> Result<(), Failed> {
    let silent: Vec<&str> = suite
        .checks()
        .map(|(_, _, check)| check)
        .filter(|check| check.fails.is_none() && check.expectation.kind() != "rollback")
        .map(|check| check.id.as_str())
        .collect();
    if silent.is_empty() { Ok(()) } else { Err(format!("no defect is named: {}", silent.join(", ")).into()) }
}

/// A revision that the suite gives to a phase is the one that a check of the phase finds in the database.
fn every_revision_is_held(suite: &Suite) -> Result<(), Failed> {
    // Where a database keeps its revision: Alembic's table, and the risk manager's own.
    let table = ["alembic_version", "schema_version"];
    for phase in &suite.phases {
        let Some(revision) = &phase.revision else { continue };
        let found = [[Some(revision.clone())]];
        let holds = |check: &Check| match &check.expectation {
            Expectation::Rows(rows) => table.iter().any(|name| rows.query.contains(name)) && rows.rows == found,
            _ => false,
        };
        if !phase.gates.iter().flat_map(|gate| &gate.checks).any(holds) {
            let why = format!("no check of phase {} finds its revision, {revision}, in the database", phase.id);
            return Err(why.into());
        }
    }
    Ok(())
}

/// The numbers that the documents give, apart from the list that is held against them.
fn numbers(suite: &str) -> Vec<String> {
    let mut numbers = Vec::new();
    let mut range = |prefix: &str, last: u32, width: usize| {
        numbers.extend((1..=last).map(|number| format!("{prefix}{number:0width$}")));
    };
    match suite {
        "risk-manager-v2" => {
            range("G0.", 8, 1);
            range("phase ", 6, 1);
            for (prefix, last) in [("R1.", 6), ("R2.", 9), ("R3.", 3)] {
                range(prefix, last, 1);
            }
            for (prefix, last) in
                [("V-ORD-", 13), ("V-TRD-", 4), ("V-QUO-", 6), ("V-POS-", 4), ("V-UNR-", 1), ("V-VER-", 1)]
            {
                range(prefix, last, 1);
            }
            range("T-", 36, 2);
            range("INV-", 9, 1);
            range("X-", 39, 2);
            range("Q-", 16, 1);
            let keys = [
                "database.path",
                "database.schema.current_version",
                "database.schema.auto_migrate",
                "database.schema.backup_before_migrate",
                "database.track_unrealized_pnl",
                "database.backup.directory",
                "database.backup.retention_days",
                "database.backup.max_backups",
                "database.migration.require_confirmation",
                "database.migration.create_backup",
                "database.migration.verify_after",
                "database.retention.daily_unrealized_pnl",
                "database.cleanup.schedule",
                "database.indexes.analytics_enabled",
                "database.indexes.monitor_usage",
                "database.indexes.slow_query_threshold_ms",
            ];
            numbers.extend(keys.map(str::to_owned));
        }
        "attribution-b03" => {
            range("property ", 19, 1);
            range("trap 1.", 19, 1);
            range("trap 2.", 15, 1);
            range("trap 4.", 7, 1);
            // The exit gates of seed 002, 29 of them, as it lists them for each phase.
            for (phase, last) in [("4", 4), ("5", 7), ("6", 4), ("7", 6), ("8, part A", 4), ("8, part B", 4)] {
                range(&format!("B0.3 phase {phase}, exit gate "), last, 1);
            }
            for gates in [
                "4.1 4.2 4.3 4.4 5.1 5.2 5.3 5.4 5.5 5.6 6.1 6.2 6.3",
                "7.1 7.2 7.3 7.4 7.5 8a.1 8a.2 8a.3 8b.1 8b.2 8b.3",
            ] {
                let gate = |gate| format!("forensic validation plan, gate {gate}");
                numbers.extend(gates.split(' ').map(gate));
            }
        }
        _ => {}
    }
    numbers
}

fn every_number_is_listed(suite: &Suite) -> Result<(), Failed> {
    let missing: Vec<String> = numbers(&suite.name)
        .into_iter()
        .filter(|number| !suite.requirements.iter().any(|known| known.id == *number))
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("not in requirements.toml: {}", missing.join(", ")).into()) }
}

/// The crates whose tests a requirement may name, before the name, and where they lie.
const CRATES: [(&str, &str); 2] =
    [("risk-manager-daemon", "../fixtures/risk-manager-v2/daemon/tests"), ("trading-model", "trading/tests")];

fn every_test_exists(suite: &Suite, named: &BTreeSet<String>) -> Result<(), Failed> {
    let mut of_crates = BTreeMap::new();
    for (name, folder) in CRATES {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        of_crates.insert(name, tests_in(&folder).map_err(|error| error.to_string())?);
    }
    let mut missing = Vec::new();
    for requirement in &suite.requirements {
        for test in &requirement.tests {
            let exists = match test.split_once(' ') {
                Some((of, test)) => of_crates.get(of).is_some_and(|tests| tests.contains(test)),
                None => named.contains(test),
            };
            if !exists {
                missing.push(format!("{}: {test}", requirement.id));
            }
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(format!("there is no such test:\n{}", missing.join("\n")).into()) }
}

/// Every test in the files of a folder, as `file::name`.
fn tests_in(folder: &Path) -> std::io::Result<BTreeSet<String>> {
    let mut tests = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let module = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path)?;
        let mut is_test = false;
        for line in text.lines().map(str::trim_start) {
            is_test |= line.starts_with("#[test]");
            if let Some(rest) = line.strip_prefix("fn ")
                && std::mem::take(&mut is_test)
            {
                let name = rest.split(['(', '<']).next().unwrap_or_default();
                tests.insert(format!("{module}::{name}"));
            }
        }
    }
    Ok(tests)
}
