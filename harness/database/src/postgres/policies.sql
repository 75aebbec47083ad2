-- The jobs and the continuous aggregates of TimescaleDB. What it numbers itself (jobs, hypertables, the tables behind an
-- aggregate) and when a job next runs differ between two honest runs, and are left out.
WITH
before AS MATERIALIZED (
    SELECT current_setting('search_path') AS path
),
aggregate AS (
    SELECT a.*, CASE WHEN view_schema = 'public' THEN '' ELSE quote_ident(view_schema) || '.' END || quote_ident(view_name) AS name
    FROM timescaledb_information.continuous_aggregates a
)
-- As in `postgres.sql`: the path that names are read by.
SELECT NULL AS key, NULL AS definition FROM before WHERE set_config('search_path', 'public, pg_temp', true) IS NULL
UNION ALL
SELECT 'continuous aggregate ' || name,
       view_definition || CASE WHEN materialized_only THEN ' MATERIALIZED ONLY' ELSE '' END || CASE WHEN compression_enabled THEN ' compression' ELSE '' END
FROM aggregate
UNION ALL
-- What stands in the view itself names a table that TimescaleDB numbers.
SELECT 'view ' || name, 'continuous aggregate' FROM aggregate
UNION ALL
SELECT key, string_agg(definition, '; ' ORDER BY definition)
FROM (
    SELECT 'job ' || CASE WHEN proc_schema IN ('public', '_timescaledb_functions') THEN '' ELSE quote_ident(proc_schema) || '.' END || quote_ident(proc_name)
               || coalesce(' of ' || coalesce(a.name, CASE WHEN j.hypertable_schema = 'public' THEN '' ELSE quote_ident(j.hypertable_schema) || '.' END
                                                      || quote_ident(j.hypertable_name)), '') AS key,
           concat_ws(' ', 'EVERY ' || schedule_interval, CASE WHEN NOT fixed_schedule THEN 'AFTER THE LAST' END, 'MAX RUNTIME ' || max_runtime,
               'RETRIES ' || max_retries, 'RETRY PERIOD ' || retry_period, 'OWNER ' || owner,
               'NAME ' || quote_literal(regexp_replace(application_name, ' \[\d+\]$', '')), CASE WHEN NOT scheduled THEN 'NOT SCHEDULED' END,
               'CHECK ' || quote_ident(check_schema) || '.' || quote_ident(check_name),
               'CONFIG ' || (config - CASE WHEN proc_schema ~ '^_timescaledb' THEN ARRAY['hypertable_id', 'mat_hypertable_id'] ELSE '{}' END)::text) AS definition
    FROM timescaledb_information.jobs j
    LEFT JOIN aggregate a ON (a.view_schema, a.view_name) = (j.hypertable_schema, j.hypertable_name)
        OR (a.materialization_hypertable_schema, a.materialization_hypertable_name) = (j.hypertable_schema, j.hypertable_name)
    -- The numbers below belong to the extension.
    WHERE job_id >= 1000
) j
GROUP BY key
UNION ALL
SELECT NULL, NULL FROM before WHERE set_config('search_path', path, true) IS NULL
