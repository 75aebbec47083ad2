//! 19: after any phase, aborted or not, the guards are enabled and row-level security is enabled and forced.

use phasegate_engine::fuzz::{Outcome, Phases, Property, Script};
use proptest::{option, prelude::*};

use super::BASELINE;
use crate::attribution_b03::legacy::{Fault, Legacy, abort, faults, legacy, write};

/// Legacy rows, and what goes wrong.
#[derive(Debug, Clone)]
pub struct ProtectionCase {
    /// The rows, which may be outside the limits.
    pub legacy: Legacy,
    /// A phase that fails in the middle.
    pub broken: Option<Broken>,
}

/// A phase that fails in the middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// Its index.
    pub phase: usize,
    /// How many of its statements go through.
    pub statements: usize,
}

/// Property 19.
#[must_use]
pub fn protections(phases: Phases) -> Property<ProtectionCase> {
    let broken = (0..phases.count(), 0_usize..12).prop_map(|(phase, statements)| Broken { phase, statements });
    let outside = prop_oneof![Just(Vec::<(usize, Fault)>::new()), faults()];
    Property {
        name: "attribution_b03::property_19_after_any_phase_guards_and_row_level_security_are_on",
        state: BASELINE,
        strategy: (legacy(), outside, option::of(broken))
            .prop_map(|(mut legacy, outside, broken)| {
                for (number, fault) in outside {
                    fault.inject_into(&mut legacy, number);
                }
                ProtectionCase { legacy: legacy.admitted(), broken }
            })
            .sboxed(),
        script: Box::new(move |case| script(&phases, case)),
        cases: 40,
    }
}

fn script(phases: &Phases, case: &ProtectionCase) -> Script {
    let mut script = Script::new();
    write(&mut script, &case.legacy);
    let abort = abort(&case.legacy);
    for index in 0..phases.count() {
        let refusal = abort.as_ref().filter(|abort| abort.phase == index);
        // A phase that the rows end anyway may not even get to where it would break.
        let broken = case.broken.filter(|broken| broken.phase == index && refusal.is_none());
        if let Some(broken) = broken {
            phases.up_broken(&mut script, index, broken.statements);
            protected(&mut script);
        }
        let expected = refusal.map_or(Outcome::Accepted, |abort| abort.outcome.clone());
        phases.up(&mut script, index, &expected);
        protected(&mut script);
        if expected != Outcome::Accepted {
            break;
        }
    }
    script
}

/// Every guard fires for everybody (`O`), and every tenant-scoped table is covered for its owner too.
fn protected(script: &mut Script) {
    let query = "SELECT concat_ws(' ', tgname, tgenabled) FROM pg_trigger WHERE tgname IN ('trg_events_prevent_mutation', \
                 'trg_ledger_prevent_mutation', 'trg_check_allocation_sum') AND tgparentid = 0\nUNION ALL\n\
                 SELECT concat_ws(' ', relname, relrowsecurity, relforcerowsecurity) FROM pg_class \
                 WHERE relnamespace = 'public'::regnamespace AND relname IN ('attribution_events', \
                 'attribution_allocations', 'revenue_ledger', 'dead_events', 'reconciliation_runs')\nORDER BY 1";
    let expected = [
        "attribution_allocations t t",
        "attribution_events t t",
        "dead_events t t",
        "reconciliation_runs t t",
        "revenue_ledger t t",
        "trg_check_allocation_sum O",
        "trg_events_prevent_mutation O",
        "trg_ledger_prevent_mutation O",
    ];
    let expected: Vec<String> = expected.iter().map(|line| (*line).to_owned()).collect();
    script.query("guards and row-level security are on", query, &expected);
}
