INSERT INTO attribution_events
    (id, tenant_id, occurred_at, session_id, revenue_cents, raw_payload, idempotency_key, event_type, channel,
     event_timestamp)
VALUES ('9e000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00',
    '95000000-0000-4000-8000-000000000001', 1000, '{}', 'key-of-the-test', 'purchase', 'direct',
    '2025-11-15 12:00:00+00');
