-- The migrated tables without rows, and the ledger without keys: they are made once its rows are there. Checks stay.

-- The last two are named because nothing refers from them to any of the others.
TRUNCATE account, asset, cost_profile, model_version, feature_definition, backtest_run, run_context, correlation_cluster,
    replay_manifest, meta_learner_component, portfolio_hourly_state_identity CASCADE;

DO $$
DECLARE
    key record;
BEGIN
    FOR key IN SELECT conname FROM pg_constraint WHERE conrelid = 'cash_ledger'::regclass AND contype IN ('p', 'u') LOOP
        EXECUTE format('ALTER TABLE cash_ledger DROP CONSTRAINT %I', key.conname);
    END LOOP;
    FOR key IN SELECT indexrelid::regclass AS name FROM pg_index WHERE indrelid = 'cash_ledger'::regclass LOOP
        EXECUTE format('DROP INDEX %s', key.name);
    END LOOP;
END;
$$;
