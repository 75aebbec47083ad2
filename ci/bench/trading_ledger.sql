-- What `trading-data verify --ledger` does, in SQL: the seed and context of every run, and of every ledger row the three
-- hashes, the sum, and the chain to the row before. Gives the number of rows, and of bad ones.

CREATE FUNCTION pg_temp.iso(at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;

CREATE FUNCTION pg_temp.hash(preimage text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT encode(sha256(convert_to(preimage, 'UTF8')), 'hex') $$;

WITH seeds AS MATERIALIZED (
    SELECT run_id, pg_temp.hash(concat_ws('|', run_id, account_id, run_mode, pg_temp.iso(origin_hour_ts_utc), random_seed,
        config_hash, data_snapshot_hash, code_version_sha)) AS seed
    FROM run_context
), economic AS (
    SELECT t.*, s.seed, pg_temp.hash(concat_ws('|', 'phase_5_cash_economic_event_v1', s.seed, t.run_id, t.account_id,
        t.run_mode, pg_temp.iso(t.origin_hour_ts_utc), pg_temp.iso(t.event_ts_utc), t.event_type, t.ref_type, t.ref_id,
        t.delta_cash, t.balance_before, t.balance_after, coalesce(f.row_hash, '\N'))) AS economic
    FROM cash_ledger t
    JOIN seeds s USING (run_id)
    LEFT JOIN order_fill f ON t.ref_type = 'ORDER_FILL' AND f.fill_id = t.ref_id
), hashed AS (
    SELECT e.*, pg_temp.hash(concat_ws('|', 'phase_5_cash_ledger_hash_v1', seed, ledger_seq,
        coalesce(prev_ledger_hash, '\N'), economic_event_hash, delta_cash, balance_before, balance_after)) AS ledger,
        pg_temp.hash(concat_ws('|', 'phase_5_cash_row_hash_v1', seed, run_id, run_mode, account_id,
            pg_temp.iso(event_ts_utc), pg_temp.iso(hour_ts_utc), event_type, ref_type, ref_id, delta_cash, balance_after,
            pg_temp.iso(origin_hour_ts_utc), ledger_seq, balance_before, coalesce(prev_ledger_hash, '\N'),
            economic_event_hash, ledger_hash)) AS whole
    FROM economic e
), chained AS (
    SELECT h.*, lag(ledger_seq) OVER w AS seq_before, lag(balance_after) OVER w AS balance_then,
        lag(ledger_hash) OVER w AS hash_before, lag(event_ts_utc) OVER w AS event_before
    FROM hashed h
    WINDOW w AS (PARTITION BY account_id, run_mode ORDER BY ledger_seq)
)
SELECT count(*) AS rows, count(*) FILTER (WHERE
    economic <> economic_event_hash OR ledger <> ledger_hash OR whole <> row_hash
    OR balance_after <> balance_before + delta_cash OR balance_after < 0
    OR ledger_seq <> coalesce(seq_before, 0) + 1 OR prev_ledger_hash IS DISTINCT FROM hash_before
    OR balance_before <> balance_then OR event_ts_utc < event_before) AS bad
FROM chained;
