//! Makes a test of a property: it holds on a clone, or it notices a defect that is put in.

use std::{fmt::Debug, path::Path, sync::Arc};

use forensic_tests::replay::{Counterexample, Hunt, Property, Script, Seed, hunt, lay_prelude, play};
use libtest_mimic::{Failed, Trial};
use phasegate_engine::{
    Variant,
    lab::{Bench, Lab, LabError},
};

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
    pub(crate) async fn fresh(self, lab: &Lab) -> Result<Bench, LabError> {
        let mut suite = lab.suite().clone();
        match self {
            Self::AfterAllPhases => lab.bench(&Variant::of(&suite), suite.phases.len()).await,
            Self::EmptyBaseline => {
                suite.baseline.data.clear();
                lab.bench(&Variant::of(&suite), 0).await
            }
        }
    }

    /// A clone of the state, with what scripts need.
    pub(crate) async fn bench(self, lab: &Lab) -> Result<Bench, LabError> {
        let mut bench = self.fresh(lab).await?;
        lay_prelude(&mut bench.session).await?;
        Ok(bench)
    }
}

/// Tries a property on a clone of its own.
pub(crate) async fn hunted<C: Clone + Debug>(
    lab: &Lab,
    stage: Stage,
    property: &Property<C>,
    how: Hunt<'_>,
) -> Result<Option<Counterexample<C>>, LabError> {
    let mut bench = stage.bench(lab).await?;
    let found = hunt(&mut bench.session, property, how).await?;
    lab.clear(bench).await?;
    Ok(found)
}

/// A property holds for as many random cases as the environment asks for.
pub(crate) fn holds<C>(world: &World, stage: Stage, property: Property<C>) -> Trial
where
    C: Clone + Debug + Send + Sync + 'static,
{
    trial(world, property.name.to_owned(), async move |lab| {
        let how = Hunt::from_environment(property.cases).map_err(LabError::Unexpected)?;
        // In one piece: tests run beside each other.
        let line = format!(
            "{}: seed {}, {} cases
",
            property.name, how.seed, how.cases
        );
        eprint!("{line}");
        match hunted(&lab, stage, &property, how).await? {
            None => Ok(()),
            Some(found) => {
                let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("phasegate-failures");
                let message = found.message(&found.write(&folder));
                Err(LabError::Unexpected(message))
            }
        }
    })
}

/// A property notices a defect, which is SQL put in before each case: it could not have held by accident.
pub(crate) fn notices<C>(world: &World, stage: Stage, claim: &str, property: Property<C>, defect: &'static str) -> Trial
where
    C: Clone + Debug + Send + Sync + 'static,
{
    trial(world, format!("attribution_b03::{claim}"), async move |lab| {
        let how = Hunt { seed: FIXED, cases: property.cases * 4, shrinks_max: 0, mutation: defect };
        let found = hunted(&lab, stage, &property, how).await?;
        let found =
            found.ok_or_else(|| LabError::Unexpected(format!("{} holds in spite of the defect", property.name)))?;
        // A defect that cannot even be put in would make every case fail.
        match found.found.iter().find(|discrepancy| discrepancy.step == 0) {
            None => Ok(()),
            Some(refused) => Err(LabError::Unexpected(refused.to_string())),
        }
    })
}

/// A script shows what it says.
pub(crate) fn shows(world: &World, stage: Stage, claim: &str, script: Script) -> Trial {
    trial(world, format!("attribution_b03::{claim}"), async move |lab| {
        let mut bench = stage.bench(&lab).await?;
        let found = play(&mut bench.session, "", &script).await?;
        lab.clear(bench).await?;
        let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
        if lines.is_empty() { Ok(()) } else { Err(LabError::Unexpected(lines.join("\n"))) }
    })
}

pub(crate) fn trial(
    world: &World,
    name: String,
    test: impl AsyncFnOnce(Arc<Lab>) -> Result<(), LabError> + Send + 'static,
) -> Trial {
    let world = world.clone();
    Trial::test(name, move || -> Result<(), Failed> { world.test(SUITE, test) })
}
