INSERT INTO reconciliation_runs (tenant_id, last_run_at)
VALUES ('90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00');
