//! Rows of the final schema as INSERT statements: every column that must be given is given, and ids say what they are.

use phasegate_database::Literal;
use phasegate_engine::fuzz::Insert;

/// The setting that says which tenant a session is of.
pub(super) const TENANT: &str = "app.current_tenant_id";

/// A time that is the same on every run.
const TIME: &str = "2025-11-15 12:00:00+00";

/// An id that says what it is of and which one it is; the suite's own rows have none like it.
fn id(kind: &str, number: usize) -> String {
    format!("{kind}0000000-0000-4000-9000-{number:012x}")
}

/// A value as an SQL literal.
pub(super) fn quoted(value: &str) -> String {
    Literal(value).to_string()
}

/// Values as the elements of an SQL array.
pub(super) fn quoted_all(values: impl IntoIterator<Item = String>) -> String {
    let quoted: Vec<String> = values.into_iter().map(|value| quoted(&value)).collect();
    quoted.join(", ")
}

/// The id of a tenant of a case.
pub(super) fn tenant_id(number: usize) -> String {
    id("a", number)
}

/// The id of an event of a case.
pub(super) fn event_id(number: usize) -> String {
    id("e", number)
}

/// The id of an allocation of a case.
pub(super) fn allocation_id(number: usize) -> String {
    id("b", number)
}

/// The id of a ledger row of a case.
pub(super) fn ledger_id(number: usize) -> String {
    id("d", number)
}

/// The id of a dead event of a case.
pub(super) fn dead_event_id(number: usize) -> String {
    id("f", number)
}

/// The id of anything else of a case.
pub(super) fn other_id(number: usize) -> String {
    id("c", number)
}

/// The channel codes of the taxonomy.
pub(super) const CHANNELS: [&str; 9] = [
    "direct",
    "email",
    "organic",
    "referral",
    "facebook_paid",
    "facebook_brand",
    "google_search_paid",
    "google_display_paid",
    "tiktok_paid",
];

pub(super) fn tenant(number: usize) -> Insert {
    Insert::into("tenants")
        .set("id", tenant_id(number))
        .set("name", format!("Tenant {number}"))
        .set("api_key_hash", format!("hash of the case {number}"))
        .set("notification_email", "tenant@example.com")
}

pub(super) fn event(number: usize, tenant: usize, revenue_cents: i32) -> Insert {
    Insert::into("attribution_events")
        .set("id", event_id(number))
        .set("tenant_id", tenant_id(tenant))
        .set("occurred_at", TIME)
        .set("session_id", other_id(number))
        .set("revenue_cents", revenue_cents)
        .set("raw_payload", "{}")
        .set("idempotency_key", format!("key of the case {number}"))
        .set("event_type", "purchase")
        .set("channel", "direct")
        .set("event_timestamp", TIME)
}

/// All of an event without revenue.
pub(super) fn allocation(number: usize, tenant: usize, event: usize) -> Insert {
    Insert::into("attribution_allocations")
        .set("id", allocation_id(number))
        .set("tenant_id", tenant_id(tenant))
        .set("event_id", event_id(event))
        .set("channel_code", CHANNELS[0])
        .set("allocated_revenue_cents", 0)
        .set("model_version", format!("v{number}"))
        .set("model_type", "linear")
        .set("confidence_score", "0.5")
}

pub(super) fn ledger(number: usize, tenant: usize, allocation: usize) -> Insert {
    Insert::into("revenue_ledger")
        .set("id", ledger_id(number))
        .set("tenant_id", tenant_id(tenant))
        .set("allocation_id", allocation_id(allocation))
        .set("transaction_id", format!("transaction of the case {number}"))
        .set("state", "captured")
        .set("amount_cents", 0)
        .set("verification_source", "processor")
        .set("verification_timestamp", TIME)
}

pub(super) fn dead_event(number: usize, tenant: usize) -> Insert {
    Insert::into("dead_events")
        .set("id", dead_event_id(number))
        .set("tenant_id", tenant_id(tenant))
        .set("source", "webhook")
        .set("error_code", "E1")
        .set("error_detail", "{}")
        .set("raw_payload", "{}")
        .set("event_type", "purchase")
        .set("error_type", "parse")
        .set("error_message", "no such field")
}

pub(super) fn reconciliation_run(number: usize, tenant: usize) -> Insert {
    Insert::into("reconciliation_runs")
        .set("id", other_id(number))
        .set("tenant_id", tenant_id(tenant))
        .set("last_run_at", TIME)
}

pub(super) fn transition(number: usize, ledger: usize) -> Insert {
    Insert::into("revenue_state_transitions")
        .set("id", other_id(number))
        .set("ledger_id", ledger_id(ledger))
        .set("to_state", "captured")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_with_the_same_columns_go_in_one_statement() {
        let row = |a| Insert::into("t").set("a", a).set_or_null("b", None::<&str>);
        let both = Insert::together([row("it's"), row("y")]).map(|insert| insert.to_string());
        assert_eq!(
            both.as_deref(),
            Some("INSERT INTO \"t\" (\"a\", \"b\") VALUES\n    ('it''s', NULL),\n    ('y', NULL)")
        );
    }

    #[test]
    fn a_column_that_is_set_again_holds_the_later_value() {
        let insert = Insert::into("t").set("a", 1).set("a", 2);
        assert_eq!(insert.to_string(), "INSERT INTO \"t\" (\"a\") VALUES\n    ('2')");
    }
}
