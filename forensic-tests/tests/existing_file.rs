//! The gates alone, on a file of the risk manager's that somebody else made: it is judged, and not one byte of it changes.

#[path = "existing_file/mutants.rs"]
mod mutants;

use std::{collections::BTreeMap, fs, path::Path};

use libtest_mimic::{Failed, Trial};
use phasegate_engine::{CheckRequest, Limits, check, suite::Suite};
use phasegate_evidence::{Digest, Event, Verdict};
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
    OPTIONAL_TABLE,
    "phases/02-analytics-indexes/complete.sql",
];
const OPTIONAL_TABLE: &str = "phases/03-optional-table/up.sql";

/// Of a new file, unless its author wants another size.
const PAGE_BYTES: usize = 4096;

/// The snapshots and orders that the checks write are such as a file may well have.
const ROWS_LIKE_THOSE_OF_THE_CHECKS: &str = "
    INSERT INTO daily_unrealized_pnl (account_id, timestamp, unrealized_pnl, positions_count)
    VALUES (123, '2025-10-24', 1, 1), (123, '2025-10-25', 1, 1), (-1, '2025-10-24', 1, 1), ('abc', '2025-10-24', 1, 1);
    INSERT INTO orders (id, account_id, contract_id, type, side, size, state, created_at)
    VALUES (1, 123, 'X', 1, 0, 1, 1, '2025-10-24 16:00:00'), (0, 123, 'X', 1, 0, 1, 1, '2025-10-24 16:00:00')";

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    let Some(suite) = world.suites().iter().find(|suite| suite.name == "risk-manager-v2") else {
        return Vec::new();
    };
    let test = |name: &str, test: fn(&Suite) -> Result<(), String>| {
        let suite = suite.clone();
        let name = format!("risk_manager_v2::a_file_of_ones_own::{name}");
        Trial::test(name, move || test(&suite).map_err(Failed::from))
    };
    let mut trials = vec![
        test("in_delete_mode_is_judged_and_not_changed", |suite| {
            passes(suite, &script(suite), "PRAGMA journal_mode = delete")
        }),
        test("in_wal_mode_is_judged_with_its_wal_and_not_changed", |suite| {
            // The connection stays open, so that what it wrote last lies in the WAL alone.
            let wal = "PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0";
            let failed = judged(suite, &script(suite), &format!("{wal}; DROP INDEX idx_positions_updated"))?;
            if !failed.iter().any(|id| id == "2.1.idx_positions_updated") {
                return Err(format!("{failed:?}"));
            }
            passes(suite, &script(suite), &format!("{wal}; DELETE FROM lockouts WHERE account_id = 456"))
        }),
        test("with_statistics_is_judged_without_them", |suite| passes(suite, &script(suite), "ANALYZE")),
        test("with_rows_like_those_that_the_checks_write_passes", |suite| {
            passes(suite, &script(suite), ROWS_LIKE_THOSE_OF_THE_CHECKS)
        }),
        test("whose_stub_had_its_date_with_t_and_z_passes", |suite| {
            let with = |date: &str| format!("UPDATE schema_version SET applied_at = '{date}' WHERE version = 1");
            passes(suite, &script(suite), &with("2025-10-23T09:15:00Z"))?;
            for wrong in ["2025-10-23T09:15:00", "2025-10-23T09:15Z", "2025-10-23T25:00:00Z", "20251023", ""] {
                let failed = judged(suite, &script(suite), &with(wrong))?;
                if failed != ["1.3.1"] {
                    return Err(format!("`{wrong}`: {failed:?}"));
                }
            }
            Ok(())
        }),
        test("without_snapshots_is_of_that_variant_and_of_no_other", |suite| {
            let mut variant = suite.clone();
            variant.become_variant("without-snapshots")?;
            let whole = script(suite);
            let without = whole.replace(&text(suite, OPTIONAL_TABLE), "");
            passes(&variant, &without, "SELECT 1")?;
            for (suite, script) in [(suite, &without), (&variant, &whole)] {
                if judged(suite, script, "SELECT 1")?.is_empty() {
                    return Err("a file of the other variant passes".to_owned());
                }
            }
            let extra = judged(&variant, &without, "CREATE TABLE daily_pnl_2 (a)")?;
            if extra == ["G0.5.1", "G0.5.2", "W.2.3"] { Ok(()) } else { Err(format!("{extra:?}")) }
        }),
        test("with_any_page_of_zeros_fails_and_is_said_to_be_damaged", |suite| {
            let schema = mutants::schema(suite);
            let rows = "INSERT INTO lockouts (account_id) VALUES (1); INSERT INTO orders VALUES (1, 1, '', 1, 1, 1, 1, 1, 1, '', '')";
            for page in 0.. {
                let mut is_there = true;
                let judged = judged_when_changed(suite, &schema, rows, |path, _| {
                    let mut bytes = fs::read(path).map_err(words)?;
                    is_there = bytes.len() > page * PAGE_BYTES;
                    bytes.iter_mut().skip(page * PAGE_BYTES).take(PAGE_BYTES).for_each(|byte| *byte = 0);
                    fs::write(path, bytes).map_err(words)
                });
                match judged {
                    _ if !is_there => return if page > 30 { Ok(()) } else { Err(format!("{page} pages are there")) },
                    Ok(failed) if failed.iter().any(|id| id == "G0.3.1") => {}
                    // Where the schema lies, there is nothing to be judged.
                    Err(why) if why.contains(" is damaged, ") || why.contains(" is no SQLite database") => {}
                    otherwise => return Err(format!("page {}: {otherwise:?}", page + 1)),
                }
            }
            Ok(())
        }),
    ];
    trials.extend(mutants::TESTS.iter().map(|(name, run)| test(name, *run)));
    trials
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn text(suite: &Suite, file: &str) -> String {
    fs::read_to_string(suite.fixtures.join(file)).unwrap_or_default()
}

