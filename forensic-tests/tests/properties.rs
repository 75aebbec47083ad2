//! The properties that the schema holds after the last phase of `attribution-b03` (1 and 5 to 14), each beside a defect
//! that it notices.

use forensic_tests::attribution_b03::properties::{
    confidence, currency, guards, idempotency_keys, isolation, key_hashes, movements, retries,
    share_moved_between_versions, split, statements, states, trails, transaction_ids, versions,
};
use libtest_mimic::Trial;
use phasegate_engine::fuzz::Stage;

use crate::{properties_trial::Ground, world::World};

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    let ground = Ground { world, suite: "attribution-b03", stage: Stage::after_all_phases };
    let mut trials = words_and_keys(ground);
    trials.extend(amounts(ground));
    trials.extend(rows(ground));
    trials
}

fn words_and_keys(ground: Ground<'_>) -> Vec<Trial> {
    vec![
        ground.holds(states()),
        ground.notices(
            "property_01_notices_that_the_ledger_accepts_any_state",
            states(),
            "ALTER TABLE revenue_ledger DROP CONSTRAINT ck_revenue_ledger_state_valid;",
        ),
        ground.notices(
            "property_01_notices_a_word_that_no_column_lists",
            states(),
            "ALTER TABLE attribution_events DROP CONSTRAINT ck_attribution_events_processing_status_valid,
                 ADD CONSTRAINT ck_attribution_events_processing_status_valid
                 CHECK (processing_status IN ('pending', 'processed', 'failed', 'queued'));",
        ),
        ground.holds(idempotency_keys()),
        ground.notices(
            "property_05_notices_keys_that_are_unique_only_within_a_tenant",
            idempotency_keys(),
            "DROP INDEX idx_events_idempotency;
             CREATE UNIQUE INDEX idx_events_idempotency ON attribution_events (tenant_id, idempotency_key);",
        ),
        ground.holds(transaction_ids()),
        ground.notices(
            "property_06_notices_transaction_ids_that_repeat",
            transaction_ids(),
            "DROP INDEX idx_revenue_ledger_transaction_id;",
        ),
        ground.holds(key_hashes()),
        ground.notices(
            "property_06_notices_key_hashes_that_are_compared_without_case",
            key_hashes(),
            "DROP INDEX idx_tenants_api_key_hash;
             CREATE UNIQUE INDEX idx_tenants_api_key_hash ON tenants (lower(api_key_hash));",
        ),
        ground.holds(currency()),
        ground.notices(
            "property_10_notices_a_rule_for_the_letters_of_a_currency",
            currency(),
            "ALTER TABLE revenue_ledger ADD CHECK (currency ~ '^[A-Z]{3}$') NOT VALID;",
        ),
    ]
}

fn amounts(ground: Ground<'_>) -> Vec<Trial> {
    vec![
        ground.holds(split()),
        ground.notices(
            "property_07_notices_that_the_sum_trigger_is_off",
            split(),
            "ALTER TABLE attribution_allocations DISABLE TRIGGER trg_check_allocation_sum;",
        ),
        ground.holds(statements()),
        ground.notices(
            "property_07_notices_that_only_inserts_are_summed_up",
            statements(),
            "DROP TRIGGER trg_check_allocation_sum ON attribution_allocations;
             CREATE TRIGGER trg_check_allocation_sum AFTER INSERT ON attribution_allocations
                 FOR EACH ROW EXECUTE FUNCTION check_allocation_sum();",
        ),
        ground.holds(movements()),
        ground.notices(
            "property_07_notices_that_a_share_is_judged_only_when_its_cents_change",
            movements(),
            "DROP TRIGGER trg_check_allocation_sum ON attribution_allocations;
             CREATE TRIGGER trg_check_allocation_sum AFTER INSERT OR DELETE OR UPDATE OF allocated_revenue_cents
                 ON attribution_allocations FOR EACH ROW EXECUTE FUNCTION check_allocation_sum();",
        ),
        ground.shows(
            "property_07_does_not_reach_the_version_that_an_update_moves_a_share_from",
            share_moved_between_versions(),
        ),
        ground.holds(versions()),
        ground.notices("property_08_notices_that_all_versions_are_summed_up_together", versions(), SUM_OF_ALL_VERSIONS),
        ground.holds(confidence()),
        ground.notices(
            "property_09_notices_a_fourth_decimal",
            confidence(),
            "ALTER TABLE attribution_allocations ALTER COLUMN confidence_score TYPE numeric(5,4);",
        ),
        ground.holds(retries()),
        ground.notices(
            "property_11_notices_that_dead_events_accept_a_negative_count",
            retries(),
            "ALTER TABLE dead_events DROP CONSTRAINT ck_dead_events_retry_count_positive;",
        ),
    ]
}

const SUM_OF_ALL_VERSIONS: &str =
    "CREATE OR REPLACE FUNCTION check_allocation_sum() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    IF abs((SELECT sum(a.allocated_revenue_cents) FROM attribution_allocations a WHERE a.event_id = NEW.event_id)
           - (SELECT e.revenue_cents FROM attribution_events e WHERE e.id = NEW.event_id)) > 1 THEN
        RAISE EXCEPTION 'mismatch';
    END IF;
    RETURN NULL;
END
$f$;";

fn rows(ground: Ground<'_>) -> Vec<Trial> {
    vec![
        ground.holds(trails()),
        ground.notices(
            "property_12_notices_transitions_that_do_not_go_with_their_row",
            trails(),
            "ALTER TABLE revenue_state_transitions
                 DROP CONSTRAINT revenue_state_transitions_ledger_id_fkey,
                 ADD CONSTRAINT revenue_state_transitions_ledger_id_fkey
                     FOREIGN KEY (ledger_id) REFERENCES revenue_ledger (id);",
        ),
        ground.holds(guards()),
        ground.notices(
            "property_13_notices_that_the_guard_of_the_ledger_is_off",
            guards(),
            "ALTER TABLE revenue_ledger DISABLE TRIGGER trg_ledger_prevent_mutation;",
        ),
        ground.notices(
            "property_13_notices_a_guard_that_lets_migration_owner_through",
            guards(),
            "CREATE OR REPLACE FUNCTION fn_events_prevent_mutation() RETURNS trigger LANGUAGE plpgsql AS $f$
             BEGIN
                 IF current_user = 'migration_owner' THEN
                     RETURN coalesce(NEW, OLD);
                 END IF;
                 RAISE EXCEPTION 'append-only';
             END
             $f$;",
        ),
        ground.holds(isolation()),
        ground.notices(
            "property_14_notices_that_a_role_without_rights_may_read",
            isolation(),
            "GRANT SELECT ON revenue_ledger TO app_user;",
        ),
        ground.notices(
            "property_14_notices_that_the_owner_is_not_bound",
            isolation(),
            "ALTER TABLE dead_events NO FORCE ROW LEVEL SECURITY;",
        ),
        ground.notices(
            "property_14_notices_a_policy_that_checks_no_new_row",
            isolation(),
            "ALTER POLICY tenant_isolation_policy ON reconciliation_runs WITH CHECK (true);",
        ),
    ]
}
