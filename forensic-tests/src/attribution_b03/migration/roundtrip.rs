//! 17: the way back restores catalog and rows, and the way forward from there leads to the same catalog again.

use phasegate_engine::fuzz::{Outcome, Phases, Property, Script};
use proptest::prelude::*;

use super::BASELINE;
use crate::attribution_b03::legacy::{LEGACY_COLUMNS, Legacy, legacy, write};

/// Legacy rows, and how far to go.
#[derive(Debug, Clone)]
pub struct RoundTripCase {
    /// The rows.
    pub legacy: Legacy,
    /// How many phases are applied and taken back.
    pub phases: usize,
}

/// Property 17.
#[must_use]
pub fn roundtrips(phases: Phases) -> Property<RoundTripCase> {
    Property {
        name: "attribution_b03::property_17_down_undoes_up_and_up_after_down_leads_to_the_same_catalog",
        state: BASELINE,
        strategy: (legacy(), 1..=phases.count()).prop_map(|(legacy, phases)| RoundTripCase { legacy, phases }).sboxed(),
        script: Box::new(move |case| script(&phases, case)),
        cases: 12,
    }
}

const BEFORE: &str = "as the baseline left it";
const AFTER: &str = "after the phases";

fn script(phases: &Phases, case: &RoundTripCase) -> Script {
    let mut script = Script::new();
    write(&mut script, &case.legacy);
    for (table, columns) in LEGACY_COLUMNS {
        script.keep(table, columns);
    }
    script.remember_catalog(BEFORE);
    for index in 0..case.phases {
        phases.up(&mut script, index, &Outcome::Accepted);
    }
    script.remember_catalog(AFTER);
    for index in (0..case.phases).rev() {
        phases.down(&mut script, index);
    }
    script.same_catalog(BEFORE);
    for (table, columns) in LEGACY_COLUMNS {
        script.unchanged(table, columns);
    }
    for index in 0..case.phases {
        phases.up(&mut script, index, &Outcome::Accepted);
    }
    script.same_catalog(AFTER);
    script
}
