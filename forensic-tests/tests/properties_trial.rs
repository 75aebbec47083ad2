//! Makes a test of a property: it holds on a clone, or it notices a defect that is put in.

use std::{fmt::Debug, path::Path, sync::Arc};

use libtest_mimic::{Failed, Trial};
use phasegate_engine::{
    States,
    fuzz::{Hunt, Phases, PhasesError, Property, Script, Seed, Stage},
};

use crate::world::World;

/// The hunt of every test that must find something, so that it finds the same on every run.
pub(crate) const FIXED: Hunt<'_> =
    Hunt { seed: Seed(0x0000_5eed_0f00_0b03), cases: 100, shrinks_max: 512, mutation: "", command: COMMAND };

const COMMAND: &str = "cargo test -p forensic-tests --test forensic";

/// Where the properties of a suite are tried.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) world: &'a World,
    pub(crate) suite: &'static str,
    pub(crate) stage: fn(Arc<States>) -> Stage,
}

impl Ground<'_> {
    /// A property holds for as many random cases as the environment asks for.
    pub(crate) fn holds<C>(&self, property: Property<C>) -> Trial
    where
        C: Clone + Debug + Send + Sync + 'static,
    {
        self.test(property.name.to_owned(), async move |stage| {
            let how = Hunt::from_environment(property.cases, COMMAND)?;
            // In one piece: tests run beside each other.
            let line = format!("{}: seed {}, {} cases\n", property.name, how.seed, how.cases);
            eprint!("{line}");
            let failures = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("phasegate-failures");
            Ok(stage.holds(&property, how, &failures).await?)
        })
    }

    /// A property notices a defect, which is SQL put in before each case: it could not have held by accident.
    pub(crate) fn notices<C>(&self, claim: &str, property: Property<C>, defect: &'static str) -> Trial
    where
        C: Clone + Debug + Send + Sync + 'static,
    {
        self.trial(claim, async move |stage| {
            let how = Hunt { cases: property.cases * 4, shrinks_max: 0, mutation: defect, ..FIXED };
            Ok(stage.notices(&property, how).await?)
        })
    }

    /// A script shows what it says.
    pub(crate) fn shows(&self, claim: &str, script: Script) -> Trial {
        self.trial(claim, async move |stage| Ok(stage.shows(&script).await?))
    }

    /// The tests that the phases of the suite are needed for, or one that says why there are none.
    pub(crate) fn with_phases(&self, make: impl FnOnce(&Phases) -> Result<Vec<Trial>, PhasesError>) -> Vec<Trial> {
        let suite = self.world.suites().iter().find(|suite| suite.name == self.suite);
        let made = suite.map(|suite| Phases::of(suite).and_then(|phases| make(&phases)));
        made.unwrap_or_else(|| Ok(Vec::new())).unwrap_or_else(|why| {
            vec![self.trial("properties_of_the_phases_can_be_tried", async move |_| Err(why.into()))]
        })
    }

    /// A claim about the suite.
    pub(crate) fn trial(
        &self,
        claim: &str,
        test: impl AsyncFnOnce(&Stage) -> Result<(), Failed> + Send + 'static,
    ) -> Trial {
        self.test(format!("{}::{claim}", self.suite.replace('-', "_")), test)
    }

    fn test(&self, name: String, test: impl AsyncFnOnce(&Stage) -> Result<(), Failed> + Send + 'static) -> Trial {
        let Self { suite, stage, .. } = *self;
        let world = self.world.clone();
        Trial::test(name, move || world.test(suite, async |states| test(&stage(states)).await))
    }
}
