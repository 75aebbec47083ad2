//! 7, of shares that move to another version or another event: they are judged where they arrive, and only there.

use std::collections::{BTreeMap, BTreeSet};

use phasegate_engine::fuzz::{Insert, Outcome, Property, Script};
use proptest::{
    collection::{btree_set, vec},
    prelude::*,
};

use super::{
    AFTER_ALL_PHASES,
    split::{REFUSED, cut},
};
use crate::attribution_b03::{
    model::balances,
    rows::{self, CHANNELS},
};

/// Shares of two events in two model versions, and where they move.
#[derive(Debug, Clone)]
pub struct MovementsCase {
    /// The revenue of each event.
    pub revenues: [i32; 2],
    /// The channels of each split that is there at first: of each event in each version. An empty one is none.
    pub splits: [BTreeSet<u8>; 4],
    /// The moves, one statement each.
    pub moves: Vec<Movement>,
}

/// A statement that moves shares.
#[derive(Debug, Clone)]
pub struct Movement {
    /// Which shares, by the split that they began in and their channel.
    pub shares: BTreeSet<(u8, u8)>,
    /// The split that they move to: an event and a version.
    pub to: u8,
}

/// Where each share lies, by the split that it began in and its channel.
type Places = BTreeMap<(u8, u8), u8>;

/// Property 7, of statements that move shares.
#[must_use]
pub fn movements() -> Property<MovementsCase> {
    let split = || prop_oneof![1 => Just(BTreeSet::new()), 3 => btree_set(0_u8..4, 1..=3)];
    let movement = (btree_set((0_u8..4, 0_u8..4), 1..=4), 0_u8..4).prop_map(|(shares, to)| Movement { shares, to });
    // Where revenues are alike, a whole split fits where another was.
    let revenues = prop_oneof![2 => (0..4, 0..4), 1 => (0..100_000).prop_map(|revenue| (revenue, revenue))];
    Property {
        name: "attribution_b03::property_07_shares_that_move_are_judged_where_they_arrive",
        state: AFTER_ALL_PHASES,
        strategy: (revenues, [split(), split(), split(), split()], vec(movement, 1..6))
            .prop_map(|((one, other), splits, moves)| MovementsCase { revenues: [one, other], splits, moves })
            .sboxed(),
        script: Box::new(script),
        cases: 100,
    }
}

/// The event and the version of a split.
fn place(split: u8) -> (usize, u8) {
    (usize::from(split / 2) + 1, split % 2 + 1)
}

fn number((split, channel): (u8, u8)) -> usize {
    usize::from(split) * 16 + usize::from(channel)
}

fn script(case: &MovementsCase) -> Script {
    let mut script = Script::new();
    script.given(rows::tenant(1).to_string());
    let revenue = |split: u8| case.revenues[usize::from(split / 2)];
    for event in [1, 2] {
        script.given(rows::event(event, 1, case.revenues[event - 1]).to_string());
    }
    let mut cents = BTreeMap::new();
    let mut places = Places::new();
    for (split, channels) in (0_u8..).zip(&case.splits) {
        let parts = cut(i64::from(revenue(split)), &vec![1; channels.len()]);
        let shares: Vec<(u8, u8)> = channels.iter().map(|channel| (split, *channel)).collect();
        cents.extend(shares.iter().copied().zip(parts));
        places.extend(shares.iter().map(|share| (*share, split)));
        let inserts = shares.iter().map(|share| {
            let (event, version) = place(split);
            rows::allocation(number(*share), 1, event)
                .set("channel_code", CHANNELS[usize::from(share.1)])
                .set("allocated_revenue_cents", cents[share])
                .set("model_version", format!("v{version}"))
        });
        script.given(Insert::together(inserts).map(|insert| insert.to_string()).unwrap_or_default());
    }
    for movement in &case.moves {
        let moved: Vec<(u8, u8)> = movement.shares.iter().copied().filter(|share| places.contains_key(share)).collect();
        if moved.is_empty() {
            continue;
        }
        let mut after = places.clone();
        after.extend(moved.iter().map(|share| (*share, movement.to)));
        let expected = outcome(&after, &cents, movement.to, revenue(movement.to), moved.len());
        let (event, version) = place(movement.to);
        let sql = format!(
            "UPDATE attribution_allocations SET event_id = {}, model_version = 'v{version}' WHERE id IN ({})",
            rows::quoted(&rows::event_id(event)),
            rows::quoted_all(moved.iter().map(|share| rows::allocation_id(number(*share))))
        );
        script.attempt(format!("{movement:?}"), &sql, &expected);
        if matches!(expected, Outcome::Rows(_)) {
            places = after;
        }
    }
    stored(&mut script, &places);
    script
}

/// What becomes of a statement after which the shares lie so: the split that some moved to must balance, whatever they left
/// behind; and a channel has one share in it.
fn outcome(after: &Places, cents: &BTreeMap<(u8, u8), i32>, to: u8, revenue: i32, moved: usize) -> Outcome {
    let there: Vec<&(u8, u8)> = after.iter().filter(|(_, place)| **place == to).map(|(share, _)| share).collect();
    let channels: BTreeSet<u8> = there.iter().map(|share| share.1).collect();
    if channels.len() < there.len() {
        return Outcome::refused("23505", "idx_attribution_allocations_tenant_event_model_channel");
    }
    let shares: Vec<i32> = there.into_iter().map(|share| cents[share]).collect();
    if balances(revenue, &shares) { Outcome::Rows(moved) } else { REFUSED }
}

/// Every share lies where the model has it.
fn stored(script: &mut Script, places: &Places) {
    let mut expected: Vec<String> = places
        .iter()
        .map(|(share, split)| {
            let (event, version) = place(*split);
            format!("{} {} v{version}", rows::allocation_id(number(*share)), rows::event_id(event))
        })
        .collect();
    expected.sort();
    let events = rows::quoted_all([1, 2].map(rows::event_id));
    let query = format!(
        "SELECT concat_ws(' ', id, event_id, model_version) FROM attribution_allocations WHERE event_id IN ({events}) ORDER BY id"
    );
    script.query("the shares lie where the model has them", &query, &expected);
}
