//! The example suite is held against a model by the same means as any other; a suite on SQLite is told that it cannot be.

use forensic_tests::notes::{slug, slugs_judged_by};
use libtest_mimic::Trial;
use phasegate_engine::fuzz::{Phases, PhasesError, Script, Stage};

use crate::{
    properties_replay::{ensure, falsified, shown_again},
    properties_trial::{FIXED, Ground},
    world::World,
};

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    let ground = Ground { world, suite: "notes", stage: Stage::empty_baseline };
    let mut trials = ground.with_phases(|phases| of_phases(ground, phases));
    let sqlite = Ground { suite: "risk-manager-v2", ..ground };
    trials.push(sqlite.trial("property_trials_on_sqlite_are_refused_with_the_reason", async |stage| {
        let refused = stage.shows(&Script::new()).await.err().map(|error| error.to_string()).unwrap_or_default();
        ensure(refused.contains("no function of a sqlite database can catch"), || refused.clone())
    }));
    trials
}

fn of_phases(ground: Ground<'_>, phases: &Phases) -> Result<Vec<Trial>, PhasesError> {
    let name = "notes::property_a_slug_is_the_title_in_small_letters_with_dashes_and_the_id";
    let capitals = phases.clone().with_defect(0, "lower(title)", "title")?;
    // A model that keeps every character but capitals.
    let wrong = slugs_judged_by("notes::property_with_a_wrong_model", phases.clone(), |title, id| {
        format!("{}-{id}", title.to_ascii_lowercase())
    });
    Ok(vec![
        ground.holds(slugs_judged_by(name, phases.clone(), slug)),
        ground.notices("property_notices_capitals_that_become_dashes", slugs_judged_by(name, capitals, slug), ""),
        ground.trial("property_with_a_wrong_model_leaves_a_file_that_fails_again", async move |stage| {
            let found = falsified(stage, &wrong, FIXED.seed).await?;
            let lengths: Vec<usize> = found.case.iter().map(|title| title.chars().count()).collect();
            ensure(lengths == [1], || found.sql())?;
            shown_again(stage, &found).await
        }),
    ])
}
