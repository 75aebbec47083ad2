//! Legacy rows as statements for the baseline.

use phasegate_engine::fuzz::{Insert, Script};

use super::{Event, Legacy};
use crate::attribution_b03::{
    model::Decimal,
    rows::{CHANNELS, allocation_id, dead_event_id, event_id, ledger_id, other_id, tenant_id},
};

/// The columns that the tables have before the first phase.
pub const LEGACY_COLUMNS: [(&str, &[&str]); 5] = [
    ("tenants", &["id", "name", "created_at", "updated_at"]),
    (
        "attribution_events",
        &[
            "id",
            "tenant_id",
            "created_at",
            "updated_at",
            "occurred_at",
            "external_event_id",
            "correlation_id",
            "session_id",
            "revenue_cents",
            "raw_payload",
        ],
    ),
    (
        "attribution_allocations",
        &[
            "id",
            "tenant_id",
            "event_id",
            "created_at",
            "updated_at",
            "channel_code",
            "allocated_revenue_cents",
            "model_metadata",
            "correlation_id",
            "allocation_ratio",
            "model_version",
        ],
    ),
    (
        "revenue_ledger",
        &[
            "id",
            "tenant_id",
            "created_at",
            "updated_at",
            "revenue_cents",
            "is_verified",
            "verified_at",
            "reconciliation_run_id",
            "allocation_id",
            "posted_at",
        ],
    ),
    (
        "dead_events",
        &[
            "id",
            "tenant_id",
            "ingested_at",
            "source",
            "error_code",
            "error_detail",
            "raw_payload",
            "correlation_id",
            "external_event_id",
        ],
    ),
];

/// A minute of October 2025, as the server writes times in UTC.
pub(super) fn time(minute: u32) -> String {
    let (day, minute) = (minute / 1440, minute % 1440);
    format!("2025-10-{:02} {:02}:{:02}:00+00", day + 1, minute / 60, minute % 60)
}

/// The number of a share, which its allocation and its ledger row have in their ids.
pub(super) fn share_number(event: usize, split: usize, share: usize) -> usize {
    (event * 16 + split) * 16 + share
}

/// The version of the model that made a split of an event. That of the first is not known, though its ratios are.
fn model_version(split: usize) -> String {
    if split == 0 { "unknown".to_owned() } else { format!("v{split}") }
}

/// Documents that speak of the columns of the phases by their names, and say what is not theirs.
const EVENT_PAYLOAD: &str = r#"{"idempotency_key": "mine", "event_type": "purchase", "channel": "email", "campaign_id": "winter", "currency": "EUR"}"#;
const MODEL_METADATA: &str = r#"{"model_type": "bayesian", "confidence_score": 0.9, "verified": true}"#;
const ERROR_DETAIL: &str = r#"{"event_type": "purchase", "error_type": "timeout", "error_message": "no answer"}"#;

/// Writes the rows, as the session's user.
pub fn write(script: &mut Script, legacy: &Legacy) {
    let tenants = (0..legacy.tenants).map(|number| {
        Insert::into("tenants")
            .set("id", tenant_id(number))
            .set("name", format!("Tenant {number}"))
            .set("created_at", time(1))
            .set("updated_at", time(2))
    });
    given(script, Insert::together(tenants));
    let events = legacy.events.iter().enumerate();
    given(script, Insert::together(events.clone().map(|(n, event)| insert_event(n, event))));
    let is_balanced = |event: &Event| event.splits.iter().all(|s| s.balances(event.revenue_cents));
    // Splits that the trigger would refuse are there all the same: they are older than the trigger.
    let is_older = !legacy.events.iter().all(is_balanced);
    if is_older {
        script.given("ALTER TABLE attribution_allocations DISABLE TRIGGER trg_check_allocation_sum");
    }
    let mut postings = Vec::new();
    for (number, event) in events {
        for split in 0..event.splits.len() {
            given(script, Insert::together(allocations(number, event, split)));
            postings.extend(ledger_rows(number, event, split));
        }
    }
    if is_older {
        script.given("ALTER TABLE attribution_allocations ENABLE TRIGGER trg_check_allocation_sum");
    }
    given(script, Insert::together(postings));
    let dead_events = legacy.dead_events.iter().enumerate().map(|(number, dead)| {
        Insert::into("dead_events")
            .set("id", dead_event_id(number))
            .set("tenant_id", tenant_id(dead.tenant))
            .set("ingested_at", time(3))
            .set("source", "webhook")
            .set("error_code", &dead.error_code)
            .set("error_detail", ERROR_DETAIL)
            .set("raw_payload", EVENT_PAYLOAD)
    });
    given(script, Insert::together(dead_events));
}

fn given(script: &mut Script, insert: Option<Insert>) {
    if let Some(insert) = insert {
        script.given(insert.to_string());
    }
}

fn insert_event(number: usize, event: &Event) -> Insert {
    Insert::into("attribution_events")
        .set("id", event_id(number))
        .set("tenant_id", tenant_id(event.tenant))
        .set("created_at", time(event.minute + 5))
        .set("updated_at", time(event.minute + 6))
        .set("occurred_at", time(event.minute))
        .set_or_null("external_event_id", event.external_id.as_deref())
        .set_or_null("correlation_id", event.correlation.map(other_id))
        .set_or_null("session_id", event.has_session.then(|| other_id(number)))
        .set("revenue_cents", event.revenue_cents)
        .set("raw_payload", EVENT_PAYLOAD)
}

fn allocations(number: usize, event: &Event, split: usize) -> impl Iterator<Item = Insert> {
    let shares = &event.splits[split].shares;
    let cents = event.splits[split].cents(event.revenue_cents);
    shares.iter().zip(cents).enumerate().map(move |(share, (of, cents))| {
        let ratio = Decimal { units: of.ratio.into(), scale: 5 };
        Insert::into("attribution_allocations")
            .set("id", allocation_id(share_number(number, split, share)))
            .set("tenant_id", tenant_id(event.tenant))
            .set("event_id", event_id(number))
            .set("created_at", time(event.minute + 7))
            .set("updated_at", time(event.minute + 8))
            .set("channel_code", CHANNELS[share % CHANNELS.len()])
            .set("allocated_revenue_cents", cents)
            .set("allocation_ratio", ratio)
            .set("model_version", model_version(split))
            .set("model_metadata", MODEL_METADATA)
    })
}

fn ledger_rows(number: usize, event: &Event, split: usize) -> impl Iterator<Item = Insert> {
    let shares = event.splits[split].shares.iter().enumerate();
    shares.filter_map(move |(share, of)| {
        let posting = of.posting.as_ref()?;
        let number = share_number(number, split, share);
        let row = Insert::into("revenue_ledger")
            .set("id", ledger_id(number))
            .set("tenant_id", tenant_id(event.tenant))
            .set("created_at", time(event.minute + 9))
            .set("updated_at", time(event.minute + 10))
            .set("revenue_cents", posting.revenue_cents)
            .set("is_verified", posting.is_verified)
            .set_or_null("verified_at", posting.verified_minute.map(time))
            .set("allocation_id", allocation_id(number))
            .set("posted_at", time(event.minute + 11));
        Some(row)
    })
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times_are_written_as_the_server_writes_them() {
        assert_eq!(time(0), "2025-10-01 00:00:00+00");
        assert_eq!(time(40_011), "2025-10-28 18:51:00+00");
    }
}
