//! The limits of invariant 15, and the abort that awaits rows outside them (invariant 18).

use phasegate_engine::fuzz::Outcome;

use super::Legacy;
use crate::attribution_b03::{
    model::idempotency_key,
    rows::{event_id, other_id, tenant_id},
};

/// A phase that does not apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abort {
    /// Its index: 0 is phase 4.
    pub phase: usize,
    /// Why.
    pub outcome: Outcome,
}

/// The first phase that rows outside the limits end, or `None` for rows within them. In phase 5 the keys come before
/// the sessions.
#[must_use]
pub fn abort(legacy: &Legacy) -> Option<Abort> {
    let mut keys = legacy.events.iter().enumerate().map(|(number, event)| {
        idempotency_key(
            &tenant_id(event.tenant),
            event.external_id.as_deref(),
            event.correlation.map(other_id).as_deref(),
            &event_id(number),
        )
    });
    if keys.any(|key| key.is_none()) {
        return Some(Abort { phase: 1, outcome: Outcome::refused("22001", "") });
    }
    if !legacy.events.iter().all(|event| event.has_session) {
        return Some(Abort { phase: 1, outcome: Outcome::refused("23502", "session_id") });
    }
    let mut splits =
        legacy.events.iter().flat_map(|event| event.splits.iter().map(|split| split.balances(event.revenue_cents)));
    splits
        .any(|is_balanced| !is_balanced)
        .then(|| Abort { phase: 2, outcome: Outcome::refused("P0001", "check_allocation_sum") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution_b03::legacy::{Event, Share, Split};

    fn one(change: impl FnOnce(&mut Event)) -> Legacy {
        let mut event = Event {
            tenant: 0,
            external_id: Some("x".repeat(214)),
            correlation: None,
            has_session: true,
            revenue_cents: 100,
            minute: 0,
            splits: vec![Split { drift_cents: 1, shares: vec![Share { ratio: 0, posting: None }] }],
        };
        change(&mut event);
        Legacy { tenants: 1, events: vec![event], dead_events: Vec::new() }
    }

    fn aborts(change: impl FnOnce(&mut Event)) -> Option<(usize, String)> {
        abort(&one(change)).map(|abort| (abort.phase, abort.outcome.to_string()))
    }

    #[test]
    fn rows_at_the_limits_are_within_them() {
        assert_eq!(abort(&Legacy::default()), None);
        assert_eq!(aborts(|_| {}), None);
    }

    #[test]
    fn rows_outside_them_end_the_first_phase_that_meets_them() {
        let refused = |phase, outcome: &str| Some((phase, outcome.to_owned()));
        assert_eq!(aborts(|e| e.has_session = false), refused(1, "refused 23502 session_id"));
        assert_eq!(aborts(|e| e.splits[0].drift_cents = 2), refused(2, "refused P0001 check_allocation_sum"));
        let both = |event: &mut Event| {
            event.external_id = Some(" ".repeat(215));
            event.has_session = false;
        };
        assert_eq!(aborts(both), refused(1, "refused 22001"));
    }
}
