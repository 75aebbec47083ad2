//! The properties that the six phases of `attribution-b03` hold on arbitrary legacy rows (15 to 19), each beside defects
//! of the phases that it notices.

use std::fmt::Debug;

use forensic_tests::attribution_b03::migration::{backfills, keys, limits, protections, roundtrips};
use libtest_mimic::{Failed, Trial};
use phasegate_engine::fuzz::{Counterexample, Hunt, Phases, PhasesError, Property, Stage, hunt};

use crate::{
    properties_trial::{FIXED, Ground},
    world::World,
};

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    let ground = Ground { world, suite: "attribution-b03", stage: Stage::empty_baseline };
    ground.with_phases(|phases| Ok(of_phases(ground, phases)))
}

/// A part of a phase's SQL, and the defect that takes its place.
type Defect<'a> = (usize, &'a str, &'a str);

fn of_phases(ground: Ground<'_>, phases: &Phases) -> Vec<Trial> {
    let mut trials = vec![
        ground.holds(backfills(phases.clone())),
        ground.holds(keys(phases.clone())),
        ground.holds(roundtrips(phases.clone())),
        ground.holds(limits(phases.clone())),
        ground.holds(protections(phases.clone())),
    ];
    trials.push(notices_every_rule(ground, phases));
    let forward = |claim, property, defect| noticed(ground, claim, property, phases, defect);
    trials.push(forward(
        "property_16_notices_keys_without_the_tenant",
        keys,
        (1, "tenant_id::text || coalesce(", "coalesce("),
    ));
    trials.push(forward(
        "property_18_notices_that_a_missing_session_is_let_through",
        limits,
        (1, ",\n    ALTER COLUMN session_id SET NOT NULL", ""),
    ));
    trials.push(forward(
        "property_18_notices_that_spaces_are_cut_off_a_key",
        limits,
        (1, "derived.key || '!'", "derived.key"),
    ));
    trials.push(noticed(
        ground,
        "property_19_notices_a_guard_that_is_left_off",
        protections,
        phases,
        (3, "ALTER TABLE revenue_ledger ENABLE TRIGGER trg_ledger_prevent_mutation;", ""),
    ));
    trials.push(noticed(
        ground,
        "property_19_notices_a_table_whose_owner_is_left_unbound",
        protections,
        phases,
        (4, "ALTER TABLE dead_events FORCE ROW LEVEL SECURITY;", ""),
    ));
    let back = |claim, (index, part, other): Defect<'_>| {
        planted(ground, claim, roundtrips, phases.clone().with_defect_back(index, part, other))
    };
    trials.push(back("property_17_notices_a_column_that_is_left_behind", (2, "    DROP COLUMN verified,\n", "")));
    trials.push(back(
        "property_17_notices_a_legacy_row_that_is_touched_on_the_way_back",
        (
            0,
            "DROP INDEX idx_tenants_api_key_hash;",
            "DROP INDEX idx_tenants_api_key_hash; UPDATE tenants SET updated_at = now();",
        ),
    ));
    trials
}

fn noticed<C>(
    ground: Ground<'_>,
    claim: &str,
    property: fn(Phases) -> Property<C>,
    phases: &Phases,
    (index, part, other): Defect<'_>,
) -> Trial
where
    C: Clone + Debug + Send + Sync + 'static,
{
    planted(ground, claim, property, phases.clone().with_defect(index, part, other))
}

/// A trial on phases with a defect. Where the part is missing whose place it takes, the trial fails: it is not left out.
fn planted<C>(
    ground: Ground<'_>,
    claim: &str,
    property: fn(Phases) -> Property<C>,
    phases: Result<Phases, PhasesError>,
) -> Trial
where
    C: Clone + Debug + Send + Sync + 'static,
{
    match phases {
        Ok(phases) => ground.notices(claim, property(phases), ""),
        Err(why) => ground.trial(claim, async move |_| Err(why.into())),
    }
}

