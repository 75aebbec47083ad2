//! The properties that the six phases of `attribution-b03` hold on arbitrary legacy rows (15 to 19), each beside defects
//! of the phases that it notices.

use std::fmt::Debug;

use forensic_tests::{
    attribution_b03::migration::{
        Phases, PhasesError, backfills, keys, limits, protections, roundtrips,
    },
    replay::Property,
};
use libtest_mimic::{Failed, Trial};

use crate::{
    properties_trial::{SUITE, Stage, holds, notices},
    world::World,
};

const STAGE: Stage = Stage::EmptyBaseline;

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    let suite = world.suites().iter().find(|suite| suite.name == SUITE);
    let phases = suite.map(Phases::of);
    match phases.map(|phases| phases.and_then(|phases| of_phases(world, &phases))) {
        None => Vec::new(),
        Some(Ok(trials)) => trials,
        Some(Err(why)) => vec![Trial::test(
            "attribution_b03::properties_of_the_phases_can_be_tried",
            move || Err(Failed::from(why.to_string())),
        )],
    }
}

/// A part of a phase's SQL, and the defect that takes its place.
type Defect<'a> = (usize, &'a str, &'a str);

fn of_phases(world: &World, phases: &Phases) -> Result<Vec<Trial>, PhasesError> {
    let mut trials = vec![
        holds(world, STAGE, backfills(phases.clone())),
        holds(world, STAGE, keys(phases.clone())),
        holds(world, STAGE, roundtrips(phases.clone())),
        holds(world, STAGE, limits(phases.clone())),
        holds(world, STAGE, protections(phases.clone())),
    ];
    let forward = |claim, property, defect| noticed(world, claim, property, phases, defect);
    trials.push(forward(
        "property_15_notices_that_confidence_is_cut_instead_of_rounded",
        backfills,
        (
            2,
            "round(allocation_ratio, 3)",
            "trunc(allocation_ratio, 3)",
        ),
    )?);
    trials.push(forward(
        "property_15_notices_that_history_enters_the_queue",
        backfills,
        (
            1,
            "processing_status = 'processed'",
            "processing_status = 'pending'",
        ),
    )?);
    trials.push(forward(
        "property_15_notices_that_the_time_of_verification_is_not_used",
        backfills,
        (3, "coalesce(verified_at, created_at)", "created_at"),
    )?);
    trials.push(forward(
        "property_16_notices_keys_without_the_tenant",
        keys,
        (1, "tenant_id::text || coalesce(", "coalesce("),
    )?);
    trials.push(forward(
        "property_18_notices_that_a_missing_session_is_let_through",
        limits,
        (1, ",\n    ALTER COLUMN session_id SET NOT NULL", ""),
    )?);
    trials.push(forward(
        "property_18_notices_that_spaces_are_cut_off_a_key",
        limits,
        (1, "derived.key || '!'", "derived.key"),
    )?);
    trials.push(noticed(
        world,
        "property_19_notices_a_guard_that_is_left_off",
        protections,
        phases,
        (
            3,
            "ALTER TABLE revenue_ledger ENABLE TRIGGER trg_ledger_prevent_mutation;",
            "",
        ),
    )?);
    trials.push(noticed(
        world,
        "property_19_notices_a_table_whose_owner_is_left_unbound",
        protections,
        phases,
        (4, "ALTER TABLE dead_events FORCE ROW LEVEL SECURITY;", ""),
    )?);
    let back = |claim, (index, part, other): Defect<'_>| {
        let phases = phases.clone().with_defect_back(index, part, other)?;
        Ok(notices(world, STAGE, claim, roundtrips(phases), ""))
    };
    trials.push(back(
        "property_17_notices_a_column_that_is_left_behind",
        (2, "    DROP COLUMN verified,\n", ""),
    )?);
    trials.push(back(
        "property_17_notices_a_legacy_row_that_is_touched_on_the_way_back",
        (
            0,
            "DROP INDEX idx_tenants_api_key_hash;",
            "DROP INDEX idx_tenants_api_key_hash; UPDATE tenants SET updated_at = now();",
        ),
    )?);
    Ok(trials)
}

fn noticed<C>(
    world: &World,
    claim: &str,
    property: fn(Phases) -> Property<C>,
    phases: &Phases,
    (index, part, other): Defect<'_>,
) -> Result<Trial, PhasesError>
where
    C: Clone + Debug + Send + Sync + 'static,
{
    let phases = phases.clone().with_defect(index, part, other)?;
    Ok(notices(world, STAGE, claim, property(phases), ""))
}
