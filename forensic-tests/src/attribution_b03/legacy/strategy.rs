//! Arbitrary legacy rows within the limits of invariant 15.

use proptest::{collection::vec, option, prelude::*, sample::select, strategy::SBoxedStrategy};

use super::{DeadEvent, Event, Legacy, Posting, Share, Split};
use crate::attribution_b03::{model::EXTERNAL_ID_CHARACTERS_MAX, rows};

/// Rows in every table, or in none.
pub fn legacy() -> impl Strategy<Value = Legacy> {
    let dead_event = (0_usize..3, "[A-Z]{0,3}").prop_map(|(tenant, error_code)| DeadEvent { tenant, error_code });
    let event = event(vec(split(), 0..3).sboxed());
    (0_usize..=3, vec(event, 0..6), vec(dead_event, 0..3)).prop_map(|(tenants, events, dead_events)| {
        let rows = Legacy { tenants, events, dead_events };
        rows.admitted()
    })
}

/// Many events and nothing that stands on them, for rules about keys.
pub fn events_only() -> impl Strategy<Value = Legacy> {
    (1_usize..=3, vec(event(Just(Vec::new()).sboxed()), 0..24)).prop_map(|(tenants, events)| {
        let rows = Legacy { tenants, events, dead_events: Vec::new() };
        rows.admitted()
    })
}

/// Ids that are short, alike but for case, spaces around them or an accent, empty, as long as they may be, or made to look
/// like a derived key.
fn external_id() -> impl Strategy<Value = String> {
    let longest = select(vec!["x", "é", " "]).prop_map(|c| c.repeat(EXTERNAL_ID_CHARACTERS_MAX));
    let imitation = (0_usize..3, select(vec![":cor:", ":id:", ":ext:", ""])).prop_map(|(number, marker)| {
        let id = if marker == ":id:" { rows::event_id(number) } else { rows::other_id(number) };
        format!("{marker}{id}")
    });
    prop_oneof![
        3 => "[ab]{0,2} {0,2}",
        2 => " {0,2}[aAéÉ]{0,2} {0,2}",
        2 => imitation,
        1 => longest,
        1 => (0..EXTERNAL_ID_CHARACTERS_MAX).prop_map(|length| "y".repeat(length)),
        1 => "\\PC{0,12}",
    ]
}

fn event(splits: SBoxedStrategy<Vec<Split>>) -> impl Strategy<Value = Event> {
    let revenue = prop_oneof![1 => Just(0), 2 => 0..3, 3 => 0..100_000, 1 => i32::MAX - 1..=i32::MAX];
    let correlation = option::of(0_usize..3);
    (0_usize..3, option::of(external_id()), correlation, revenue, 0_u32..40_000, splits).prop_map(
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
    (-1_i64..=1, vec(share(), 1..4)).prop_map(|(drift_cents, shares)| Split { drift_cents, shares })
}

/// Ratios of every kind, and with them the halves of the third place and their neighbours.
fn share() -> impl Strategy<Value = Share> {
    let half = (0_u32..1000, 49_u32..=51).prop_map(|(thousandths, rest)| thousandths * 100 + rest);
    let ratio = prop_oneof![2 => half, 1 => 0..=100_000_u32, 1 => select(vec![0, 100_000])];
    (ratio, option::of(posting())).prop_map(|(ratio, posting)| Share { ratio, posting })
}

fn posting() -> impl Strategy<Value = Posting> {
    (any::<bool>(), option::of(0_u32..40_000), 0..1_000).prop_map(|(is_verified, verified_minute, revenue_cents)| {
        Posting { is_verified, verified_minute, revenue_cents }
    })
}

#[cfg(test)]
mod tests {
    use phasegate_engine::fuzz::Seed;
    use proptest::{
        strategy::ValueTree,
        test_runner::{Config, TestRunner},
    };

    use super::*;
    use crate::attribution_b03::legacy::{abort, faults};

    fn samples<T>(strategy: &impl Strategy<Value = T>) -> Vec<T> {
        let mut runner = TestRunner::new_with_rng(Config::default(), Seed(3).rng());
        (0..400).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
    }

    #[test]
    fn the_rows_include_every_case_that_the_specification_names() {
        let all = samples(&legacy());
        let has = |what: &str, holds: &dyn Fn(&Legacy) -> bool| assert!(all.iter().any(holds), "{what}");
        let event = |what: &str, holds: &dyn Fn(&Event) -> bool| {
            has(what, &|rows: &Legacy| rows.events.iter().any(holds));
        };
        let share = |what: &str, holds: &dyn Fn(&Share) -> bool| {
            event(what, &|e| e.splits.iter().flat_map(|split| &split.shares).any(holds));
        };
        let id = |e: &Event| e.external_id.clone().unwrap_or_default();
        event("both ids", &|e| e.external_id.is_some() && e.correlation.is_some());
        event("only a correlation id", &|e| e.external_id.is_none() && e.correlation.is_some());
        event("neither id", &|e| e.external_id.is_none() && e.correlation.is_none());
        event("an empty external id", &|e| e.external_id.as_deref() == Some(""));
        event("an external id of 214 characters", &|e| id(e).chars().count() == 214);
        event("trailing spaces", &|e| id(e).ends_with(' '));
        event("leading spaces", &|e| id(e).starts_with(" a"));
        event("upper case", &|e| id(e).contains('A'));
        event("letters beyond ASCII", &|e| id(e).contains('É'));
        event("an imitated key", &|e| id(e).starts_with(":cor:"));
        event("no revenue", &|e| e.revenue_cents == 0);
        event("all revenue", &|e| e.revenue_cents == i32::MAX);
        event("two model versions", &|e| e.splits.len() == 2);
        for drift in [-1, 0, 1] {
            event("a tolerated drift", &|e| e.splits.iter().any(|s| s.drift_cents == drift));
        }
        share("a half of the third place", &|s| s.ratio % 100 == 50);
        share("a share that was not posted", &|s| s.posting.is_none());
        for is_verified in [true, false] {
            for is_known in [true, false] {
                share("verified or not, with and without a time", &|s| {
                    s.posting
                        .as_ref()
                        .is_some_and(|p| p.is_verified == is_verified && p.verified_minute.is_some() == is_known)
                });
            }
        }
        has("the same external id in two tenants", &|rows| {
            rows.events.iter().enumerate().any(|(n, one)| {
                rows.events[..n].iter().any(|other| {
                    one.tenant != other.tenant && one.external_id.is_some() && one.external_id == other.external_id
                })
            })
        });
        has("empty tables", &|rows| rows.tenants == 0);
        has("tenants and nothing else", &|rows| rows.tenants > 0 && rows.events.is_empty());
        has("dead events", &|rows| !rows.dead_events.is_empty());
    }

    #[test]
    fn rows_are_within_the_limits_until_a_fault_is_injected() {
        assert!(samples(&legacy()).iter().chain(&samples(&events_only())).all(|rows| abort(rows).is_none()));
        for (mut rows, outside) in samples(&(legacy(), faults())) {
            for (number, fault) in &outside {
                fault.inject_into(&mut rows, *number);
            }
            assert!(abort(&rows.admitted()).is_some(), "{outside:?}");
        }
    }
}
