//! The gates of attribution-b03 alone, on a database in use that no run has made: it passes as it is, and each way of
//! weakening it fails a check, although nothing before or after a phase is there to be compared.

use std::sync::Arc;

use libtest_mimic::{Failed, Trial};
use phasegate_engine::{Migration, States};
use phasegate_evidence::{ReasonCode, Verdict};

use crate::{
    gates_alone::{self, Met},
    world::World,
};

/// What makes of a database after the last phase one in use.
const LIVE: &str = include_str!("existing_database/live.sql");

/// A database in one test: its weakness, and a check that must notice it.
type Alteration = (&'static str, &'static str, &'static str);

const ALTERATIONS: [Alteration; 22] = [
    (
        "a_status_that_one_more_word_may_be",
        "8b.schema.attribution_events",
        "ALTER TABLE attribution_events DROP CONSTRAINT ck_attribution_events_processing_status_valid,
             ADD CONSTRAINT ck_attribution_events_processing_status_valid
             CHECK (processing_status IN ('pending', 'processed', 'failed', 'queued'))",
    ),
    (
        "a_word_that_no_sample_names",
        "7.whole.20",
        "ALTER TABLE revenue_ledger DROP CONSTRAINT ck_revenue_ledger_state_valid,
             ADD CONSTRAINT ck_revenue_ledger_state_valid
             CHECK (state IN ('authorized', 'captured', 'refunded', 'chargeback', 'zebra'))",
    ),
    (
        "a_bound_that_lies_lower",
        "6.whole.9",
        "ALTER TABLE attribution_allocations DROP CONSTRAINT ck_allocations_confidence_score,
             ADD CONSTRAINT ck_allocations_confidence_score CHECK (confidence_score >= -0.05 AND confidence_score <= 1)",
    ),
    (
        "a_bound_of_the_baseline_that_lies_lower",
        "8b.schema.attribution_allocations",
        "ALTER TABLE attribution_allocations DROP CONSTRAINT ck_attribution_allocations_allocation_ratio_bounds,
             ADD CONSTRAINT ck_attribution_allocations_allocation_ratio_bounds
             CHECK (allocation_ratio >= -0.05 AND allocation_ratio <= 1)",
    ),
    (
        "a_rule_that_nobody_has_held_the_rows_to",
        "8a.whole.18",
        "ALTER TABLE dead_events DROP CONSTRAINT ck_dead_events_retry_count_positive,
             ADD CONSTRAINT ck_dead_events_retry_count_positive CHECK (retry_count >= 0) NOT VALID",
    ),
    (
        "a_policy_that_lets_everybody_read",
        "8a.guards.4",
        "ALTER POLICY tenant_isolation_policy ON dead_events USING (true)",
    ),
    (
        "a_policy_that_lets_everybody_write",
        "4.guards.3",
        "ALTER POLICY tenant_isolation_policy ON reconciliation_runs WITH CHECK (true)",
    ),
    ("a_right_to_change_events", "5.guards.7", "GRANT UPDATE, DELETE ON attribution_events TO app_rw"),
    ("a_right_to_one_column_of_the_ledger", "8b.schema.revenue_ledger", "GRANT UPDATE (state) ON revenue_ledger TO app_rw"),
    ("a_right_to_empty_the_ledger", "8b.schema.revenue_ledger", "GRANT TRUNCATE ON revenue_ledger TO app_rw"),
    ("a_right_for_everybody", "8b.schema.dead_events", "GRANT SELECT ON dead_events TO PUBLIC"),
    (
        "a_guard_that_lets_the_application_through",
        "7.guards.6",
        "CREATE OR REPLACE FUNCTION fn_ledger_prevent_mutation() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
             IF current_user = 'app_rw' THEN
                 RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
             END IF;
             RAISE EXCEPTION 'revenue_ledger is immutable: % refused, write a new entry instead', TG_OP;
         END
         $$",
    ),
    (
        "a_sum_that_is_looked_at_on_insert_only",
        "6.guards.8",
        "DROP TRIGGER trg_check_allocation_sum ON attribution_allocations;
         CREATE TRIGGER trg_check_allocation_sum AFTER INSERT ON attribution_allocations
             FOR EACH ROW EXECUTE FUNCTION check_allocation_sum()",
    ),
    (
        "a_view_that_holds_nothing",
        "8b.schema.views",
        "DROP MATERIALIZED VIEW mv_reconciliation_status;
         CREATE MATERIALIZED VIEW mv_reconciliation_status AS
             SELECT tenant_id, state, last_run_at, id AS reconciliation_run_id FROM reconciliation_runs WHERE false;
         CREATE UNIQUE INDEX idx_mv_reconciliation_status_tenant_id ON mv_reconciliation_status (tenant_id);
         ALTER MATERIALIZED VIEW mv_reconciliation_status OWNER TO b03_owner;
         GRANT SELECT ON mv_reconciliation_status TO app_rw, app_ro;
         COMMENT ON MATERIALIZED VIEW mv_reconciliation_status IS 'Latest reconciliation run per tenant.'",
    ),
    (
        "a_reference_of_the_baseline_that_goes_elsewhere",
        "8b.schema.attribution_allocations",
        "ALTER TABLE attribution_allocations DROP CONSTRAINT attribution_allocations_event_id_fkey,
             ADD CONSTRAINT attribution_allocations_event_id_fkey
             FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE",
    ),
    (
        "a_reference_that_no_longer_cascades",
        "8b.schema.revenue_ledger",
        "ALTER TABLE revenue_ledger DROP CONSTRAINT revenue_ledger_allocation_id_fkey,
             ADD CONSTRAINT revenue_ledger_allocation_id_fkey
             FOREIGN KEY (allocation_id) REFERENCES attribution_allocations (id)",
    ),
    (
        "comments_that_are_gone",
        "8b.schema.revenue_ledger",
        "COMMENT ON COLUMN revenue_ledger.state IS NULL;
         COMMENT ON CONSTRAINT ck_revenue_ledger_state_valid ON revenue_ledger IS NULL",
    ),
    (
        "columns_in_another_order",
        "8b.schema.channel_taxonomy",
        "ALTER TABLE channel_taxonomy DROP COLUMN is_active, ADD COLUMN is_active boolean NOT NULL DEFAULT true;
         COMMENT ON COLUMN channel_taxonomy.is_active IS 'Whether new allocations should name the channel.'",
    ),
    ("a_default_of_the_baseline", "8b.schema.reconciliation_runs", "ALTER TABLE reconciliation_runs ALTER state SET DEFAULT 'running'"),
    ("an_owner_who_is_the_application", "8b.schema.functions", "ALTER FUNCTION check_allocation_sum() OWNER TO app_rw"),
    ("a_rule_that_rewrites_what_is_written", "8b.schema.tenants", "CREATE RULE kept AS ON DELETE TO tenants DO INSTEAD NOTHING"),
    ("the_revision_before", "8b.revision.1", "UPDATE alembic_version SET version_num = '202511151440'"),
];

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    let altered = ALTERATIONS.map(|(name, check, sql)| {
        trial(world, &format!("{name}_is_noticed"), move |world| is_noticed(world, check, sql))
    });
    let mut trials = vec![trial(world, "passes", passes)];
    trials.extend(altered);
    trials
}