/// For every rule of the backfill, the part of a phase that follows it, and one that breaks it.
const BROKEN_RULES: [(usize, &str, &str); 34] = [
    (0, "'PLACEHOLDER_'", "'PLACEHOLDER-'"),
    (0, ".example.com'", ".example.org'"),
    (0, "SET api_key_hash", "SET updated_at = now(), api_key_hash"),
    (1, "':ext:' || external_event_id", "':ext:' || nullif(external_event_id, '')"),
    (1, "':ext:' || external_event_id", "':ext:' || rtrim(external_event_id)"),
    (1, "':ext:' || external_event_id", "':ext:' || btrim(external_event_id)"),
    (1, "':ext:' || external_event_id", "':ext:' || lower(external_event_id)"),
    (1, "':ext:' || external_event_id", "':ext:' || regexp_replace(external_event_id, '[^ -~]', '', 'g')"),
    (1, "event_type = 'unknown'", "event_type = coalesce(raw_payload ->> 'event_type', 'unknown')"),
    (1, "channel = 'unknown'", "channel = coalesce(raw_payload ->> 'channel', 'unknown')"),
    (2, "round(allocation_ratio, 3)", "CASE model_version WHEN 'unknown' THEN 0 ELSE round(allocation_ratio, 3) END"),
    (2, "SET model_type = 'unknown'", "SET model_type = coalesce(model_metadata ->> 'model_type', 'unknown')"),
    (3, "coalesce(verified_at, created_at)", "coalesce(verified_at, updated_at)"),
    (3, "ALTER TABLE revenue_ledger ENABLE TRIGGER trg_ledger_prevent_mutation;", AMOUNT_OF_THE_ALLOCATION),
    (1, "':ext:' || external_event_id,", "':ext:' || id::text,"),
    (1, "':cor:' || correlation_id::text,", ""),
    (1, "event_type = 'unknown'", "event_type = 'legacy'"),
    (1, "channel = 'unknown'", "channel = 'direct'"),
    (1, "conversion_value_cents = revenue_cents", "conversion_value_cents = nullif(revenue_cents, 0)"),
    (1, "event_timestamp = occurred_at", "event_timestamp = created_at"),
    (1, "processing_status = 'processed'", "processing_status = 'pending'"),
    (1, "DEFAULT 'USD'", "DEFAULT 'EUR'"),
    (1, "event_type = 'unknown'", "event_type = 'unknown', updated_at = now()"),
    (2, "round(allocation_ratio, 3)", "trunc(allocation_ratio, 3)"),
    (2, "round(allocation_ratio, 3)", "round(allocation_ratio::float8::numeric, 2)"),
    (2, "SET model_type = 'unknown'", "SET model_type = 'unknown', verified = true"),
    (3, "'legacy_' || id::text", "'legacy_' || allocation_id::text"),
    (3, "CASE WHEN is_verified THEN", "CASE WHEN verified_at IS NOT NULL THEN"),
    (3, "amount_cents = revenue_cents", "amount_cents = revenue_cents + 1"),
    (3, "coalesce(verified_at, created_at)", "created_at"),
    (3, "coalesce(verified_at, created_at)", "coalesce(verified_at, posted_at)"),
    (4, "'legacy_error'", "error_code"),
    (4, "SET event_type = 'unknown'", "SET event_type = 'unknown', retry_count = 1"),
    (5, "CREATE INDEX", FIRST_TRANSITIONS),
];

const AMOUNT_OF_THE_ALLOCATION: &str = "ALTER TABLE attribution_allocations NO FORCE ROW LEVEL SECURITY;
UPDATE revenue_ledger AS entry SET amount_cents = allocation.allocated_revenue_cents
FROM attribution_allocations AS allocation WHERE allocation.id = entry.allocation_id;
ALTER TABLE attribution_allocations FORCE ROW LEVEL SECURITY;
ALTER TABLE revenue_ledger ENABLE TRIGGER trg_ledger_prevent_mutation;";

const FIRST_TRANSITIONS: &str = "ALTER TABLE revenue_ledger NO FORCE ROW LEVEL SECURITY;
INSERT INTO revenue_state_transitions (ledger_id, to_state) SELECT id, state FROM revenue_ledger;
ALTER TABLE revenue_ledger FORCE ROW LEVEL SECURITY;
CREATE INDEX";

fn notices_every_rule(ground: Ground<'_>, phases: &Phases) -> Trial {
    let phases = phases.clone();
    ground.trial("property_15_notices_every_rule_that_is_broken", async move |stage| {
        let mut copy = stage.working_copy().await?;
        let mut unnoticed = Vec::new();
        for (index, part, other) in BROKEN_RULES {
            let broken = phases.clone().with_defect(index, part, other)?;
            let how = Hunt { cases: 200, shrinks_max: 0, ..FIXED };
            let found = hunt(&mut copy.session, &backfills(broken), how).await?;
            // That a broken phase no longer applies would be noticed by anything.
            let is_applied =
                |found: &Counterexample<_>| found.found.iter().all(|it| it.step > 0 && it.expected != "accepted");
            if !found.as_ref().is_some_and(is_applied) {
                let why = found.map(|found| format!(": {:?}", found.found)).unwrap_or_default();
                unnoticed.push(format!("{part} -> {other}{why}"));
            }
        }
        stage.states.clear(copy).await?;
        if unnoticed.is_empty() { Ok(()) } else { Err(Failed::from(unnoticed.join("\n"))) }
    })
}
