-- A database that has been in use since its last phase: none of the legacy rows is left, and the application has written
-- others, with values of its own in every column that the phases filled in for the legacy rows.
SET session_replication_role = replica;
TRUNCATE tenants, attribution_events, attribution_allocations, revenue_ledger, dead_events, reconciliation_runs,
    revenue_state_transitions;
SET session_replication_role = origin;

INSERT INTO tenants (id, name, api_key_hash, notification_email) VALUES
    ('11000000-0000-4000-8000-000000000001', 'Delft Tiles', 'argon2-of-a-key', 'ops@tiles.example.com'),
    ('11000000-0000-4000-8000-000000000002', 'Essen Tools', 'argon2-of-another', 'ops@tools.example.com'),
    ('11000000-0000-4000-8000-000000000003', 'No rows yet', 'argon2-of-a-third', 'ops@none.example.com');
INSERT INTO attribution_events
    (id, tenant_id, occurred_at, session_id, revenue_cents, raw_payload, idempotency_key, event_type, channel, campaign_id,
     conversion_value_cents, currency, event_timestamp, processing_status, retry_count)
SELECT ('1e000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
       ('11000000-0000-4000-8000-00000000000' || 1 + n % 2)::uuid, timestamptz '2026-01-01 00:00:00+00' + n * interval '1 h',
       gen_random_uuid(), 100 * n, '{}', 'delivery-' || n, 'purchase', 'email', 'winter', 90 * n, 'EUR',
       timestamptz '2026-01-01 00:00:00+00' + n * interval '1 h', CASE n % 3 WHEN 0 THEN 'failed' ELSE 'pending' END, n % 4
FROM generate_series(1, 40) AS n;
INSERT INTO attribution_allocations
    (id, tenant_id, event_id, channel_code, allocated_revenue_cents, allocation_ratio, model_version, model_type,
     confidence_score, verified, verification_source, verification_timestamp)
SELECT ('1b000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, tenant_id, id, 'email', revenue_cents, 1, '2026-1',
       'bayesian', 0.873, true, 'processor', now()
FROM attribution_events CROSS JOIN LATERAL (SELECT revenue_cents / 100 AS n) AS number;
INSERT INTO revenue_ledger
    (id, tenant_id, allocation_id, revenue_cents, transaction_id, order_id, state, previous_state, amount_cents, currency,
     verification_source, verification_timestamp, metadata)
SELECT ('1d000000' || right(id::text, -8))::uuid, tenant_id, id, allocated_revenue_cents, 'charge-' || id, 'order-' || id,
       'refunded', 'captured', allocated_revenue_cents - 1, 'EUR', 'processor', now(), '{"rate": "1.08"}'
FROM attribution_allocations;
INSERT INTO revenue_state_transitions (ledger_id, from_state, to_state, reason)
SELECT id, 'captured', 'refunded', 'returned' FROM revenue_ledger;
INSERT INTO dead_events
    (tenant_id, source, error_code, error_detail, raw_payload, event_type, error_type, error_message, retry_count,
     last_retry_at, remediation_status, remediation_notes, resolved_at)
VALUES ('11000000-0000-4000-8000-000000000001', 'stripe', 'TIMEOUT', '{}', '{}', 'purchase', 'timeout', 'no answer', 3,
    now(), 'resolved', 'sent again', now());
INSERT INTO reconciliation_runs (tenant_id, last_run_at, state)
VALUES ('11000000-0000-4000-8000-000000000001', now(), 'completed');
REFRESH MATERIALIZED VIEW mv_realtime_revenue;
ANALYZE;
