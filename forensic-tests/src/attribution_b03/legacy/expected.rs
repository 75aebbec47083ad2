//! What the phases must make of legacy rows: the rules of section 3, row by row, and not a word of their SQL.

use super::{
    Legacy,
    write::{share_number, time},
};
use crate::attribution_b03::{
    model::{Confidence, Decimal, idempotency_key},
    rows::{allocation_id, dead_event_id, event_id, ledger_id, other_id, tenant_id},
};

/// A query for the columns that a phase fills, one line a row, and the lines that it must give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The phase's index: 0 is phase 4.
    pub phase: usize,
    /// The rule in words.
    pub claim: &'static str,
    /// The query.
    pub query: &'static str,
    /// The lines.
    pub lines: Vec<String>,
}

/// What must be found after all phases, for rows within the limits.
#[must_use]
pub fn expected(legacy: &Legacy) -> Vec<Expected> {
    vec![
        tenants(legacy),
        events(legacy),
        allocations(legacy),
        ledger(legacy),
        dead_events(legacy),
        Expected {
            phase: 5,
            claim: "no legacy row gets a transition",
            query: "SELECT id::text FROM revenue_state_transitions",
            lines: Vec::new(),
        },
    ]
}

fn tenants(legacy: &Legacy) -> Expected {
    let line = |number| {
        let id = tenant_id(number);
        format!("{id} PLACEHOLDER_{id} placeholder@tenant-{id}.example.com")
    };
    Expected {
        phase: 0,
        claim: "tenants have placeholders made of their ids",
        query: "SELECT concat_ws(' ', id, api_key_hash, notification_email) FROM tenants ORDER BY id",
        lines: (0..legacy.tenants).map(line).collect(),
    }
}

fn events(legacy: &Legacy) -> Expected {
    let line = |(number, event): (usize, &super::Event)| {
        let id = event_id(number);
        let correlation = event.correlation.map(other_id);
        let key = idempotency_key(&tenant_id(event.tenant), event.external_id.as_deref(), correlation.as_deref(), &id);
        format!(
            "{id} {} 0 USD {} t processed {} unknown unknown campaigns=1 key={}",
            event.revenue_cents,
            time(event.minute),
            event.has_session,
            key.unwrap_or_default()
        )
    };
    Expected {
        phase: 1,
        claim: "events have a key, the revenue as value, their time, and count as processed",
        query: "SELECT concat_ws(' ', id, conversion_value_cents, retry_count, currency, event_timestamp, \
                processed_at = now(), processing_status, (session_id IS NOT NULL)::text, event_type, channel, \
                'campaigns=' || num_nulls(campaign_id), 'key=' || idempotency_key) FROM attribution_events ORDER BY id",
        lines: legacy.events.iter().enumerate().map(line).collect(),
    }
}

fn allocations(legacy: &Legacy) -> Expected {
    let mut lines = Vec::new();
    for (event, split, share, of) in shares(legacy) {
        let ratio = Decimal { units: of.ratio.into(), scale: 5 };
        let id = allocation_id(share_number(event, split, share));
        lines.push(format!("{id} unknown {} f 6", Confidence::text(ratio.rounded(3))));
    }
    Expected {
        phase: 2,
        claim: "allocations have their ratio, rounded half away from zero, as confidence, and are not verified",
        query: "SELECT concat_ws(' ', id, model_type, confidence_score, verified, num_nulls(\
                credible_interval_lower_cents, credible_interval_upper_cents, convergence_r_hat, \
                effective_sample_size, verification_source, verification_timestamp)) \
                FROM attribution_allocations ORDER BY id",
        lines,
    }
}

fn ledger(legacy: &Legacy) -> Expected {
    let mut lines = Vec::new();
    for (event, split, share, of) in shares(legacy) {
        let Some(posting) = &of.posting else { continue };
        let id = ledger_id(share_number(event, split, share));
        let state = if posting.is_verified { "captured" } else { "authorized" };
        let created = legacy.events[event].minute + 9;
        let verified = time(posting.verified_minute.unwrap_or(created));
        lines.push(format!("{id} legacy_{id} {state} {} USD legacy_migration {verified} 3", posting.revenue_cents));
    }
    Expected {
        phase: 3,
        claim: "ledger rows have a transaction made of their id, a state by whether they are verified, and a time",
        query: "SELECT concat_ws(' ', id, transaction_id, state, amount_cents, currency, verification_source, \
                verification_timestamp, num_nulls(order_id, previous_state, metadata)) \
                FROM revenue_ledger ORDER BY id",
        lines,
    }
}

fn dead_events(legacy: &Legacy) -> Expected {
    let line = |number| {
        let id = dead_event_id(number);
        format!("{id} unknown legacy_error 0 pending 4 Legacy dead event - details unavailable")
    };
    Expected {
        phase: 4,
        claim: "dead events have the fixed words of a legacy error",
        query: "SELECT concat_ws(' ', id, event_type, error_type, retry_count, remediation_status, num_nulls(\
                error_traceback, last_retry_at, remediation_notes, resolved_at), error_message) \
                FROM dead_events ORDER BY id",
        lines: (0..legacy.dead_events.len()).map(line).collect(),
    }
}

/// Every share with its event, split and place, in the order of its allocation's id.
fn shares(legacy: &Legacy) -> impl Iterator<Item = (usize, usize, usize, &super::Share)> {
    legacy.events.iter().enumerate().flat_map(|(event, of)| {
        of.splits
            .iter()
            .enumerate()
            .flat_map(move |(split, of)| of.shares.iter().enumerate().map(move |(share, of)| (event, split, share, of)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution_b03::legacy::{Event, Posting, Share, Split};

    fn legacy(posting: Posting) -> Legacy {
        Legacy {
            tenants: 1,
            events: vec![Event {
                tenant: 0,
                external_id: Some(String::new()),
                correlation: Some(1),
                has_session: true,
                revenue_cents: 7,
                minute: 0,
                splits: vec![Split { drift_cents: 0, shares: vec![Share { ratio: 39_950, posting: Some(posting) }] }],
            }],
            dead_events: Vec::new(),
        }
    }

    #[test]
    fn a_verified_row_without_a_time_takes_that_of_its_creation() {
        let posting = |is_verified, verified_minute| Posting { is_verified, verified_minute, revenue_cents: 5 };
        let line = |posting| expected(&legacy(posting))[3].lines[0].clone();
        assert!(line(posting(true, None)).contains(" captured 5 USD legacy_migration 2025-10-01 00:09:00+00 3"));
        assert!(line(posting(true, Some(60))).contains(" captured 5 USD legacy_migration 2025-10-01 01:00:00+00"));
        assert!(line(posting(false, Some(60))).contains(" authorized 5 USD legacy_migration 2025-10-01 01:00"));
    }

    #[test]
    fn ratios_are_rounded_and_an_empty_external_id_makes_a_key() {
        let posting = Posting { is_verified: false, verified_minute: None, revenue_cents: 0 };
        let expected = expected(&legacy(posting));
        assert!(expected[1].lines[0].ends_with(":ext:"));
        assert!(expected[2].lines[0].contains(" unknown 0.400 f "));
    }

    #[test]
    fn empty_tables_stay_empty() {
        assert!(expected(&Legacy::default()).iter().all(|table| table.lines.is_empty()));
    }
}
