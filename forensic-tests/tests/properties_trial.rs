//! Makes a test of a property: it holds on a clone, or it notices a defect that is put in.

use std::{fmt::Debug, path::Path, sync::Arc};

use forensic_tests::replay::{Counterexample, Hunt, Property, Script, Seed, hunt, lay_prelude, play};
use libtest_mimic::{Failed, Trial};
use phasegate_engine::{Migration, States, WorkingCopy};

use crate::world::World;

pub(crate) const SUITE: &str = "attribution-b03";

/// The seed of every hunt that must find something, so that it finds the same on every run.
pub(crate) const FIXED: Seed = Seed(0x0000_5eed_0f00_0b03);

/// The state that a property is tried on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stage {
    /// After the last phase, with the suite's legacy rows.
    AfterAllPhases,
    /// Before the first phase, without any legacy row.
    EmptyBaseline,
}

impl Stage {
    /// A clone of the state as it is.
    pub(crate) async fn fresh(self, states: &States) -> Result<WorkingCopy, Failed> {
        let mut suite = states.suite().clone();
        match self {
            Self::AfterAllPhases => Ok(states.working_copy(&Migration::of(&suite), suite.phases.len()).await?),
            Self::EmptyBaseline => {
                suite.baseline.data.clear();
                Ok(states.working_copy(&Migration::of(&suite), 0).await?)
            }
        }
    }

    /// A clone of the state, with what scripts need.
    pub(crate) async fn working_copy(self, states: &States) -> Result<WorkingCopy, Failed> {
        let mut copy = self.fresh(states).await?;
        lay_prelude(&mut copy.session).await?;
        Ok(copy)
    }
}

/// Tries a property on a clone of its own.
pub(crate) async fn hunted<C: Clone + Debug>(
    states: &States,
    stage: Stage,
    property: &Property<C>,
    how: Hunt<'_>,
) -> Result<Option<Counterexample<C>>, Failed> {
    let mut copy = stage.working_copy(states).await?;
    let found = hunt(&mut copy.session, property, how).await?;
    states.clear(copy).await?;
    Ok(found)
}

/// A property holds for as many random cases as the environment asks for.
pub(crate) fn holds<C>(world: &World, stage: Stage, property: Property<C>) -> Trial
where
    C: Clone + Debug + Send + Sync + 'static,
{
    trial(world, property.name.to_owned(), async move |states| {
        let how = Hunt::from_environment(property.cases)?;
        // In one piece: tests run beside each other.
        let line = format!(
            "{}: seed {}, {} cases
",
            property.name, how.seed, how.cases
        );
        eprint!("{line}");
        match hunted(&states, stage, &property, how).await? {
            None => Ok(()),
            Some(found) => {
                let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("phasegate-failures");
                let message = found.message(&found.write(&folder));
                Err(Failed::from(message))
            }
        }
    })
}

/// A property notices a defect, which is SQL put in before each case: it could not have held by accident.
pub(crate) fn notices<C>(world: &World, stage: Stage, claim: &str, property: Property<C>, defect: &'static str) -> Trial
where
    C: Clone + Debug + Send + Sync + 'static,
{
    trial(world, format!("attribution_b03::{claim}"), async move |states| {
        let how = Hunt { seed: FIXED, cases: property.cases * 4, shrinks_max: 0, mutation: defect };
        let found = hunted(&states, stage, &property, how).await?;
        let found = found.ok_or_else(|| Failed::from(format!("{} holds in spite of the defect", property.name)))?;
        // A defect that cannot even be put in would make every case fail.
        match found.found.iter().find(|discrepancy| discrepancy.step == 0) {
            None => Ok(()),
            Some(refused) => Err(Failed::from(refused.to_string())),
        }
    })
}

/// A script shows what it says.
pub(crate) fn shows(world: &World, stage: Stage, claim: &str, script: Script) -> Trial {
    trial(world, format!("attribution_b03::{claim}"), async move |states| {
        let mut copy = stage.working_copy(&states).await?;
        let found = play(&mut copy.session, "", &script).await?;
        states.clear(copy).await?;
        let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
        if lines.is_empty() { Ok(()) } else { Err(Failed::from(lines.join("\n"))) }
    })
}

pub(crate) fn trial(
    world: &World,
    name: String,
    test: impl AsyncFnOnce(Arc<States>) -> Result<(), Failed> + Send + 'static,
) -> Trial {
    let world = world.clone();
    Trial::test(name, move || -> Result<(), Failed> { world.test(SUITE, test) })
}