/// What makes a migrated file.
fn script(suite: &Suite) -> String {
    FILES.iter().map(|file| text(suite, file)).collect()
}

fn passes(suite: &Suite, script: &str, last: &str) -> Result<(), String> {
    match judged(suite, script, last)? {
        failed if failed.is_empty() => Ok(()),
        failed => Err(format!("{failed:?} failed after {last}")),
    }
}

/// Makes a file, and gives the checks that do not hold on it.
fn judged(suite: &Suite, script: &str, last: &str) -> Result<Vec<String>, String> {
    judged_when_changed(suite, script, last, |_, _| Ok(()))
}

/// Makes a file, judges it while its connection is open, holds it against what it was, and gives the checks that failed.
/// What is no verdict but an error of the harness is one here too.
fn judged_when_changed(
    suite: &Suite,
    script: &str,
    last: &str,
    change: impl FnOnce(&Path, &Connection) -> Result<(), String>,
) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().map_err(words)?;
    let own = folder.path().join("own");
    fs::create_dir(&own).map_err(words)?;
    let path = own.join("risk.db");
    let open = Connection::open(&path).map_err(words)?;
    // PRAGMA and ANALYZE may give rows, which a batch passes over.
    open.execute_batch(script).and_then(|()| open.execute_batch(last)).map_err(words)?;
    change(&path, &open)?;
    let files = digests(&own)?;
    let request = CheckRequest {
        suite: suite.clone(),
        database_url: format!("sqlite:{}", path.display()),
        through: None,
        read_only: true,
        runs: folder.path().join("runs"),
        limits: Limits::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(words)?;
    let (mut failed, mut judged) = (Vec::new(), 0);
    let mut listener = |event: &Event| {
        if let Event::CheckJudged { check, verdict, .. } = event {
            judged += u32::from(*verdict == Verdict::Passed);
            failed.extend((!verdict.opens_the_gate()).then(|| check.clone()));
        }
    };
    let outcome = runtime.block_on(check(request, &mut listener)).map_err(words)?;
    let met = outcome.result.verdict;
    let expected = if failed.is_empty() { Verdict::Passed } else { Verdict::Failed };
    if met != expected && !(failed.is_empty() && met.opens_the_gate()) || judged < 40 {
        return Err(format!("it is {met}, expected {expected}, {judged} checks passed, failed: {failed:?}"));
    }
    let after = digests(&own)?;
    if after != files {
        return Err(format!("before {files:?}, after {after:?}"));
    }
    Ok(failed)
}

/// Every file of a folder: the database and whatever stands beside it.
fn digests(folder: &Path) -> Result<BTreeMap<String, Digest>, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(words)? {
        let path = entry.map_err(words)?.path();
        let bytes = fs::read(&path).map_err(words)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        found.insert(name.into_owned(), Digest::of(&bytes));
    }
    Ok(found)
}
