//! Property 30: a migration of `trading-phase-1c` that is stopped in any places, by an error or by the end of its session, and
//! goes on each time with the phase it stopped in, ends in the catalog of the one that was never stopped; until the unlock it
//! leaves at each stop what stood before the phase, the lock among it.

use std::{fs, path::Path};

use libtest_mimic::{Failed, Trial};
use phasegate_database::Session;
use phasegate_engine::{
    Migration, States,
    fuzz::{Seed, Stage},
    suite::Suite,
};
use phasegate_evidence::Catalog;
use proptest::{
    collection::vec,
    prelude::{Just, Strategy as _, any},
    prop_oneof,
    strategy::{SBoxedStrategy, ValueTree as _},
    test_runner::{Config, TestRunner},
};

use crate::{cutover::statements, properties_replay::ensure, properties_trial::Ground, world::World};

const CASES: u32 = 3;

const SHRINKS_MAX: u32 = 12;

/// The stops of each phase: after how many thousandths of its statements, and whether its session ends.
type Case = Vec<Vec<(usize, bool)>>;

/// Each phase with its statements.
type Phases = [(String, Vec<String>)];

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    let ground = Ground { world, suite: "trading-phase-1c", stage: Stage::after_all_phases };
    vec![
        ground.trial("property_30_a_migration_that_is_stopped_anywhere_ends_as_one_that_is_not", holds),
        ground.trial("property_30_notices_a_phase_that_commits_halfway", async |stage| {
            let phases = phases(stage.states.suite(), Some("S4"))?;
            let case = phases.iter().map(|_| vec![(900, false)]).collect();
            let why = differs(&stage.states, &phases, &case).await?;
            ensure(why.as_ref().is_some_and(|why| why.starts_with("phase S4,")), || format!("not noticed: {why:?}"))
        }),
    ]
}

async fn holds(stage: &Stage) -> Result<(), Failed> {
    let seed = Seed::from_environment()?;
    let line = format!("property_30: seed {seed}, {CASES} cases\n");
    eprint!("{line}");
    let phases = phases(stage.states.suite(), None)?;
    let cases = strategy(phases.len());
    let mut runner = TestRunner::new_with_rng(Config::default(), seed.rng());
    for _ in 0..CASES {
        let mut tree = cases.new_tree(&mut runner)?;
        let Some(mut found) = differs(&stage.states, &phases, &tree.current()).await? else { continue };
        let mut best = tree.current();
        let mut is_smaller = tree.simplify();
        for _ in 0..SHRINKS_MAX {
            if !is_smaller {
                break;
            }
            is_smaller = match differs(&stage.states, &phases, &tree.current()).await? {
                Some(smaller) => {
                    (best, found) = (tree.current(), smaller);
                    tree.simplify()
                }
                None => tree.complicate(),
            };
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("phasegate-failures");
        fs::create_dir_all(&folder)?;
        let file = folder.join(format!("trading.property_30.{seed}.sql"));
        fs::write(&file, format!("-- {found}\n-- seed {seed}, {best:?}\n{}", sql(&phases, &best)))?;
        return Err(
            format!("{found}\ncase:   {best:?}\nagain:  PHASEGATE_SEED={seed}\nreplay: {}", file.display()).into()
        );
    }
    Ok(())
}

fn strategy(phases: usize) -> SBoxedStrategy<Case> {
    let place = prop_oneof![6 => 0..1000_usize, 1 => Just(0), 2 => Just(1000)];
    vec(vec((place, any::<bool>()), 0..3), phases).sboxed()
}

/// The statements of each phase. One that `leaks` commits what it has done after two thirds of them.
fn phases(suite: &Suite, leaks: Option<&str>) -> Result<Vec<(String, Vec<String>)>, Failed> {
    let mut phases = Vec::new();
    for phase in &suite.phases {
        let mut all = statements(suite, &phase.id)?.1;
        if leaks == Some(phase.id.as_str()) {
            let place = all.len() * 2 / 3;
            all.splice(place..place, ["COMMIT".to_owned(), "BEGIN".to_owned()]);
        }
        phases.push((phase.id.clone(), all));
    }
    Ok(phases)
}

/// How the migration with these stops differs from the one without, if it does.
async fn differs(states: &States, phases: &Phases, case: &Case) -> Result<Option<String>, Failed> {
    let migration = Migration::of(states.suite());
    let mut copy = states.working_copy(&migration, 0).await?;
    let mut before = stand(&mut copy.session).await?;
    for ((id, statements), stops) in phases.iter().zip(case) {
        for (thousandths, ends) in stops {
            let place = statements.len() * thousandths / 1000;
            copy.session.begin().await?;
            for statement in &statements[..place] {
                copy.session.execute(statement).await?;
            }
            let stop = if *ends { ENDS } else { FAILS };
            ensure(copy.session.run(stop).await.is_err(), || "it was not stopped".to_owned())?;
            if *ends {
                copy.session = states.host().connect(&copy.database).await?;
            } else {
                copy.session.rollback().await?;
            }
            if stand(&mut copy.session).await? != before {
                states.clear(copy).await?;
                return Ok(Some(format!("phase {id}, stopped after {place} statements, leaves something of itself")));
            }
        }
        copy.session.begin().await?;
        for statement in statements {
            copy.session.execute(statement).await?;
        }
        copy.session.commit().await?;
        before = stand(&mut copy.session).await?;
    }
    states.clear(copy).await?;
    let mut clean = states.working_copy(&migration, phases.len()).await?;
    let expected = clean.session.catalog().await?;
    states.clear(clean).await?;
    Ok((before.0 != expected).then(|| "it ends in another catalog".to_owned()))
}

const ENDS: &str = "SELECT pg_terminate_backend(pg_backend_pid())";
const FAILS: &str = "SELECT 1 / 0";

/// The catalog, and the lock where there is one.
async fn stand(session: &mut Session) -> Result<(Catalog, Option<String>), Failed> {
    let catalog = session.catalog().await?;
    let lock = "SELECT string_agg(lock::text, ' ') FROM schema_migration_control lock";
    let is_there = catalog.tables().any(|table| table == "schema_migration_control");
    let lock = if is_there { session.run(lock).await?.table.single().map(str::to_owned) } else { None };
    Ok((catalog, lock))
}

/// The stops and what follows each as SQL for psql, on the baseline.
fn sql(phases: &Phases, case: &Case) -> String {
    let mut text = String::new();
    for ((id, statements), stops) in phases.iter().zip(case) {
        for (thousandths, ends) in stops {
            let done = statements[..statements.len() * thousandths / 1000].join(";\n");
            // The end of a session and an error both come to this.
            text.push_str(&format!("\n-- phase {id}, stopped, its session ends: {ends}\nBEGIN;\n{done};\nROLLBACK;\n"));
        }
        text.push_str(&format!("\n-- phase {id}\nBEGIN;\n{};\nCOMMIT;\n", statements.join(";\n")));
    }
    text
}
