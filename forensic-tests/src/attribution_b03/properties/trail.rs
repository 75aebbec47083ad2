//! 12: with a ledger row go its transitions, and no others.

use phasegate_engine::fuzz::{Outcome, Property, Script};
use proptest::{collection::vec, prelude::*};

use super::AFTER_ALL_PHASES;
use crate::attribution_b03::rows;

/// Ledger rows with transitions.
#[derive(Debug, Clone)]
pub struct TrailCase {
    /// For each ledger row, how many transitions it has and whether it is deleted.
    pub entries: Vec<(usize, bool)>,
}

/// Property 12.
#[must_use]
pub fn trails() -> Property<TrailCase> {
    Property {
        name: "attribution_b03::property_12_with_a_ledger_row_go_its_transitions_and_no_others",
        state: AFTER_ALL_PHASES,
        strategy: vec((0_usize..4, any::<bool>()), 0..6).prop_map(|entries| TrailCase { entries }).sboxed(),
        script: Box::new(script),
        cases: 60,
    }
}

fn script(case: &TrailCase) -> Script {
    let mut script = Script::new();
    script.given(rows::tenant(1).to_string());
    script.given(rows::event(1, 1, 0).to_string());
    let mut deleted = Vec::new();
    let mut left = Vec::new();
    let mut next = 0;
    for (number, (transitions, is_deleted)) in case.entries.iter().enumerate() {
        script.given(rows::allocation(number, 1, 1).to_string());
        script.given(rows::ledger(number, 1, number).to_string());
        for _ in 0..*transitions {
            script.given(rows::transition(next, number).to_string());
            if !is_deleted {
                left.push(rows::other_id(next));
            }
            next += 1;
        }
        if *is_deleted {
            deleted.push(rows::ledger_id(number));
        }
    }
    script.given("ALTER TABLE revenue_ledger DISABLE TRIGGER trg_ledger_prevent_mutation");
    let expected = Outcome::Rows(deleted.len());
    let delete = format!("DELETE FROM revenue_ledger WHERE id = ANY (ARRAY[{}]::uuid[])", rows::quoted_all(deleted));
    script.attempt("ledger rows can be deleted while the guard is off", &delete, &expected);
    script.query(
        "the transitions of the other rows are left",
        "SELECT id::text FROM revenue_state_transitions ORDER BY id",
        &left,
    );
    script
}
