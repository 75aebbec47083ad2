//! Legacy rows as data. Ids and times are numbers; `write` turns them into values.

use std::collections::BTreeSet;

use crate::attribution_b03::model::balances;

/// The rows of a baseline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Legacy {
    /// How many tenants there are.
    pub tenants: usize,
    /// Their events.
    pub events: Vec<Event>,
    /// Their dead events.
    pub dead_events: Vec<DeadEvent>,
}

/// An event with the allocations and ledger rows that stand on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its tenant, from 0.
    pub tenant: usize,
    /// The sender's id.
    pub external_id: Option<String>,
    /// The number of its correlation id.
    pub correlation: Option<usize>,
    /// Whether it has a session.
    pub has_session: bool,
    /// Its revenue.
    pub revenue_cents: i32,
    /// When it occurred; it was created and updated some minutes later.
    pub minute: u32,
    /// Its splits, one for each model version.
    pub splits: Vec<Split>,
}

/// A split of an event's revenue by one model version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// How many cents more than the revenue are given away.
    pub drift_cents: i64,
    /// The shares; the cents are dealt out evenly, the last gets the rest.
    pub shares: Vec<Share>,
}

/// A share of a split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// `allocation_ratio` in units of its last place, 0.00001.
    pub ratio: u32,
    /// Its ledger row, if it was posted.
    pub posting: Option<Posting>,
}

/// A ledger row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Whether it was verified.
    pub is_verified: bool,
    /// When, which may be known or unknown independently of that.
    pub verified_minute: Option<u32>,
    /// Its revenue, which need not be that of the share.
    pub revenue_cents: i32,
}

/// Input that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadEvent {
    /// Its tenant, from 0.
    pub tenant: usize,
    /// What the reader said.
    pub error_code: String,
}

impl Legacy {
    /// The rows that the baseline's own rules let in: tenants that exist, and no two events of one tenant with the same
    /// external id, or, without one, the same correlation id.
    #[must_use]
    pub fn admitted(mut self) -> Self {
        let mut known = BTreeSet::new();
        let tenants = self.tenants;
        self.events.retain_mut(|event| {
            if tenants == 0 {
                return false;
            }
            event.tenant %= tenants;
            let correlation = event.correlation.filter(|_| event.external_id.is_none());
            let is_anonymous = event.external_id.is_none() && correlation.is_none();
            is_anonymous || known.insert((event.tenant, event.external_id.clone(), correlation))
        });
        self.dead_events.retain_mut(|dead| {
            if let Some(tenant) = dead.tenant.checked_rem(tenants) {
                dead.tenant = tenant;
            }
            tenants > 0
        });
        self
    }
}

impl Split {
    /// The cents of each share.
    #[must_use]
    pub fn cents(&self, revenue_cents: i32) -> Vec<i32> {
        let total = (i64::from(revenue_cents) + self.drift_cents).clamp(0, i32::MAX.into());
        let total = i32::try_from(total).unwrap_or(i32::MAX);
        let parts = i32::try_from(self.shares.len()).unwrap_or(1).max(1);
        let mut cents = vec![total / parts; self.shares.len()];
        if let Some(last) = cents.last_mut() {
            *last += total % parts;
        }
        cents
    }

    /// Whether it balances with the revenue. A split without shares leaves no row that could show that it does not.
    #[must_use]
    pub fn balances(&self, revenue_cents: i32) -> bool {
        self.shares.is_empty() || balances(revenue_cents, &self.cents(revenue_cents))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(tenant: usize, external_id: Option<&str>, correlation: Option<usize>) -> Event {
        Event {
            tenant,
            external_id: external_id.map(str::to_owned),
            correlation,
            has_session: true,
            revenue_cents: 0,
            minute: 0,
            splits: Vec::new(),
        }
    }

    fn admitted(tenants: usize, events: Vec<Event>) -> usize {
        let legacy = Legacy { tenants, events, dead_events: Vec::new() };
        legacy.admitted().events.len()
    }

    #[test]
    fn what_the_unique_indexes_of_the_baseline_refuse_is_left_out() {
        assert_eq!(admitted(2, vec![event(0, Some("a"), None), event(0, Some("a"), Some(1))]), 1);
        assert_eq!(admitted(2, vec![event(0, None, Some(1)), event(0, None, Some(1))]), 1);
        assert_eq!(admitted(0, vec![event(0, None, None)]), 0);
    }

    #[test]
    fn what_they_let_in_is_kept() {
        assert_eq!(admitted(2, vec![event(0, Some("a"), None), event(1, Some("a"), None)]), 2);
        assert_eq!(admitted(1, vec![event(0, Some("a"), Some(1)), event(0, None, Some(1))]), 2);
        assert_eq!(admitted(1, vec![event(0, None, None), event(0, None, None)]), 2);
        assert_eq!(admitted(1, vec![event(0, Some("a"), None), event(0, Some("a "), None)]), 2);
    }

    #[test]
    fn a_split_deals_out_the_revenue_and_its_drift() {
        let share = Share { ratio: 0, posting: None };
        let split = |drift_cents, shares| Split { drift_cents, shares: vec![share.clone(); shares] };
        assert_eq!(split(1, 3).cents(100), [33, 33, 35]);
        assert!(split(1, 3).balances(100));
        assert!(!split(2, 1).balances(100));
        assert!(split(-9, 1).balances(0));
        assert!(split(9, 0).balances(100));
    }
}
