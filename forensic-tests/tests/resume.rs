//! The recorded failures of the trading core's migration, each played as a run that fails and is gone on from: the resumed run
//! passes every gate, and ends in the catalog of the uninterrupted one.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use libtest_mimic::{Failed, Trial};
use phasegate_engine::{Finished, Request, Resume, run, suite};
use phasegate_evidence::{Digest, RunFolder, RunResult, Verdict, goes_on_from, verify};
use phasegate_server::external;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;

use crate::world::World;

const SUITE: &str = "trading-phase-1c";

/// A recorded failure: what was wrong with a phase, how the run ends for it, and what corrects it.
struct Attempt {
    /// Its number in the facts, section 2, and what failed.
    name: &'static str,
    phase: &'static str,
    /// What the phase is made of in `suite.toml`, where it is as it must be.
    right: &'static str,
    wrong: &'static str,
    /// A file of the attempt's own, by its path in the fixtures.
    file: Option<(&'static str, &'static str)>,
    /// The SQLSTATE that the phase fails with; none where it applies and a gate does not open.
    sqlstate: Option<&'static str>,
    /// What the phase is made of when the run goes on.
    corrected: &'static str,
}

const OWN_FILE: &str = "scenarios/of-the-attempt.sql";

const ATTEMPTS: [Attempt; 6] = [
    Attempt {
        name: "attempt_1_six_of_ten_shadows",
        phase: "M3",
        right: "\"phases/M3-shadow-tables.sql\"",
        wrong: "\"scenarios/of-the-attempt.sql\"",
        // The original M3, without the part of M4 that stands in it and that no gate of M3 lets through.
        file: Some((
            OWN_FILE,
            "CREATE TABLE order_request_v2 (LIKE order_request INCLUDING ALL);\n\
             CREATE TABLE order_fill_v2 (LIKE order_fill INCLUDING ALL);\n\
             CREATE TABLE position_lot_v2 (LIKE position_lot INCLUDING ALL);\n\
             CREATE TABLE executed_trade_v2 (LIKE executed_trade INCLUDING ALL);\n\
             CREATE TABLE cash_ledger_v2 (LIKE cash_ledger INCLUDING ALL);\n\
             CREATE TABLE risk_event_v2 (LIKE risk_event INCLUDING ALL);\n",
        )),
        sqlstate: None,
        corrected: "\"phases/M3-shadow-tables.sql\"",
    },
    Attempt {
        name: "attempt_1_m5_without_a_shadow",
        phase: "M5",
        right: "[\"phases/M5.0-gate.sql\", \"phases/M5-economic-formulas.sql\"]",
        wrong: "[\"scenarios/of-the-attempt.sql\", \"phases/M5-economic-formulas.sql\"]",
        file: Some((
            OWN_FILE,
            "DROP TABLE trade_signal_v2;\nALTER TABLE trade_signal_v2 ADD COLUMN expected_cost_rate numeric(10,6);\n",
        )),
        sqlstate: Some("42P01"),
        corrected: "[\"phases/M5.0-gate.sql\", \"phases/M5-economic-formulas.sql\"]",
    },
    Attempt {
        name: "attempt_2_m6_refers_to_a_hypertable",
        phase: "S1",
        right: "\"phases/S1-cleanup-m6.sql\"",
        wrong: "[\"scenarios/original-m6.sql\", \"scenarios/of-the-attempt.sql\"]",
        // From TimescaleDB 2.16 on this is what the recorded SQLSTATE can still be met with.
        file: Some((
            OWN_FILE,
            "ALTER TABLE risk_hourly_state ADD CONSTRAINT fk_risk_hourly_state_portfolio FOREIGN KEY (run_mode, account_id, \
             hour_ts_utc) REFERENCES portfolio_hourly_state (run_mode, account_id, hour_ts_utc);\n",
        )),
        sqlstate: Some("0A000"),
        corrected: "\"phases/S1-cleanup-m6.sql\"",
    },
    Attempt {
        name: "attempt_3a_the_identity_lacks_its_unique_constraint",
        phase: "S2",
        right: "\"phases/S2-identity-tables.sql\"",
        wrong: "\"scenarios/s2-without-the-hour-unique.sql\"",
        file: None,
        sqlstate: None,
        corrected: "\"scenarios/s2-mended.sql\"",
    },
    Attempt {
        name: "attempt_3a_step_3_has_no_unique_target",
        phase: "S3",
        right: "\"phases/S3-risk-binding.sql\"",
        wrong: "[\"scenarios/of-the-attempt.sql\", \"phases/S3-risk-binding.sql\"]",
        file: Some((
            OWN_FILE,
            "ALTER TABLE risk_hourly_state_identity DROP CONSTRAINT uq_risk_hourly_state_identity_hour;\n",
        )),
        sqlstate: Some("42830"),
        corrected: "\"phases/S3-risk-binding.sql\"",
    },
    Attempt {
        name: "attempt_3b_compression_after_the_cutover",
        phase: "S7B",
        right: "\"phases/S7B-finalise.sql\"",
        wrong: "[\"phases/S7B-finalise.sql\", \"scenarios/blind-compression-policy.sql\"]",
        file: None,
        sqlstate: Some("0A000"),
        corrected: "\"phases/S7B-finalise.sql\"",
    },
];

