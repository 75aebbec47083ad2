//! The cutover of `trading-phase-1c` under what no scenario can do: its server is killed before each of its statements, and
//! sessions read and write while it is made.

mod killed;
mod watched;

use libtest_mimic::{Failed, Trial};
use phasegate_database::Session;
use phasegate_engine::suite::{PhaseStep, Suite};

use crate::{properties_replay::ensure, world::World};

const SUITE: &str = "trading-phase-1c";

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    let mut trials = killed::trials(world);
    trials.extend(watched::trials(world));
    trials
}

/// The ordinal of a phase, and its statements.
pub(crate) fn statements(suite: &Suite, phase: &str) -> Result<(usize, Vec<String>), Failed> {
    let found = suite.phases.iter().enumerate().find(|(_, known)| known.id == phase);
    let (ordinal, phase) = found.ok_or_else(|| format!("there is no phase {phase}"))?;
    let PhaseStep::Sql(files) = &phase.up else { return Err("the phase is a command".into()) };
    let mut statements = Vec::new();
    for file in files {
        let split = file.statements().map_err(|fault| fault.message)?;
        statements.extend(split.iter().map(|statement| statement.text.clone()));
    }
    Ok((ordinal, statements))
}

/// Which ten tables there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tables {
    Old,
    New,
}

/// The ten are all old or all new, and the lock is held.
async fn stands(session: &mut Session, tables: Tables) -> Result<(), Failed> {
    let query = "SELECT concat_ws(' ', count(*) FILTER (WHERE relname LIKE '%\\_phase1a\\_archive'),
            count(*) FILTER (WHERE relname LIKE '%\\_v2'),
            (SELECT bool_and(locked AND unlocked_at_utc IS NULL) FROM schema_migration_control))
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'";
    let met = session.run(query).await?.table.single().unwrap_or_default().to_owned();
    let expected = match tables {
        Tables::Old => "0 10 t",
        Tables::New => "10 0 t",
    };
    ensure(met == expected, || format!("archives, shadows and lock are {met}, expected {expected}"))
}
