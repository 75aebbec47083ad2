//! 1: a state is one of four values; likewise the two statuses.

use phasegate_engine::fuzz::{Outcome, Property, Script};
use proptest::{prelude::*, sample::select};

use super::AFTER_ALL_PHASES;
use crate::attribution_b03::{
    model::{DOMAINS, Domain},
    rows,
};

/// A text for one of the columns.
#[derive(Debug, Clone)]
pub struct StateCase {
    /// The column.
    pub domain: Domain,
    /// The text.
    pub text: String,
}

/// Property 1.
#[must_use]
pub fn states() -> Property<StateCase> {
    Property {
        name: "attribution_b03::property_01_a_state_is_accepted_exactly_when_it_is_one_of_its_words",
        state: AFTER_ALL_PHASES,
        strategy: (select(&DOMAINS[..]), text()).prop_map(|(domain, text)| StateCase { domain, text }).sboxed(),
        script: Box::new(script),
        cases: 150,
    }
}

/// Words that schemas of this kind use elsewhere, and none of the three columns here.
const FOREIGN: [&str; 12] = [
    "queued",
    "processing",
    "done",
    "settled",
    "voided",
    "disputed",
    "abandoned",
    "retrying",
    "open",
    "closed",
    "unknown",
    "new",
];

/// The words themselves, near misses of them, words of others, any word, and anything.
fn text() -> impl Strategy<Value = String> {
    let words: Vec<&str> = DOMAINS.iter().flat_map(|domain| domain.words).copied().collect();
    let word = select(words);
    prop_oneof![
        3 => word.clone().prop_map(str::to_owned),
        1 => word.clone().prop_map(str::to_uppercase),
        1 => (word.clone(), 1_usize..60).prop_map(|(word, spaces)| word.to_owned() + &" ".repeat(spaces)),
        1 => word.prop_map(|word| format!(" {word}")),
        2 => select(FOREIGN.to_vec()).prop_map(str::to_owned),
        2 => "[a-z_]{1,20}",
        1 => "\\PC{0,60}",
    ]
}

fn script(case: &StateCase) -> Script {
    let StateCase { domain, text } = case;
    let mut script = Script::new();
    script.given(rows::tenant(1).to_string());
    let row = match domain.table {
        "attribution_events" => rows::event(1, 1, 0),
        "dead_events" => rows::dead_event(1, 1),
        _ => {
            script.given(rows::event(1, 1, 0).to_string());
            script.given(rows::allocation(1, 1, 1).to_string());
            rows::ledger(1, 1, 1)
        }
    };
    let stored = domain.store(text);
    let expected = match stored {
        Ok(_) => Outcome::Rows(1),
        Err((sqlstate, by)) => Outcome::refused(sqlstate, by),
    };
    let claim = format!("{}.{} is {text:?}", domain.table, domain.column);
    script.attempt(claim, &row.set(domain.column, text).to_string(), &expected);
    let stored: Vec<String> = stored.into_iter().map(str::to_owned).collect();
    let query = format!(
        "SELECT {} FROM {} WHERE tenant_id = {}",
        domain.column,
        domain.table,
        rows::quoted(&rows::tenant_id(1))
    );
    script.query("the text is stored as it is, or not at all", &query, &stored);
    script
}
