//! 10, as far as the schema holds it: a currency has at most three characters and is never NULL.

use phasegate_engine::fuzz::{Outcome, Property, Script};
use proptest::prelude::*;

use super::AFTER_ALL_PHASES;
use crate::attribution_b03::{model::varchar, rows};

/// A currency for one of the two tables.
#[derive(Debug, Clone)]
pub struct CurrencyCase {
    /// Whether it is for the ledger.
    pub in_ledger: bool,
    /// The text, or NULL.
    pub currency: Option<String>,
}

/// Property 10.
#[must_use]
pub fn currency() -> Property<CurrencyCase> {
    let text = prop_oneof![
        2 => "[A-Z]{3}",
        1 => "[A-Za-z0-9$ ]{0,5}",
        1 => "[A-Z]{0,3} {0,6}",
        1 => "\\PC{0,5}",
    ];
    let currency = prop_oneof![9 => text.prop_map(Some), 1 => Just(None)];
    Property {
        name: "attribution_b03::property_10_a_currency_is_accepted_exactly_when_it_has_at_most_three_characters",
        state: AFTER_ALL_PHASES,
        strategy: (any::<bool>(), currency)
            .prop_map(|(in_ledger, currency)| CurrencyCase { in_ledger, currency })
            .sboxed(),
        script: Box::new(script),
        cases: 150,
    }
}

fn script(case: &CurrencyCase) -> Script {
    let mut script = Script::new();
    script.given(rows::tenant(1).to_string());
    let (table, row) = if case.in_ledger {
        script.given(rows::event(1, 1, 0).to_string());
        script.given(rows::allocation(1, 1, 1).to_string());
        ("revenue_ledger", rows::ledger(1, 1, 1))
    } else {
        ("attribution_events", rows::event(1, 1, 0))
    };
    let stored = case.currency.as_deref().map(|text| varchar(text, 3));
    let expected = match stored {
        None => Outcome::refused("23502", "currency"),
        Some(None) => Outcome::refused("22001", ""),
        Some(Some(_)) => Outcome::Rows(1),
    };
    let row = row.set_or_null("currency", case.currency.as_deref());
    let claim = format!("a currency {:?} in {table}", case.currency);
    script.attempt(claim, &row.to_string(), &expected);
    let stored: Vec<String> = stored.flatten().map(str::to_owned).into_iter().collect();
    let query = format!("SELECT currency FROM {table} WHERE tenant_id = {}", rows::quoted(&rows::tenant_id(1)));
    script.query("the currency is stored as it is, or not at all", &query, &stored);
    script
}
