//! 5 and 6: a key that is unique over all tenants is a set, whoever inserts into it and in whatever order.

use std::collections::BTreeSet;

use phasegate_database::Literal;
use phasegate_engine::fuzz::{Insert, Outcome, Property, Script};
use proptest::{collection::vec, prelude::*, sample::select};

use super::AFTER_ALL_PHASES;
use crate::attribution_b03::rows;

/// One INSERT of a key.
#[derive(Debug, Clone)]
pub struct KeyInsert {
    /// The tenant, from 0.
    pub tenant: usize,
    /// The key.
    pub key: &'static str,
    /// Whether a known key is passed over (`ON CONFLICT DO NOTHING`).
    pub passes_over: bool,
}

/// Keys that are easily taken for one another, and are not the same.
const KEYS: [&str; 8] = ["k", "K", "k ", " k", "", "kk", "ķ", "k'"];

const TENANTS: usize = 3;

/// A column whose values are unique over all tenants.
#[derive(Clone, Copy)]
struct UniqueKey {
    table: &'static str,
    column: &'static str,
    index: &'static str,
    /// The INSERT number `n` for a tenant, with a key of its own.
    insert: fn(usize, usize) -> Insert,
}

/// Property 5.
#[must_use]
pub fn idempotency_keys() -> Property<Vec<KeyInsert>> {
    property(
        "attribution_b03::property_05_an_idempotency_key_is_stored_once_over_all_tenants_in_any_order",
        UniqueKey {
            table: "attribution_events",
            column: "idempotency_key",
            index: "idx_events_idempotency",
            insert: |number, tenant| rows::event(number, tenant, 0),
        },
    )
}

/// Property 6, of transactions.
#[must_use]
pub fn transaction_ids() -> Property<Vec<KeyInsert>> {
    property(
        "attribution_b03::property_06_a_transaction_id_is_stored_once_over_all_tenants_in_any_order",
        UniqueKey {
            table: "revenue_ledger",
            column: "transaction_id",
            index: "idx_revenue_ledger_transaction_id",
            insert: |number, tenant| rows::ledger(number, tenant, number),
        },
    )
}

/// Property 6, of API keys.
#[must_use]
pub fn key_hashes() -> Property<Vec<KeyInsert>> {
    property(
        "attribution_b03::property_06_an_api_key_hash_is_stored_once_over_all_tenants_in_any_order",
        UniqueKey {
            table: "tenants",
            column: "api_key_hash",
            index: "idx_tenants_api_key_hash",
            insert: |number, _| rows::tenant(TENANTS + number),
        },
    )
}

fn property(name: &'static str, unique: UniqueKey) -> Property<Vec<KeyInsert>> {
    let insert = (0..TENANTS, select(&KEYS[..]), any::<bool>()).prop_map(|(tenant, key, passes_over)| KeyInsert {
        tenant,
        key,
        passes_over,
    });
    Property {
        name,
        state: AFTER_ALL_PHASES,
        strategy: vec(insert, 0..9).sboxed(),
        script: Box::new(move |case| script(unique, case)),
        cases: 100,
    }
}

fn script(unique: UniqueKey, case: &[KeyInsert]) -> Script {
    let mut script = Script::new();
    for tenant in 0..TENANTS {
        script.given(rows::tenant(tenant).to_string());
    }
    if unique.table == "revenue_ledger" {
        // Each ledger row posts an allocation of its own, or another index would refuse first.
        for (number, insert) in case.iter().enumerate() {
            script.given(rows::event(number, insert.tenant, 0).to_string());
            script.given(rows::allocation(number, insert.tenant, number).to_string());
        }
    }
    let mut known = BTreeSet::new();
    for (number, insert) in case.iter().enumerate() {
        let mut row = (unique.insert)(number, insert.tenant).set(unique.column, insert.key);
        if insert.passes_over {
            row = row.unless_known();
        }
        let expected = match (known.insert(insert.key), insert.passes_over) {
            (true, _) => Outcome::Rows(1),
            (false, true) => Outcome::Rows(0),
            (false, false) => Outcome::refused("23505", unique.index),
        };
        let claim = format!("tenant {} inserts {:?}", insert.tenant, insert.key);
        script.attempt(claim, &row.to_string(), &expected);
    }
    let pool = rows::quoted_all(KEYS.map(str::to_owned));
    let query = format!(
        "SELECT quote_literal({column}) FROM {table} WHERE {column} IN ({pool}) ORDER BY {column} COLLATE \"C\"",
        column = unique.column,
        table = unique.table,
    );
    // UTF-8 orders as its characters do, so the order of the set is that of the C collation.
    let stored: Vec<String> = known.iter().map(|key| Literal(key).to_string()).collect();
    script.query("each key is stored once", &query, &stored);
    script
}
