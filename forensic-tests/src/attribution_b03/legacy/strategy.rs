//! Arbitrary legacy rows within the limits of invariant 15.

use proptest::{collection::vec, option, prelude::*, sample::select, strategy::SBoxedStrategy};

use super::{DeadEvent, Event, Legacy, Posting, Share, Split};
use crate::attribution_b03::{model::EXTERNAL_ID_CHARACTERS_MAX, rows};

/// Rows in every table, or in none.
pub fn legacy() -> impl Strategy<Value = Legacy> {
    let dead_event = (0_usize..3, "[A-Z]{0,3}")
        .prop_map(|(tenant, error_code)| DeadEvent { tenant, error_code });
    let event = event(vec(split(), 0..3).sboxed());
    (0_usize..=3, vec(event, 0..6), vec(dead_event, 0..3)).prop_map(
        |(tenants, events, dead_events)| {
            let rows = Legacy {
                tenants,
                events,
                dead_events,
            };
            rows.admitted()
        },
    )
}

/// Many events and nothing that stands on them, for rules about keys.
pub fn events_only() -> impl Strategy<Value = Legacy> {
    (1_usize..=3, vec(event(Just(Vec::new()).sboxed()), 0..24)).prop_map(|(tenants, events)| {
        let rows = Legacy {
            tenants,
            events,
            dead_events: Vec::new(),
        };
        rows.admitted()
    })
}

/// Ids that are short, alike, empty, as long as they may be, or made to look like a derived key.
fn external_id() -> impl Strategy<Value = String> {
    let longest = select(vec!["x", "é", " "]).prop_map(|c| c.repeat(EXTERNAL_ID_CHARACTERS_MAX));
    let imitation =
        (0_usize..3, select(vec![":cor:", ":id:", ":ext:", ""])).prop_map(|(number, marker)| {
            let id = if marker == ":id:" {
                rows::event_id(number)
            } else {
                rows::other_id(number)
            };
            format!("{marker}{id}")
        });
    prop_oneof![
        3 => "[ab]{0,2} {0,2}",
        2 => imitation,
        1 => longest,
        1 => (0..EXTERNAL_ID_CHARACTERS_MAX).prop_map(|length| "y".repeat(length)),
        1 => "\\PC{0,12}",
    ]
}

fn event(splits: SBoxedStrategy<Vec<Split>>) -> impl Strategy<Value = Event> {
    let revenue =
        prop_oneof![1 => Just(0), 2 => 0..3, 3 => 0..100_000, 1 => i32::MAX - 1..=i32::MAX];
    let correlation = option::of(0_usize..3);
    (
        0_usize..3,
        option::of(external_id()),
        correlation,
        revenue,
        0_u32..40_000,
        splits,
    )
        .prop_map(
            |(tenant, external_id, correlation, revenue_cents, minute, splits)| Event {
                tenant,
                external_id,
                correlation,
                has_session: true,
                revenue_cents,
                minute,
                splits,
            },
        )
}

fn split() -> impl Strategy<Value = Split> {
    (-1_i64..=1, vec(share(), 1..4)).prop_map(|(drift_cents, shares)| Split {
        drift_cents,
        shares,
    })
}

/// Ratios of every kind, and with them the halves of the third place and their neighbours.
fn share() -> impl Strategy<Value = Share> {
    let half = (0_u32..1000, 49_u32..=51).prop_map(|(thousandths, rest)| thousandths * 100 + rest);
    let ratio = prop_oneof![2 => half, 1 => 0..=100_000_u32, 1 => select(vec![0, 100_000])];
    (ratio, option::of(posting())).prop_map(|(ratio, posting)| Share { ratio, posting })
}

fn posting() -> impl Strategy<Value = Posting> {
    (any::<bool>(), option::of(0_u32..40_000), 0..1_000).prop_map(
        |(is_verified, verified_minute, revenue_cents)| Posting {
            is_verified,
            verified_minute,
            revenue_cents,
        },
    )
}
