//! 6 and 15: shares of costs and drawdowns are rounded as PostgreSQL rounds them.

use phasegate_engine::fuzz::{Property, Script};
use proptest::prelude::*;
use trading_model::Decimal;

use super::{AFTER_ALL_PHASES, rows::script};

/// Units of the eighteenth place: a cost, a part and the whole.
#[derive(Debug, Clone)]
pub struct ShareCase {
    /// What is shared out.
    pub of: i64,
    /// The part.
    pub part: i64,
    /// The whole, at least the part and more than nothing.
    pub whole: i64,
}

/// Properties 6 and 15.
#[must_use]
pub fn rounding() -> Property<ShareCase> {
    // Wholes of few factors make ties.
    let whole = prop_oneof![2 => 1..i64::MAX, 1 => (1..63_u32).prop_map(|power| 1_i64 << power), 1 => 1..1_000_i64];
    Property {
        name: "trading::property_06_and_15_shares_and_drawdowns_are_rounded_as_the_database_rounds",
        state: AFTER_ALL_PHASES,
        strategy: (any::<i64>(), 0..=i64::MAX, whole)
            .prop_map(|(of, part, whole)| ShareCase { of, part: part % whole, whole })
            .sboxed(),
        script: Box::new(share_script),
        cases: 200,
    }
}

fn share_script(case: &ShareCase) -> Script {
    let unit = |units: i64| Decimal::from_units(units.into()).unwrap_or_default();
    let (of, part, whole) = (unit(case.of), unit(case.part), unit(case.whole));
    let mut script = script();
    let shared = of.share(part, whole, 18).unwrap_or_default();
    script.query(
        "a share of a cost, to 18 places",
        &format!("SELECT round({of}::numeric(38,18) * {part}::numeric(38,18) / {whole}::numeric(38,18), 18)::text"),
        &[format!("{shared:.18}")],
    );
    let drawdown = trading_model::history::drawdown(whole, part);
    script.query(
        "a drawdown, as its column holds it",
        &format!(
            "SELECT (({whole}::numeric(38,18) - {part}::numeric(38,18)) / {whole}::numeric(38,18))::numeric(12,10)::text"
        ),
        &[format!("{drawdown:.10}")],
    );
    script
}