fn trial(world: &World, name: &str, test: impl FnOnce(&World) -> Result<(), Failed> + Send + 'static) -> Trial {
    let world = world.clone();
    Trial::test(format!("attribution_b03::a_database_in_use::{name}"), move || test(&world))
}

/// What holds on the legacy rows alone, or right after its phase alone, is not applicable; everything else passes.
fn passes(world: &World) -> Result<(), Failed> {
    let met = judged(world, "")?;
    let failed: Vec<_> = met.iter().filter(|(_, (verdict, ..))| !verdict.opens_the_gate()).collect();
    if !failed.is_empty() {
        return Err(format!("these do not pass: {failed:#?}").into());
    }
    let left = |(check, (verdict, reason, _)): (&String, &(Verdict, Option<ReasonCode>, String))| {
        let is_left = *verdict == Verdict::NotApplicable;
        (is_left && *reason == Some(ReasonCode::NeedsARun)).then(|| check.clone())
    };
    let left: Vec<String> = met.iter().filter_map(left).collect();
    let kinds = ["changes", "unchanged", "rollback", "backfill", "plans", "revision"];
    let other: Vec<&String> = left
        .iter()
        .filter(|check| {
            !["8b.beyond.1", "8b.guards.3", "8b.guards.4"].contains(&check.as_str())
                && !kinds.iter().any(|kind| check.contains(&format!(".{kind}.")))
        })
        .collect();
    let passed = met.values().filter(|(verdict, ..)| *verdict == Verdict::Passed).count();
    if other.is_empty() && passed + left.len() == met.len() && passed > 190 {
        return Ok(());
    }
    Err(format!("{passed} of {} checks passed, {} need a run, and {other:?} should not", met.len(), left.len()).into())
}

fn is_noticed(world: &World, check: &str, sql: &str) -> Result<(), Failed> {
    let met = judged(world, sql)?;
    match met.get(check) {
        Some((Verdict::Failed, ..)) => Ok(()),
        seen => {
            let failed = met.iter().filter(|(_, (verdict, ..))| !verdict.opens_the_gate()).map(|(check, _)| check);
            Err(format!("check {check} is {seen:?}; these do not pass: {:?}", failed.collect::<Vec<_>>()).into())
        }
    }
}

/// Judges the gates alone on a database in use, after `sql` was run on it.
fn judged(world: &World, sql: &str) -> Result<Met, Failed> {
    let mut met = Met::new();
    world.test("attribution-b03", async |states: Arc<States>| {
        let phases = states.suite().phases.len();
        let mut copy = states.working_copy(&Migration::of(states.suite()), phases).await?;
        copy.session.run(LIVE).await?;
        copy.session.run(sql).await?;
        (_, met) = gates_alone::judged(&states, &copy, false).await?;
        Ok(states.clear(copy).await?)
    })?;
    Ok(met)
}
