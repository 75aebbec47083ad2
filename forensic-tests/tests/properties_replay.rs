//! The machinery itself: a wrong model is falsified, the case is as small as it gets, its seed finds it again, and its
//! file shows it on a fresh clone.

use std::{fmt::Debug, path::Path};

use forensic_tests::{
    attribution_b03::{
        migration::{Phases, backfills},
        properties::{SplitCase, split_judged_by},
    },
    replay::{Counterexample, Hunt, Property, Seed},
};
use libtest_mimic::{Failed, Trial};
use phasegate_engine::States;

use crate::{
    properties_trial::{FIXED, Stage, hunted, trial},
    world::World,
};

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    let test = |claim: &str| format!("attribution_b03::property_replay::{claim}");
    vec![
        trial(world, test("a_wrong_model_is_falsified_by_a_smallest_case"), async |states| {
            for seed in [FIXED, Seed(1), Seed(2), Seed(3)] {
                let found = falsified(&states, Stage::AfterAllPhases, &exact(), seed).await?;
                let smallest = [(0, 1), (1, 0)].map(|(revenue, share)| SplitCase { revenue, shares: vec![share] });
                ensure(smallest.contains(&found.case), || found.sql())?;
            }
            Ok(())
        }),
        trial(world, test("the_same_seed_finds_the_same_case"), async |states| {
            let one = falsified(&states, Stage::AfterAllPhases, &exact(), FIXED).await?;
            let again = falsified(&states, Stage::AfterAllPhases, &exact(), FIXED).await?;
            ensure(one.sql() == again.sql(), || again.sql())?;
            let message = one.message(&Ok("the-path.sql".into()));
            let parts = [FIXED.to_string(), "the-path.sql".to_owned(), one.command()];
            ensure(parts.iter().all(|part| message.contains(part)), || message.clone())
        }),
        trial(world, test("the_file_of_a_case_shows_it_on_a_fresh_clone"), async |states| {
            let found = falsified(&states, Stage::AfterAllPhases, &exact(), FIXED).await?;
            shown_again(&states, Stage::AfterAllPhases, &found).await
        }),
        trial(world, test("the_file_of_a_migration_shows_it_on_a_fresh_clone"), async |states| {
            let phases = Phases::of(states.suite())
                .and_then(|phases| phases.with_defect(2, "round(", "trunc("))
                .map_err(|why| Failed::from(why.to_string()))?;
            let stage = Stage::EmptyBaseline;
            let found = falsified(&states, stage, &backfills(phases), FIXED).await?;
            let legacy = &found.case;
            let sizes = [legacy.tenants, legacy.events.len(), legacy.dead_events.len()];
            ensure(sizes == [1, 1, 0], || found.sql())?;
            shown_again(&states, stage, &found).await
        }),
    ]
}

/// A model that knows nothing of the tolerated cent.
fn exact() -> Property<SplitCase> {
    split_judged_by("attribution_b03::property_with_a_wrong_model", |revenue, shares| {
        shares.iter().copied().map(i64::from).sum::<i64>() == i64::from(revenue)
    })
}

async fn falsified<C: Clone + Debug>(
    states: &States,
    stage: Stage,
    property: &Property<C>,
    seed: Seed,
) -> Result<Counterexample<C>, Failed> {
    let how = Hunt { seed, cases: 100, shrinks_max: 512, mutation: "" };
    let found = hunted(states, stage, property, how).await?;
    found.ok_or_else(|| Failed::from("nothing was found".to_owned()))
}

/// Writes the file, runs what is in it on a fresh clone, and holds its last query against what was found.
async fn shown_again<C: Debug>(states: &States, stage: Stage, found: &Counterexample<C>) -> Result<(), Failed> {
    let unexpected = |why: std::io::Error| Failed::from(why.to_string());
    let folder = tempfile::tempdir_in(Path::new(env!("CARGO_TARGET_TMPDIR"))).map_err(unexpected)?;
    let path = found.write(folder.path()).map_err(unexpected)?;
    let text = std::fs::read_to_string(&path).map_err(unexpected)?;
    // The rows of the last query are those of the whole message, so its ROLLBACK goes apart.
    let (before, end) = text.split_at(text.rfind("ROLLBACK;").unwrap_or(text.len()));
    let mut copy = stage.fresh(states).await?;
    let shown = copy.session.run(before).await?;
    copy.session.run(end).await?;
    states.clear(copy).await?;
    let expected: Vec<Vec<Option<String>>> = found
        .found
        .iter()
        .map(|it| vec![Some(it.step.to_string()), Some(it.expected.clone()), Some(it.observed.clone())])
        .collect();
    ensure(shown.table.rows == expected, || format!("{:?} is not {expected:?}\n{text}", shown.table.rows))
}

fn ensure(holds: bool, why: impl FnOnce() -> String) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(Failed::from(why())) }
}
