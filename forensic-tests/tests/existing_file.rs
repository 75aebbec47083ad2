//! The gates alone, on a file of the risk manager's that somebody else made: it is judged, and not one byte of it changes.

use std::{collections::BTreeMap, fs, path::Path};

use libtest_mimic::{Failed, Trial};
use phasegate_engine::{CheckRequest, Limits, check, suite::Suite};
use phasegate_evidence::{Digest, Verdict};
use rusqlite::Connection;

use crate::world::World;

/// The files that lead to a migrated file with rows in it.
const FILES: [&str; 9] = [
    "baseline/v1-a.sql",
    "legacy/01-reference.sql",
    "legacy/02-trade-history.sql",
    "legacy/03-positions-orders.sql",
    "legacy/04-enforcement-log.sql",
    "phases/01-core/up.sql",
    "phases/02-analytics-indexes/up.sql",
    "phases/03-optional-table/up.sql",
    "phases/02-analytics-indexes/complete.sql",
];

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    let Some(suite) = world.suites().iter().find(|suite| suite.name == "risk-manager-v2") else {
        return Vec::new();
    };
    let test = |name: &str, test: fn(&Suite) -> Result<(), String>| {
        let suite = suite.clone();
        let name = format!("risk_manager_v2::a_file_of_ones_own::{name}");
        Trial::test(name, move || test(&suite).map_err(Failed::from))
    };
    vec![
        test("in_delete_mode_is_judged_and_not_changed", |suite| {
            judged(suite, "PRAGMA journal_mode = delete", "SELECT 1", Verdict::Passed)
        }),
        test("in_wal_mode_is_judged_with_its_wal_and_not_changed", |suite| {
            // The connection stays open, so that what it wrote last lies in the WAL alone.
            let write = "PRAGMA wal_autocheckpoint = 0; DROP INDEX idx_positions_updated";
            judged(suite, "PRAGMA journal_mode = wal", write, Verdict::Failed)?;
            let write = "PRAGMA wal_autocheckpoint = 0; DELETE FROM lockouts WHERE account_id = 456";
            judged(suite, "PRAGMA journal_mode = wal", write, Verdict::Passed)
        }),
        test("with_statistics_is_judged_without_them", |suite| judged(suite, "ANALYZE", "SELECT 1", Verdict::Passed)),
    ]
}

/// Makes a migrated file, judges it while its connection is open, and holds it against what it was.
fn judged(suite: &Suite, before: &str, last: &str, expected: Verdict) -> Result<(), String> {
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let folder = tempfile::tempdir().map_err(|e| words(&e))?;
    let own = folder.path().join("own");
    fs::create_dir(&own).map_err(|e| words(&e))?;
    let path = own.join("risk.db");
    let open = Connection::open(&path).map_err(|e| words(&e))?;
    for file in FILES {
        let sql = fs::read_to_string(suite.fixtures.join(file)).map_err(|e| words(&e))?;
        open.execute_batch(&sql).map_err(|e| words(&e))?;
    }
    for sql in [before, last] {
        // PRAGMA and ANALYZE may give rows, which a batch passes over.
        open.execute_batch(sql).map_err(|e| words(&e))?;
    }
    let files = digests(&own)?;
    let request = CheckRequest {
        suite: suite.clone(),
        database_url: format!("sqlite:{}", path.display()),
        through: None,
        read_only: true,
        runs: folder.path().join("runs"),
        limits: Limits::default(),
    };
    let runtime = tokio::runtime::Runtime::new().map_err(|e| words(&e))?;
    let outcome = runtime.block_on(check(request, &mut |_| {})).map_err(|e| words(&e))?;
    let met = if outcome.result.verdict.opens_the_gate() { Verdict::Passed } else { outcome.result.verdict };
    if met != expected {
        return Err(format!("it is {met}, expected {expected}: {:?}", outcome.result));
    }
    let after = digests(&own)?;
    if after != files {
        return Err(format!("before {files:?}, after {after:?}"));
    }
    Ok(())
}

/// Every file of a folder: the database and whatever stands beside it.
fn digests(folder: &Path) -> Result<BTreeMap<String, Digest>, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|error| error.to_string())? {
        let path = entry.map_err(|error| error.to_string())?.path();
        let bytes = fs::read(&path).map_err(|error| error.to_string())?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        found.insert(name.into_owned(), Digest::of(&bytes));
    }
    Ok(found)
}
