-- What TimescaleDB's Apache edition makes of a schema, and what its other edition would write into its catalog.
CREATE TABLE sensors (id integer PRIMARY KEY);
CREATE TABLE readings (at timestamptz NOT NULL, sensor integer NOT NULL, value float8);
SELECT create_hypertable('readings', 'at', chunk_time_interval => interval '1 day');
SELECT add_dimension('readings', 'sensor', number_partitions => 4);
CREATE TABLE ticks (at bigint NOT NULL, value float8);
SELECT create_hypertable('ticks', 'at', chunk_time_interval => 1000);
CREATE FUNCTION now_1() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 1::bigint';
CREATE FUNCTION now_2() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 2::bigint';
SELECT set_integer_now_func('ticks', 'now_1');
UPDATE _timescaledb_catalog.hypertable SET compression_state = 1, status = status | 4 WHERE table_name = 'ticks';
INSERT INTO _timescaledb_catalog.compression_settings (relid, segmentby, orderby, orderby_desc, orderby_nullsfirst)
VALUES ('ticks', '{value}', '{at}', '{true}', '{true}');
CREATE FUNCTION spread(anyelement) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 7';
CREATE TABLE samples (at timestamptz NOT NULL, value float8);
SELECT create_hypertable('samples', 'at');
CREATE TABLE plain (at timestamptz NOT NULL, value float8);
CREATE PROCEDURE sweep(job_id integer, config jsonb) LANGUAGE plpgsql AS $$BEGIN RETURN; END$$;
INSERT INTO _timescaledb_config.bgw_job
    (application_name, schedule_interval, max_runtime, max_retries, retry_period, proc_schema, proc_name, hypertable_id, config)
SELECT 'Retention Policy [1000]', '1 day', '1 h', -1, '5 min', '_timescaledb_functions', 'policy_retention', id,
       format('{"drop_after": "30 days", "hypertable_id": %s}', id)::jsonb
FROM _timescaledb_catalog.hypertable WHERE table_name = 'readings';
CREATE TABLE behind (at timestamptz NOT NULL, total float8);
SELECT create_hypertable('behind', 'at');
CREATE VIEW _timescaledb_internal.direct AS SELECT time_bucket('1 day', at) AS at, sum(value) AS total FROM readings GROUP BY 1;
CREATE VIEW daily AS SELECT at, total FROM behind;
INSERT INTO _timescaledb_catalog.continuous_agg
    (mat_hypertable_id, raw_hypertable_id, user_view_schema, user_view_name, partial_view_schema, partial_view_name,
     direct_view_schema, direct_view_name)
SELECT b.id, r.id, 'public', 'daily', '_timescaledb_internal', 'partial', '_timescaledb_internal', 'direct'
FROM _timescaledb_catalog.hypertable b, _timescaledb_catalog.hypertable r WHERE b.table_name = 'behind' AND r.table_name = 'readings';
CREATE TABLE days (day timestamptz PRIMARY KEY);
SELECT create_hypertable('days', 'day');
CREATE TABLE diary (day timestamptz REFERENCES days, entry text);
