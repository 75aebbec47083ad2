//! 18: rows outside the limits make the phase that meets them abort, and leave catalog and rows as they were.

use phasegate_engine::fuzz::{Outcome, Phases, Property, Script};
use proptest::prelude::*;

use super::BASELINE;
use crate::attribution_b03::legacy::{LEGACY_COLUMNS, Legacy, abort, faults, legacy, write};

/// Property 18.
#[must_use]
pub fn limits(phases: Phases) -> Property<Legacy> {
    Property {
        name: "attribution_b03::property_18_rows_outside_the_limits_abort_a_phase_and_leave_the_catalog_unchanged",
        state: BASELINE,
        strategy: (legacy(), faults())
            .prop_map(|(mut legacy, faults)| {
                for (number, fault) in faults {
                    fault.inject_into(&mut legacy, number);
                }
                legacy.admitted()
            })
            .sboxed(),
        script: Box::new(move |case| script(&phases, case)),
        cases: 30,
    }
}

const BEFORE: &str = "before the phase that aborts";

fn script(phases: &Phases, case: &Legacy) -> Script {
    let mut script = Script::new();
    write(&mut script, case);
    for (table, columns) in LEGACY_COLUMNS {
        script.keep(table, columns);
    }
    let abort = abort(case);
    for index in 0..phases.count() {
        match &abort {
            Some(abort) if abort.phase == index => {
                script.remember_catalog(BEFORE);
                phases.up(&mut script, index, &abort.outcome);
                script.same_catalog(BEFORE);
                break;
            }
            _ => phases.up(&mut script, index, &Outcome::Accepted),
        }
    }
    for (table, columns) in LEGACY_COLUMNS {
        script.unchanged(table, columns);
    }
    script
}
