INSERT INTO attribution_events
    (id, tenant_id, occurred_at, session_id, revenue_cents, raw_payload, idempotency_key, event_type, channel,
     event_timestamp)
VALUES ('9e000000-0000-4000-8000-000000000002', '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00',
    '95000000-0000-4000-8000-000000000001', 1, '{}', 'another-key', 'purchase', 'direct', '2025-11-15 12:00:00+00');
INSERT INTO attribution_allocations
    (id, tenant_id, event_id, channel_code, allocated_revenue_cents, model_version, model_type, confidence_score)
VALUES ('9b000000-0000-4000-8000-000000000005', '90000000-0000-4000-8000-000000000001',
    '9e000000-0000-4000-8000-000000000002', 'direct', 1, 'test-1', 'last_touch', 0.5);
