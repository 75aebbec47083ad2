//! 15 and 16: every rule of the backfill holds for arbitrary legacy rows, and nothing legacy changes.

use phasegate_engine::fuzz::{Outcome, Phases, Property, Script};
use proptest::prelude::*;

use super::BASELINE;
use crate::attribution_b03::legacy::{LEGACY_COLUMNS, Legacy, events_only, expected, legacy, write};

/// Property 15.
#[must_use]
pub fn backfills(phases: Phases) -> Property<Legacy> {
    Property {
        name: "attribution_b03::property_15_a_backfill_follows_its_rules_and_changes_nothing_else",
        state: BASELINE,
        strategy: legacy().sboxed(),
        script: Box::new(move |case| script(&phases, case, phases.count())),
        cases: 40,
    }
}

/// Property 16: no two events of a baseline get the same key, or phase 5 could not make its unique index.
#[must_use]
pub fn keys(phases: Phases) -> Property<Legacy> {
    Property {
        name: "attribution_b03::property_16_distinct_legacy_events_get_distinct_idempotency_keys",
        state: BASELINE,
        strategy: events_only().sboxed(),
        script: Box::new(move |case| script(&phases, case, 2)),
        cases: 40,
    }
}

fn script(phases: &Phases, case: &Legacy, count: usize) -> Script {
    let mut script = Script::new();
    write(&mut script, case);
    for (table, columns) in LEGACY_COLUMNS {
        script.keep(table, columns);
    }
    for index in 0..count {
        phases.up(&mut script, index, &Outcome::Accepted);
    }
    for (table, columns) in LEGACY_COLUMNS {
        script.unchanged(table, columns);
    }
    for table in expected(case).into_iter().filter(|table| table.phase < count) {
        script.query(table.claim, table.query, &table.lines);
    }
    script
}
