INSERT INTO revenue_ledger
    (id, tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp)
VALUES ('9d000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-000000000001',
    '9b000000-0000-4000-8000-000000000001', 'transaction-of-the-test', 'captured', 1000, 'processor',
    '2025-11-15 12:00:00+00');
