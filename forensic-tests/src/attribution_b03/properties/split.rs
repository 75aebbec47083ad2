//! 7: a split is accepted exactly when it drifts by at most a cent, and no statement leaves a worse one behind.

use std::collections::BTreeMap;

use proptest::{
    collection::{btree_set, vec},
    prelude::*,
};

use super::AFTER_ALL_PHASES;
use crate::{
    attribution_b03::{
        Insert,
        model::{Splits, balances},
        rows::{self, CHANNELS},
    },
    replay::{Outcome, Property, Script},
};

/// A split written by one statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitCase {
    /// The revenue of the event.
    pub revenue: i32,
    /// The share of each channel.
    pub shares: Vec<i32>,
}

/// Property 7, of a single statement.
#[must_use]
pub fn split() -> Property<SplitCase> {
    split_judged_by(
        "attribution_b03::property_07_a_split_is_accepted_exactly_when_it_drifts_by_at_most_one_cent",
        balances,
    )
}

/// The same with a model of one's own.
#[must_use]
pub fn split_judged_by(
    name: &'static str,
    balances: fn(i32, &[i32]) -> bool,
) -> Property<SplitCase> {
    Property {
        name,
        state: AFTER_ALL_PHASES,
        strategy: splits().sboxed(),
        script: Box::new(move |case| split_script(case, balances)),
        cases: 250,
    }
}

/// A revenue, from nothing to all that the column holds.
pub(super) fn revenue() -> impl Strategy<Value = i32> {
    prop_oneof![2 => 0..5, 2 => 0..100_000, 1 => i32::MAX - 3..=i32::MAX]
}

/// Cuts a total into as many parts as there are weights.
pub(super) fn cut(total: i64, weights: &[u8]) -> Vec<i32> {
    let sum: i64 = weights.iter().map(|weight| i64::from(*weight)).sum();
    let mut rest = total.max(0);
    let last = weights.len().saturating_sub(1);
    let cents = |part: i64| i32::try_from(part).unwrap_or(i32::MAX);
    let mut parts = Vec::new();
    for (index, weight) in weights.iter().enumerate() {
        let part = if index == last {
            rest
        } else {
            rest.min(total.max(0) * i64::from(*weight) / sum.max(1))
        };
        rest -= part;
        parts.push(cents(part));
    }
    parts
}

fn splits() -> impl Strategy<Value = SplitCase> {
    let near = (revenue(), -3_i64..=3, vec(any::<u8>(), 1..=CHANNELS.len())).prop_map(
        |(revenue, drift, weights)| SplitCase {
            revenue,
            shares: cut(i64::from(revenue) + drift, &weights),
        },
    );
    // Sums that do not fit `integer`.
    let far = (revenue(), vec(0..=i32::MAX, 1..=CHANNELS.len()))
        .prop_map(|(revenue, shares)| SplitCase { revenue, shares });
    prop_oneof![9 => near, 1 => far]
}

/// A share of event 1.
pub(super) fn share(version: u8, channel: u8, cents: i32) -> Insert {
    let number = usize::from(version) * 16 + usize::from(channel);
    rows::allocation(number, 1, 1)
        .set(
            "channel_code",
            CHANNELS[usize::from(channel) % CHANNELS.len()],
        )
        .set("allocated_revenue_cents", cents)
        .set("model_version", format!("v{version}"))
}

/// The shares of event 1, as text.
pub(super) fn stored_shares(script: &mut Script, shares: &BTreeMap<(u8, u8), i32>) {
    let expected: Vec<String> = shares
        .iter()
        .map(|((version, channel), cents)| {
            let number = usize::from(*version) * 16 + usize::from(*channel);
            format!("{} v{version} {cents}", rows::allocation_id(number))
        })
        .collect();
    let query = format!(
        "SELECT concat_ws(' ', id, model_version, allocated_revenue_cents) FROM attribution_allocations \
         WHERE event_id = '{}' ORDER BY id",
        rows::event_id(1)
    );
    script.query("the shares are those of the model", &query, &expected);
}

pub(super) const REFUSED: Outcome = Outcome::Refused {
    sqlstate: "P0001",
    by: "check_allocation_sum",
};

fn split_script(case: &SplitCase, balances: fn(i32, &[i32]) -> bool) -> Script {
    let mut script = Script::new();
    script.given(rows::tenant(1).to_string());
    script.given(rows::event(1, 1, case.revenue).to_string());
    let inserts = (0_u8..)
        .zip(&case.shares)
        .map(|(channel, cents)| share(1, channel, *cents));
    let Some(insert) = Insert::together(inserts) else {
        return script;
    };
    let is_accepted = balances(case.revenue, &case.shares);
    let expected = if is_accepted {
        Outcome::Rows(case.shares.len())
    } else {
        REFUSED
    };
    let claim = format!("{} is split into {:?}", case.revenue, case.shares);
    script.attempt(claim, &insert.to_string(), &expected);
    let stored = (0_u8..)
        .zip(&case.shares)
        .map(|(channel, cents)| ((1, channel), *cents));
    stored_shares(&mut script, &stored.filter(|_| is_accepted).collect());
    script
}

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
        channels: std::collections::BTreeSet<u8>,
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
        channels: std::collections::BTreeSet<u8>,
    },
}