/// The digests of the catalogs after each phase of the uninterrupted run.
type Catalogs = Vec<Option<Digest>>;

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    let uninterrupted: Arc<Mutex<Option<Catalogs>>> = Arc::default();
    let trial = |attempt: &'static Attempt| {
        let (world, uninterrupted) = (world.clone(), uninterrupted.clone());
        Trial::test(format!("trading_phase_1c::resumed_after_{}", attempt.name), move || {
            let mut known = uninterrupted.lock().unwrap_or_else(PoisonError::into_inner);
            let expected = match &*known {
                Some(expected) => expected.clone(),
                None => {
                    let place = Place::copied()?;
                    let finished = place.run(&world, None)?;
                    is(finished.result.verdict, Verdict::Passed, "the uninterrupted run")?;
                    known.insert(catalogs(&finished.result)).clone()
                }
            };
            drop(known);
            goes_on(&world, attempt, &expected)
        })
    };
    ATTEMPTS.iter().map(trial).collect()
}

/// Fails, is mended and goes on.
fn goes_on(world: &World, attempt: &Attempt, expected: &Catalogs) -> Result<(), Failed> {
    let place = Place::copied()?;
    place.change(&format!("up = {}", attempt.right), &format!("up = {}", attempt.wrong))?;
    if let Some((file, text)) = attempt.file {
        fs::write(place.fixtures().join(file), text)?;
    }
    let failed = place.run(world, None)?;
    let phases = &failed.result.suites[0].phases;
    let at = phases.iter().position(|phase| phase.phase == attempt.phase).ok_or("no such phase")?;
    let met: Vec<Verdict> = phases.iter().map(|phase| phase.verdict).collect();
    let opened = met[..at].iter().all(|verdict| verdict.opens_the_gate());
    let why = failed.result.suites[0].phases.iter().find_map(|phase| phase.failure.as_ref()).map(ToString::to_string);
    is((opened, met[at]), (true, Verdict::Failed), &format!("the phases up to the one that fails ({why:?})"))?;
    is(met[at + 1..].iter().all(|verdict| *verdict == Verdict::NotRun), true, "no later phase runs")?;
    let sqlstate = phases[at].failure.as_ref().map(|failure| failure.sqlstate.as_deref().unwrap_or_default());
    is(sqlstate, attempt.sqlstate, "the failure")?;
    let url = failed.kept.iter().flat_map(|kept| kept.split_whitespace()).find(|word| word.starts_with("postgres"));
    let url = url.ok_or("no database was kept")?.to_owned();
    is(locked(world, &url)?, vec![(true, true)], "the lock holds")?;
    place.change(&format!("up = {}", attempt.wrong), &format!("up = {}", attempt.corrected))?;
    if let Some((file, _)) = attempt.file {
        fs::remove_file(place.fixtures().join(file))?;
    }
    let resumed = place.run(world, Some((&failed, &url)));
    dropped(world, &url)?;
    let resumed = resumed?;
    is(refused(&resumed.result), Vec::new(), "the checks that do not pass in the resumed run")?;
    is(resumed.result.verdict, Verdict::Passed, "the resumed run")?;
    is(&catalogs(&resumed.result), expected, "the catalog after each phase")?;
    chained(&resumed, &failed)
}

/// The evidence of the resumed run verifies, and so does its chain to the one that failed.
fn chained(resumed: &Finished, failed: &Finished) -> Result<(), Failed> {
    let open = |finished: &Finished| RunFolder::open(&finished.folder).map_err(|error| error.to_string());
    let [later, earlier] = [verify(&open(resumed)?), verify(&open(failed)?)];
    for verification in [&later, &earlier] {
        if !verification.holds() {
            return Err(format!("{:?}", verification.faults).into());
        }
    }
    let (Some((plan, links)), Some((earlier_plan, earlier_links)), Some(head)) =
        (&later.read, &earlier.read, &earlier.head)
    else {
        return Err("a folder was not read".into());
    };
    Ok(goes_on_from((plan, links), (earlier_plan, earlier_links), head)?)
}

