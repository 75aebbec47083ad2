INSERT INTO dead_events
    (tenant_id, source, error_code, error_detail, raw_payload, event_type, error_type, error_message)
VALUES ('90000000-0000-4000-8000-000000000001', 'shopify', 'TIMEOUT', '{}', '{}', 'purchase', 'timeout', 'no answer');