/// Property 7, of any sequence of statements.
#[must_use]
pub fn statements() -> Property<StatementsCase> {
    let channels = || btree_set(0_u8..4, 1..4);
    let version = || 1_u8..3;
    let insert = (version(), channels(), -2_i64..=2).prop_map(|(version, channels, drift)| {
        SplitStatement::Insert {
            version,
            channels,
            drift,
        }
    });
    let update = (version(), 0_u8..4, -2..=2, 0..=2).prop_map(|(version, channel, add, take)| {
        SplitStatement::Update {
            version,
            channel,
            add,
            take,
        }
    });
    let delete = (version(), channels())
        .prop_map(|(version, channels)| SplitStatement::Delete { version, channels });
    let statement = prop_oneof![3 => insert, 3 => update, 1 => delete];
    Property {
        name: "attribution_b03::property_07_no_statement_leaves_a_split_that_drifts_by_more_than_one_cent",
        state: AFTER_ALL_PHASES,
        strategy: (revenue(), vec(statement, 1..10))
            .prop_map(|(revenue, statements)| StatementsCase {
                revenue,
                statements,
            })
            .sboxed(),
        script: Box::new(statements_script),
        cases: 100,
    }
}

fn statements_script(case: &StatementsCase) -> Script {
    let mut script = Script::new();
    script.given(rows::tenant(1).to_string());
    script.given(rows::event(1, 1, case.revenue).to_string());
    let mut splits = Splits {
        revenue: case.revenue,
        ..Splits::default()
    };
    for statement in &case.statements {
        let (sql, version, after) = written(&splits, statement);
        let changed = changes(&splits.shares, &after);
        let Some(sql) = sql else { continue };
        let touched: &[u8] = if changed.rows > 0 { &[version] } else { &[] };
        let expected = if splits.apply(touched, after) {
            Outcome::Rows(changed.rows)
        } else {
            REFUSED
        };
        script.attempt(format!("{statement:?}"), &sql, &expected);
    }
    stored_shares(&mut script, &splits.shares);
    let drifting = format!(
        "SELECT model_version FROM attribution_allocations WHERE event_id = '{}' \
         GROUP BY model_version HAVING abs(sum(allocated_revenue_cents) - {}) > 1",
        rows::event_id(1),
        case.revenue
    );
    script.query("no split drifts by more than a cent", &drifting, &[]);
    script
}

struct Changed {
    rows: usize,
}

fn changes(before: &BTreeMap<(u8, u8), i32>, after: &BTreeMap<(u8, u8), i32>) -> Changed {
    let gone = before.keys().filter(|key| !after.contains_key(key)).count();
    let other = after
        .iter()
        .filter(|(key, cents)| before.get(key) != Some(cents))
        .count();
    Changed { rows: gone + other }
}

type Written = (Option<String>, u8, BTreeMap<(u8, u8), i32>);

/// The SQL of a statement, if it has anything to write, the version it touches and the shares after it.
fn written(splits: &Splits, statement: &SplitStatement) -> Written {
    let mut after = splits.shares.clone();
    match statement {
        SplitStatement::Insert {
            version,
            channels,
            drift,
        } => {
            let free: Vec<u8> = channels
                .iter()
                .copied()
                .filter(|channel| !after.contains_key(&(*version, *channel)))
                .collect();
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
        SplitStatement::Update {
            version,
            channel,
            add,
            take,
        } => {
            let mut cases = Vec::new();
            for (own, cents) in splits.of(*version) {
                let change = if own == *channel { *add } else { -take };
                // What would be negative or too much stays: other rules would refuse it first.
                let then = cents
                    .checked_add(change)
                    .filter(|cents| *cents >= 0)
                    .unwrap_or(cents);
                if then != cents {
                    after.insert((*version, own), then);
                    let number = usize::from(*version) * 16 + usize::from(own);
                    cases.push((rows::allocation_id(number), then));
                }
            }
            let values: Vec<String> = cases
                .iter()
                .map(|(id, cents)| format!("('{id}'::uuid, {cents})"))
                .collect();
            let sql = format!(
                "UPDATE attribution_allocations a SET allocated_revenue_cents = new.cents\nFROM (VALUES {}) \
                 AS new (id, cents) WHERE a.id = new.id",
                values.join(", ")
            );
            ((!values.is_empty()).then_some(sql), *version, after)
        }
        SplitStatement::Delete { version, channels } => {
            after.retain(|(v, channel), _| v != version || !channels.contains(channel));
            let ids: Vec<String> = channels
                .iter()
                .map(|channel| {
                    let number = usize::from(*version) * 16 + usize::from(*channel);
                    format!("'{}'", rows::allocation_id(number))
                })
                .collect();
            let sql = format!(
                "DELETE FROM attribution_allocations WHERE id IN ({})",
                ids.join(", ")
            );
            (Some(sql), *version, after)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn the_parts_of_a_cut_make_up_the_whole() {
        assert_eq!(cut(100, &[1, 1, 1]), [33, 33, 34]);
        assert_eq!(cut(7, &[0]), [7]);
        assert_eq!(cut(-2, &[1, 1]), [0, 0]);
        assert_eq!(cut(5, &[]), Vec::<i32>::new());
        assert_eq!(cut(10, &[255, 1]), [9, 1]);
    }
}
