//! How the revenue of an event is split over channels (invariants 7 and 8).

use std::collections::BTreeMap;

/// How many cents the shares of one model version may miss the revenue by.
pub const CENTS_OF_DRIFT_MAX: i64 = 1;

/// Whether shares balance with a revenue. The sum is exact: it does not wrap where `integer` would.
#[must_use]
pub fn balances(revenue: i32, shares: &[i32]) -> bool {
    let allocated: i64 = shares.iter().copied().map(i64::from).sum();
    (allocated - i64::from(revenue)).abs() <= CENTS_OF_DRIFT_MAX
}

/// The splits of one event: by model version and channel, in cents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Splits {
    /// The revenue of the event.
    pub revenue: i32,
    /// The shares.
    pub shares: BTreeMap<(u8, u8), i32>,
}

impl Splits {
    /// Whether the shares of a model version balance. A version without any shares has allocated nothing.
    #[must_use]
    pub fn version_balances(&self, version: u8) -> bool {
        let shares: Vec<i32> = self.of(version).map(|(_, cents)| cents).collect();
        balances(self.revenue, &shares)
    }

    /// The shares of a version: channel and cents.
    pub fn of(&self, version: u8) -> impl Iterator<Item = (u8, i32)> {
        self.shares.range((version, 0)..=(version, u8::MAX)).map(|((_, channel), cents)| (*channel, *cents))
    }

    /// Takes over what a statement makes of the shares if every version that it touches balances afterwards.
    pub fn apply(&mut self, touched: &[u8], after: BTreeMap<(u8, u8), i32>) -> bool {
        let after = Self { revenue: self.revenue, shares: after };
        let is_accepted = touched.iter().all(|version| after.version_balances(*version));
        if is_accepted {
            *self = after;
        }
        is_accepted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cent_of_drift_is_tolerated_and_two_are_not() {
        for (shares, is_balanced) in [
            (vec![50, 50], true),
            (vec![50, 49], true),
            (vec![50, 51], true),
            (vec![50, 48], false),
            (vec![50, 52], false),
            (vec![], false),
        ] {
            assert_eq!(balances(100, &shares), is_balanced, "{shares:?}");
        }
        assert!(balances(1, &[]));
    }

    #[test]
    fn the_sum_does_not_wrap() {
        assert!(!balances(0, &[i32::MAX, i32::MAX, 2]));
        assert!(balances(i32::MAX, &[i32::MAX, 1]));
    }

    #[test]
    fn a_refused_statement_changes_nothing_and_versions_do_not_meet() {
        let mut splits = Splits { revenue: 100, ..Splits::default() };
        assert!(splits.apply(&[1], BTreeMap::from([((1, 0), 99)])));
        let before = splits.clone();
        let both = BTreeMap::from([((1, 0), 99), ((2, 0), 98)]);
        assert!(!splits.apply(&[2], both.clone()));
        assert_eq!(splits, before);
        assert!(splits.apply(&[1], both), "only what is touched is looked at");
    }
}