/// The checks that do not open their gate, each with why.
fn refused(result: &RunResult) -> Vec<String> {
    let gates = result.suites.iter().flat_map(|suite| &suite.phases).flat_map(|phase| &phase.gates);
    let checks = gates.flat_map(|gate| &gate.checks).filter(|check| !check.verdict.opens_the_gate());
    let why =
        |reason: &Option<phasegate_evidence::Reason>| reason.as_ref().map(ToString::to_string).unwrap_or_default();
    checks.take(3).map(|check| format!("{}: {}", check.check, why(&check.reason))).collect()
}

fn catalogs(result: &RunResult) -> Catalogs {
    result.suites[0].phases.iter().map(|phase| phase.catalog.clone()).collect()
}

fn is<T: PartialEq + std::fmt::Debug>(met: T, expected: T, what: &str) -> Result<(), Failed> {
    if met == expected { Ok(()) } else { Err(format!("{what}: {met:?}, expected {expected:?}").into()) }
}

/// The lock's rows: whether each is locked, and was never unlocked.
fn locked(world: &World, url: &str) -> Result<Vec<(bool, bool)>, Failed> {
    world.on_the_server(async |_| {
        let mut connection = PgConnection::connect(url).await?;
        let rows = sqlx::query_as("SELECT locked, unlocked_at_utc IS NULL FROM schema_migration_control");
        let rows = rows.fetch_all(&mut connection).await?;
        connection.close().await?;
        Ok(rows)
    })
}

/// Drops the database that the run which failed has kept.
fn dropped(world: &World, url: &str) -> Result<(), Failed> {
    let (beside, name) = phasegate_server::beside(url).map_err(|error| error.to_string())?;
    world.on_the_server(async |_| {
        let mut connection = PgConnection::connect(&beside).await?;
        sqlx::raw_sql(AssertSqlSafe(format!("DROP DATABASE \"{name}\""))).execute(&mut connection).await?;
        Ok(connection.close().await?)
    })
}

/// A copy of the suite and its fixtures, where a phase can be made wrong and right again.
struct Place(TempDir);

impl Place {
    fn copied() -> Result<Self, Failed> {
        let place = Self(tempfile::tempdir()?);
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        copy(&own.join("suites").join(SUITE), &place.suites().join(SUITE))?;
        copy(&own.join("../fixtures").join(SUITE), &place.fixtures())?;
        Ok(place)
    }

    fn suites(&self) -> std::path::PathBuf {
        self.0.path().join("forensic-tests/suites")
    }

    fn fixtures(&self) -> std::path::PathBuf {
        self.0.path().join("fixtures").join(SUITE)
    }

    /// Changes what stands once in `suite.toml`.
    fn change(&self, from: &str, to: &str) -> Result<(), Failed> {
        let path = self.suites().join(SUITE).join("suite.toml");
        let text = fs::read_to_string(&path)?;
        if text.matches(from).count() != 1 {
            return Err(format!("suite.toml does not hold `{from}` once").into());
        }
        Ok(fs::write(path, text.replace(from, to))?)
    }

    /// Runs the suite on the server of the tests, or goes on with a run that failed.
    fn run(&self, world: &World, resumes: Option<(&Finished, &str)>) -> Result<Finished, Failed> {
        let suites = suite::load(&self.suites(), &[SUITE.to_owned()]).map_err(|error| error.to_string())?;
        let resume = match resumes {
            None => None,
            Some((failed, url)) => {
                let folder = RunFolder::open(&failed.folder).map_err(|error| error.to_string())?;
                let name = failed.folder.display().to_string();
                Some(Resume::of(&folder, &verify(&folder), name, url)?)
            }
        };
        let runs = self.0.path().join("runs");
        world.on_the_server(async |server| {
            let server = external(server.url("postgres"));
            let request = Request { resume, ..Request::new(suites, server, runs) };
            let (_keep, cancel) = tokio::sync::watch::channel(false);
            let mut notice = |line: &str| eprintln!("{line}");
            let ran = run(request, &mut |_| {}, &mut notice, cancel).await;
            Ok(ran.map_err(|error| error.to_string())?)
        })
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), Failed> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().ok_or("no name")?);
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}
