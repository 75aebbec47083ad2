//! 9: a confidence is rounded to three places and stored exactly when the result lies between 0 and 1.

use phasegate_engine::fuzz::{Outcome, Property, Script};
use proptest::{prelude::*, sample::select};

use super::AFTER_ALL_PHASES;
use crate::attribution_b03::{
    model::{Confidence, Decimal},
    rows,
};

/// A confidence as it is written.
#[derive(Debug, Clone)]
pub enum ConfidenceCase {
    /// A number.
    Number(Decimal),
    /// `NaN` or an infinity: the first fits the column and not the bounds, the others do not even fit.
    Special(&'static str),
}

/// Property 9.
#[must_use]
pub fn confidence() -> Property<ConfidenceCase> {
    let number = |units: i64, scale: u32| ConfidenceCase::Number(Decimal { units, scale });
    // Halves of the last place that is kept, and their neighbours, are where rounding goes wrong.
    let edge = (-11_000_i64..11_000, select(vec![49_i64, 50, 51]))
        .prop_map(move |(thousandths, rest)| number(thousandths * 100 + rest, 5));
    let bounds = (select(vec![0_i64, 1_000_000, 9_999_500, -9_999_500]), -1100_i64..1100)
        .prop_map(move |(bound, off)| number(bound + off, 6));
    let any_number = (-30_000_000_i64..30_000_000, 0_u32..8).prop_map(move |(units, scale)| number(units, scale));
    let special = select(vec!["NaN", "Infinity", "-Infinity"]).prop_map(ConfidenceCase::Special);
    Property {
        name: "attribution_b03::property_09_a_confidence_is_stored_rounded_exactly_when_that_lies_between_0_and_1",
        state: AFTER_ALL_PHASES,
        strategy: prop_oneof![4 => edge, 4 => bounds, 3 => any_number, 1 => special].sboxed(),
        script: Box::new(script),
        cases: 250,
    }
}

fn script(case: &ConfidenceCase) -> Script {
    let (text, outcome) = match case {
        ConfidenceCase::Number(number) => (number.to_string(), Confidence::of(*number)),
        ConfidenceCase::Special("NaN") => ("NaN".to_owned(), Confidence::OutOfBounds),
        ConfidenceCase::Special(infinite) => ((*infinite).to_owned(), Confidence::Overflow),
    };
    let (expected, stored) = match outcome {
        Confidence::Stored(thousandths) => (Outcome::Rows(1), vec![Confidence::text(thousandths)]),
        Confidence::Overflow => (Outcome::refused("22003", ""), vec![]),
        Confidence::OutOfBounds => (Outcome::refused("23514", "ck_allocations_confidence_score"), vec![]),
    };
    let mut script = Script::new();
    script.given(rows::tenant(1).to_string());
    script.given(rows::event(1, 1, 0).to_string());
    let row = rows::allocation(1, 1, 1).set("confidence_score", &text);
    script.attempt(format!("a confidence of {text}"), &row.to_string(), &expected);
    script.query(
        "it is stored rounded, or not at all",
        &format!(
            "SELECT confidence_score::text FROM attribution_allocations WHERE tenant_id = {}",
            rows::quoted(&rows::tenant_id(1))
        ),
        &stored,
    );
    script
}
