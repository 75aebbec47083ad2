//! 11: retries are counted from zero, on events and dead events.

use phasegate_engine::fuzz::{Outcome, Property, Script};
use proptest::prelude::*;

use super::AFTER_ALL_PHASES;
use crate::attribution_b03::rows;

/// A count of retries.
#[derive(Debug, Clone)]
pub struct RetryCase {
    /// How it is written.
    pub place: RetryPlace,
    /// The count, which may not fit the column.
    pub count: i64,
}

/// Where a count of retries is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryPlace {
    /// A new event.
    Event,
    /// A new dead event.
    DeadEvent,
    /// A dead event that is there.
    DeadEventLater,
}

/// Property 11.
#[must_use]
pub fn retries() -> Property<RetryCase> {
    let place = proptest::sample::select(vec![RetryPlace::Event, RetryPlace::DeadEvent, RetryPlace::DeadEventLater]);
    let around = |n: i64| n - 2..n + 3;
    let count = prop_oneof![
        3 => around(0),
        1 => around(i64::from(i32::MAX)),
        1 => around(i64::from(i32::MIN)),
        2 => any::<i32>().prop_map(i64::from),
    ];
    Property {
        name: "attribution_b03::property_11_a_retry_count_is_accepted_exactly_when_it_is_not_negative",
        state: AFTER_ALL_PHASES,
        strategy: (place, count).prop_map(|(place, count)| RetryCase { place, count }).sboxed(),
        script: Box::new(script),
        cases: 150,
    }
}

fn script(case: &RetryCase) -> Script {
    let (table, constraint) = match case.place {
        RetryPlace::Event => ("attribution_events", "ck_attribution_events_retry_count_positive"),
        RetryPlace::DeadEvent | RetryPlace::DeadEventLater => ("dead_events", "ck_dead_events_retry_count_positive"),
    };
    let expected = match i32::try_from(case.count) {
        Err(_) => Outcome::refused("22003", ""),
        Ok(..0) => Outcome::refused("23514", constraint),
        Ok(_) => Outcome::Rows(1),
    };
    let mut script = Script::new();
    script.given(rows::tenant(1).to_string());
    let statement = match case.place {
        RetryPlace::Event => rows::event(1, 1, 0).set("retry_count", case.count).to_string(),
        RetryPlace::DeadEvent => rows::dead_event(1, 1).set("retry_count", case.count).to_string(),
        RetryPlace::DeadEventLater => {
            script.given(rows::dead_event(1, 1).to_string());
            format!(
                "UPDATE dead_events SET retry_count = {} WHERE id = {}",
                rows::quoted(&case.count.to_string()),
                rows::quoted(&rows::dead_event_id(1))
            )
        }
    };
    let claim = format!("{} retries in {table}", case.count);
    script.attempt(claim, &statement, &expected);
    script.query("no count is negative", &format!("SELECT id::text FROM {table} WHERE retry_count < 0"), &[]);
    script
}
