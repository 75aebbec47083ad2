INSERT INTO revenue_ledger
    (id, tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp)
VALUES ('9d000000-0000-4000-8000-000000000003', '90000000-0000-4000-8000-000000000001',
    '9b000000-0000-4000-8000-000000000003', 'another-transaction', 'authorized', 1000, 'processor',
    '2025-11-15 12:00:00+00');
INSERT INTO revenue_state_transitions (ledger_id, from_state, to_state) VALUES
    ('9d000000-0000-4000-8000-000000000001', NULL, 'authorized'),
    ('9d000000-0000-4000-8000-000000000001', 'authorized', 'captured'),
    ('9d000000-0000-4000-8000-000000000003', NULL, 'authorized');
