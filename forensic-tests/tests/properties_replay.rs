//! The machinery itself: a wrong model is falsified, the case is as small as it gets, its seed finds it again, and its
//! file shows it on a fresh clone.

use std::{fmt::Debug, path::Path};

use forensic_tests::attribution_b03::{
    migration::backfills,
    properties::{SplitCase, split_judged_by},
};
use libtest_mimic::{Failed, Trial};
use phasegate_engine::fuzz::{Counterexample, Hunt, Phases, Property, Seed, Stage, replay};

use crate::{
    properties_trial::{FIXED, Ground},
    world::World,
};

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    let on = |stage| Ground { world, suite: "attribution-b03", stage };
    let phases = on(Stage::after_all_phases);
    vec![
        phases.trial("property_replay::a_wrong_model_is_falsified_by_a_smallest_case", async |stage| {
            for seed in [FIXED.seed, Seed(1), Seed(2), Seed(3)] {
                let found = falsified(stage, &exact(), seed).await?;
                let smallest = [(0, 1), (1, 0)].map(|(revenue, share)| SplitCase { revenue, shares: vec![share] });
                ensure(smallest.contains(&found.case), || found.sql())?;
            }
            Ok(())
        }),
        phases.trial("property_replay::the_same_seed_finds_the_same_case", async |stage| {
            let one = falsified(stage, &exact(), FIXED.seed).await?;
            let again = falsified(stage, &exact(), FIXED.seed).await?;
            ensure(one.sql() == again.sql(), || again.sql())?;
            let message = one.message(&Ok("the-path.sql".into()));
            let parts = [FIXED.seed.to_string(), "the-path.sql".to_owned(), one.again()];
            ensure(parts.iter().all(|part| message.contains(part)), || message.clone())
        }),
        phases.trial("property_replay::the_file_of_a_case_shows_it_on_a_fresh_clone", async |stage| {
            let found = falsified(stage, &exact(), FIXED.seed).await?;
            shown_again(stage, &found).await
        }),
        on(Stage::empty_baseline).trial(
            "property_replay::the_file_of_a_migration_shows_it_on_a_fresh_clone",
            async |stage| {
                let phases = Phases::of(stage.states.suite())?.with_defect(2, "round(", "trunc(")?;
                let found = falsified(stage, &backfills(phases), FIXED.seed).await?;
                let legacy = &found.case;
                let sizes = [legacy.tenants, legacy.events.len(), legacy.dead_events.len()];
                ensure(sizes == [1, 1, 0], || found.sql())?;
                shown_again(stage, &found).await
            },
        ),
    ]
}

/// A model that knows nothing of the tolerated cent.
fn exact() -> Property<SplitCase> {
    split_judged_by("attribution_b03::property_with_a_wrong_model", |revenue, shares| {
        shares.iter().copied().map(i64::from).sum::<i64>() == i64::from(revenue)
    })
}

pub(crate) async fn falsified<C: Clone + Debug>(
    stage: &Stage,
    property: &Property<C>,
    seed: Seed,
) -> Result<Counterexample<C>, Failed> {
    let found = stage.hunt(property, Hunt { seed, ..FIXED }).await?;
    found.ok_or_else(|| Failed::from("nothing was found"))
}

/// Writes the file, runs what is in it on a fresh clone, and holds what that shows against what was found.
pub(crate) async fn shown_again<C: Debug>(stage: &Stage, found: &Counterexample<C>) -> Result<(), Failed> {
    let folder = tempfile::tempdir_in(Path::new(env!("CARGO_TARGET_TMPDIR")))?;
    let text = std::fs::read_to_string(found.write(folder.path())?)?;
    let mut copy = stage.fresh().await?;
    let shown = replay(&mut copy.session, &text).await?;
    stage.states.clear(copy).await?;
    ensure(shown == found.found, || format!("{shown:?} is not {:?}\n{text}", found.found))
}

pub(crate) fn ensure(holds: bool, why: impl FnOnce() -> String) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(Failed::from(why())) }
}
