INSERT INTO attribution_allocations
    (id, tenant_id, event_id, channel_code, allocated_revenue_cents, model_version, model_type, confidence_score)
SELECT ('9b000000-0000-4000-8000-00000000000' || n)::uuid, '90000000-0000-4000-8000-000000000001',
       '9e000000-0000-4000-8000-000000000001', 'direct', 1000, 'test-' || n, 'last_touch', 0.5
FROM generate_series(1, 4) AS n;
