//! 7, of any sequence of statements: none leaves a split behind that drifts by more than a cent.

use std::collections::{BTreeMap, BTreeSet};

use phasegate_engine::fuzz::{Insert, Outcome, Property, Script};
use proptest::{
    collection::{btree_set, vec},
    prelude::*,
};

use super::{
    AFTER_ALL_PHASES,
    split::{REFUSED, cut, revenue, share, stored_shares},
};
use crate::attribution_b03::{model::Splits, rows};

/// Statements on the splits of one event.
#[derive(Debug, Clone)]
pub struct StatementsCase {
    /// The revenue of the event.
    pub revenue: i32,
    /// The statements.
    pub statements: Vec<SplitStatement>,
}

/// One statement on the splits of an event.
#[derive(Debug, Clone)]
pub enum SplitStatement {
    /// Gives what is left of the revenue, and a drift, to those of these channels that have no share yet.
    Insert {
        /// The model version.
        version: u8,
        /// The channels.
        channels: BTreeSet<u8>,
        /// Cents too many.
        drift: i64,
    },
    /// Adds cents to the share of one channel and takes some from all others.
    Update {
        /// The model version.
        version: u8,
        /// The channel.
        channel: u8,
        /// Cents for the channel.
        add: i32,
        /// Cents from each of the others.
        take: i32,
    },
    /// Deletes the shares of some channels.
    Delete {
        /// The model version.
        version: u8,
        /// The channels.
        channels: BTreeSet<u8>,
    },
}

/// Property 7, of any sequence of statements.
#[must_use]
pub fn statements() -> Property<StatementsCase> {
    let channels = || btree_set(0_u8..4, 1..4);
    let version = || 1_u8..3;
    let insert = (version(), channels(), -2_i64..=2).prop_map(|(version, channels, drift)| SplitStatement::Insert {
        version,
        channels,
        drift,
    });
    let update = (version(), 0_u8..4, -2..=2, 0..=2).prop_map(|(version, channel, add, take)| SplitStatement::Update {
        version,
        channel,
        add,
        take,
    });
    let delete = (version(), channels()).prop_map(|(version, channels)| SplitStatement::Delete { version, channels });
    let statement = prop_oneof![3 => insert, 3 => update, 1 => delete];
    Property {
        name: "attribution_b03::property_07_no_statement_leaves_a_split_that_drifts_by_more_than_one_cent",
        state: AFTER_ALL_PHASES,
        strategy: (revenue(), vec(statement, 1..10))
            .prop_map(|(revenue, statements)| StatementsCase { revenue, statements })
            .sboxed(),
        script: Box::new(statements_script),
        cases: 100,
    }
}

fn statements_script(case: &StatementsCase) -> Script {
    let mut script = Script::new();
    script.given(rows::tenant(1).to_string());
    script.given(rows::event(1, 1, case.revenue).to_string());
    let mut splits = Splits { revenue: case.revenue, ..Splits::default() };
    for statement in &case.statements {
        let (sql, version, after) = written(&splits, statement);
        let changed = changes(&splits.shares, &after);
        let Some(sql) = sql else { continue };
        let touched: &[u8] = if changed > 0 { &[version] } else { &[] };
        let expected = if splits.apply(touched, after) { Outcome::Rows(changed) } else { REFUSED };
        script.attempt(format!("{statement:?}"), &sql, &expected);
    }
    stored_shares(&mut script, &splits.shares);
    let drifting = format!(
        "SELECT model_version FROM attribution_allocations WHERE event_id = {} \
         GROUP BY model_version HAVING abs(sum(allocated_revenue_cents) - {}) > 1",
        rows::quoted(&rows::event_id(1)),
        case.revenue
    );
    script.query("no split drifts by more than a cent", &drifting, &[]);
    script
}

/// How many shares are new, gone or other.
fn changes(before: &BTreeMap<(u8, u8), i32>, after: &BTreeMap<(u8, u8), i32>) -> usize {
    let gone = before.keys().filter(|key| !after.contains_key(key)).count();
    let other = after.iter().filter(|(key, cents)| before.get(key) != Some(cents)).count();
    gone + other
}

type Written = (Option<String>, u8, BTreeMap<(u8, u8), i32>);

/// The SQL of a statement, if it has anything to write, the version it touches and the shares after it.
fn written(splits: &Splits, statement: &SplitStatement) -> Written {
    let mut after = splits.shares.clone();
    match statement {
        SplitStatement::Insert { version, channels, drift } => {
            let free: Vec<u8> =
                channels.iter().copied().filter(|channel| !after.contains_key(&(*version, *channel))).collect();
            let allocated: i64 = splits.of(*version).map(|(_, cents)| i64::from(cents)).sum();
            let total = i64::from(splits.revenue) + drift - allocated;
            let parts = cut(total, &vec![1; free.len()]);
            let inserts = free.iter().zip(&parts).map(|(channel, cents)| {
                after.insert((*version, *channel), *cents);
                share(*version, *channel, *cents)
            });
            let sql = Insert::together(inserts).map(|insert| insert.to_string());
            (sql, *version, after)
        }
        SplitStatement::Update { version, channel, add, take } => {
            let mut cases = Vec::new();
            for (own, cents) in splits.of(*version) {
                let change = if own == *channel { *add } else { -take };
                // What would be negative or too much stays: other rules would refuse it first.
                let then = cents.checked_add(change).filter(|cents| *cents >= 0).unwrap_or(cents);
                if then != cents {
                    after.insert((*version, own), then);
                    let number = usize::from(*version) * 16 + usize::from(own);
                    cases.push((rows::allocation_id(number), then));
                }
            }
            let values: Vec<String> =
                cases.iter().map(|(id, cents)| format!("({}::uuid, {cents})", rows::quoted(id))).collect();
            let sql = format!(
                "UPDATE attribution_allocations a SET allocated_revenue_cents = new.cents\nFROM (VALUES {}) \
                 AS new (id, cents) WHERE a.id = new.id",
                values.join(", ")
            );
            ((!values.is_empty()).then_some(sql), *version, after)
        }
        SplitStatement::Delete { version, channels } => {
            after.retain(|(v, channel), _| v != version || !channels.contains(channel));
            let ids =
                channels.iter().map(|channel| rows::allocation_id(usize::from(*version) * 16 + usize::from(*channel)));
            let sql = format!("DELETE FROM attribution_allocations WHERE id IN ({})", rows::quoted_all(ids));
            (Some(sql), *version, after)
        }
    }
}
