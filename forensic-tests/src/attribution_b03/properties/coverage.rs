//! The cases of each property meet every outcome that its model knows.

use std::collections::BTreeSet;

use phasegate_engine::fuzz::{Property, Seed, Step};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, TestRunner},
};

use super::{
    confidence, currency, guards, idempotency_keys, isolation, key_hashes, movements, retries, split, statements,
    states, trails, transaction_ids, versions,
};

/// What the models expect of the attempts of many cases.
fn outcomes<C: std::fmt::Debug>(property: &Property<C>) -> BTreeSet<String> {
    let mut runner = TestRunner::new_with_rng(Config::default(), Seed(3).rng());
    let mut outcomes = BTreeSet::new();
    for _ in 0..1000 {
        let case = property.strategy.new_tree(&mut runner).unwrap().current();
        for step in (property.script)(&case).steps() {
            if let Step::Compare { expected, observed, .. } = step
                && observed.starts_with("pg_temp.attempt")
            {
                outcomes.insert(expected.clone());
            }
        }
    }
    outcomes
}

/// A property whose cases are all accepted, or all refused, would say little.
#[track_caller]
fn covers<C: std::fmt::Debug>(property: &Property<C>, expected: &[&str]) {
    let met = outcomes(property);
    let missing: Vec<_> = expected.iter().filter(|outcome| !met.contains(**outcome)).collect();
    assert!(missing.is_empty(), "{}: {missing:?} are not among {met:?}", property.name);
}

#[test]
fn the_cases_of_words_and_keys_meet_every_outcome() {
    covers(
        &states(),
        &[
            "1 rows",
            "refused 22001",
            "refused 23514 ck_revenue_ledger_state_valid",
            "refused 23514 ck_attribution_events_processing_status_valid",
            "refused 23514 ck_dead_events_remediation_status_valid",
        ],
    );
    covers(&idempotency_keys(), &["1 rows", "0 rows", "refused 23505 idx_events_idempotency"]);
    covers(&transaction_ids(), &["1 rows", "0 rows", "refused 23505 idx_revenue_ledger_transaction_id"]);
    covers(&key_hashes(), &["1 rows", "0 rows", "refused 23505 idx_tenants_api_key_hash"]);
    covers(&currency(), &["1 rows", "refused 22001", "refused 23502 currency"]);
}

#[test]
fn the_cases_of_amounts_meet_every_outcome() {
    covers(
        &movements(),
        &[
            "1 rows",
            "2 rows",
            "refused P0001 check_allocation_sum",
            "refused 23505 idx_attribution_allocations_tenant_event_model_channel",
        ],
    );
    let unbalanced = "refused P0001 check_allocation_sum";
    covers(&split(), &["1 rows", "2 rows", "9 rows", unbalanced]);
    covers(&statements(), &["1 rows", "2 rows", "0 rows", unbalanced]);
    covers(&versions(), &["1 rows", "2 rows", "3 rows", "6 rows", unbalanced]);
    covers(&confidence(), &["1 rows", "refused 22003", "refused 23514 ck_allocations_confidence_score"]);
    covers(
        &retries(),
        &[
            "1 rows",
            "refused 22003",
            "refused 23514 ck_attribution_events_retry_count_positive",
            "refused 23514 ck_dead_events_retry_count_positive",
        ],
    );
}

#[test]
fn the_cases_of_rows_meet_every_outcome() {
    covers(&trails(), &["0 rows", "1 rows", "3 rows"]);
    covers(
        &guards(),
        &[
            "0 rows",
            "refused 42501 privilege",
            "refused 42501 row-level security",
            "refused P0001 fn_events_prevent_mutation",
            "refused P0001 fn_ledger_prevent_mutation",
        ],
    );
    covers(
        &isolation(),
        &["0 rows", "1 rows", "2 rows", "refused 42501 privilege", "refused 42501 row-level security"],
    );
}
