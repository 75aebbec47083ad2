//! 8: model versions of one event balance independently. And where invariant 7 ends: an UPDATE that moves a share.

use std::collections::BTreeMap;

use phasegate_engine::fuzz::{Insert, Outcome, Property, Script};
use proptest::{collection::vec, prelude::*};

use super::{
    AFTER_ALL_PHASES,
    split::{REFUSED, cut, revenue, share, stored_shares},
};
use crate::attribution_b03::{model::Splits, rows};

/// Splits of one event by several model versions.
#[derive(Debug, Clone)]
pub struct VersionsCase {
    /// The revenue of the event.
    pub revenue: i32,
    /// The shares of each version.
    pub versions: Vec<Vec<i32>>,
    /// Whether one statement writes them all.
    pub together: bool,
}

/// Property 8.
#[must_use]
pub fn versions() -> Property<VersionsCase> {
    let version = (-2_i64..=2, vec(any::<u8>(), 1..4));
    Property {
        name: "attribution_b03::property_08_each_model_version_of_an_event_balances_by_itself",
        state: AFTER_ALL_PHASES,
        strategy: (revenue(), vec(version, 1..5), any::<bool>())
            .prop_map(|(revenue, versions, together)| VersionsCase {
                revenue,
                versions: versions
                    .into_iter()
                    .map(|(drift, weights)| cut(i64::from(revenue) + drift, &weights))
                    .collect(),
                together,
            })
            .sboxed(),
        script: Box::new(script),
        cases: 100,
    }
}

fn script(case: &VersionsCase) -> Script {
    let mut script = Script::new();
    script.given(rows::tenant(1).to_string());
    script.given(rows::event(1, 1, case.revenue).to_string());
    let mut splits = Splits { revenue: case.revenue, ..Splits::default() };
    let numbered: Vec<(u8, &Vec<i32>)> = (1_u8..).zip(&case.versions).collect();
    let statements: Vec<Vec<(u8, &Vec<i32>)>> =
        if case.together { vec![numbered] } else { numbered.into_iter().map(|version| vec![version]).collect() };
    for statement in statements {
        let new: BTreeMap<(u8, u8), i32> = statement
            .iter()
            .flat_map(|(version, shares)| {
                (0_u8..).zip(*shares).map(move |(channel, cents)| ((*version, channel), *cents))
            })
            .collect();
        let inserts = new.iter().map(|((version, channel), cents)| share(*version, *channel, *cents));
        let Some(insert) = Insert::together(inserts) else {
            continue;
        };
        let touched: Vec<u8> = statement.iter().map(|(version, _)| *version).collect();
        let mut after = splits.shares.clone();
        after.extend(&new);
        let expected = if splits.apply(&touched, after) { Outcome::Rows(new.len()) } else { REFUSED };
        let claim = format!("{} is split by the versions {touched:?}", case.revenue);
        script.attempt(claim, &insert.to_string(), &expected);
    }
    stored_shares(&mut script, &splits.shares);
    script
}

/// What the schema does not hold of invariant 7: the trigger looks at the version that a share moves to and not at the
/// one it leaves, so an UPDATE of `model_version` can leave a split that drifts by nearly all of the revenue.
#[must_use]
pub fn share_moved_between_versions() -> Script {
    let mut script = Script::new();
    script.given(rows::tenant(1).to_string());
    script.given(rows::event(1, 1, 100).to_string());
    let both = Insert::together([share(1, 0, 99), share(1, 1, 1)]);
    script.given(both.map(|insert| insert.to_string()).unwrap_or_default());
    script.attempt(
        "the share of 99 cents moves to a version of its own",
        &format!(
            "UPDATE attribution_allocations SET model_version = 'v2' WHERE id = {}",
            rows::quoted(&rows::allocation_id(16))
        ),
        &Outcome::Rows(1),
    );
    script.query(
        "the version that it left drifts by 99 cents",
        &format!(
            "SELECT concat_ws(' ', model_version, sum(allocated_revenue_cents) - 100) FROM attribution_allocations \
             WHERE event_id = {} GROUP BY model_version ORDER BY model_version",
            rows::quoted(&rows::event_id(1))
        ),
        &["v1 -99".to_owned(), "v2 -1".to_owned()],
    );
    script
}
