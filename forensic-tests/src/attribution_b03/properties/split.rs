//! 7: a split is accepted exactly when it drifts by at most a cent.

use std::collections::BTreeMap;

use phasegate_engine::fuzz::{Insert, Outcome, Property, Script};
use proptest::{collection::vec, prelude::*};

use super::AFTER_ALL_PHASES;
use crate::attribution_b03::{
    model::balances,
    rows::{self, CHANNELS},
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
pub fn split_judged_by(name: &'static str, balances: fn(i32, &[i32]) -> bool) -> Property<SplitCase> {
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
        let part = if index == last { rest } else { rest.min(total.max(0) * i64::from(*weight) / sum.max(1)) };
        rest -= part;
        parts.push(cents(part));
    }
    parts
}

fn splits() -> impl Strategy<Value = SplitCase> {
    let near = (revenue(), -3_i64..=3, vec(any::<u8>(), 1..=CHANNELS.len()))
        .prop_map(|(revenue, drift, weights)| SplitCase { revenue, shares: cut(i64::from(revenue) + drift, &weights) });
    // Sums that do not fit `integer`.
    let far =
        (revenue(), vec(0..=i32::MAX, 1..=CHANNELS.len())).prop_map(|(revenue, shares)| SplitCase { revenue, shares });
    prop_oneof![9 => near, 1 => far]
}

/// A share of event 1.
pub(super) fn share(version: u8, channel: u8, cents: i32) -> Insert {
    let number = usize::from(version) * 16 + usize::from(channel);
    rows::allocation(number, 1, 1)
        .set("channel_code", CHANNELS[usize::from(channel) % CHANNELS.len()])
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
         WHERE event_id = {} ORDER BY id",
        rows::quoted(&rows::event_id(1))
    );
    script.query("the shares are those of the model", &query, &expected);
}

pub(super) const REFUSED: Outcome = Outcome::Refused { sqlstate: "P0001", by: "check_allocation_sum" };

fn split_script(case: &SplitCase, balances: fn(i32, &[i32]) -> bool) -> Script {
    let mut script = Script::new();
    script.given(rows::tenant(1).to_string());
    script.given(rows::event(1, 1, case.revenue).to_string());
    let inserts = (0_u8..).zip(&case.shares).map(|(channel, cents)| share(1, channel, *cents));
    let Some(insert) = Insert::together(inserts) else {
        return script;
    };
    let is_accepted = balances(case.revenue, &case.shares);
    let expected = if is_accepted { Outcome::Rows(case.shares.len()) } else { REFUSED };
    let claim = format!("{} is split into {:?}", case.revenue, case.shares);
    script.attempt(claim, &insert.to_string(), &expected);
    let stored = (0_u8..).zip(&case.shares).map(|(channel, cents)| ((1, channel), *cents));
    stored_shares(&mut script, &stored.filter(|_| is_accepted).collect());
    script
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
