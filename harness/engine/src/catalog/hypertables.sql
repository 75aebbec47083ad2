-- What TimescaleDB knows of a schema, mostly from the views that it promises to keep. What it numbers itself (jobs, chunks, its
-- own tables) and when a job next runs differ between two honest runs, and are left out.
WITH
hypertable AS (
    SELECT h.*, i.compression_enabled, i.tablespaces,
           CASE WHEN schema_name = 'public' THEN '' ELSE quote_ident(schema_name) || '.' END || quote_ident(table_name) AS name
    FROM _timescaledb_catalog.hypertable h
    JOIN timescaledb_information.hypertables i ON i.hypertable_schema = schema_name AND i.hypertable_name = table_name
),
aggregate AS (
    SELECT a.*, CASE WHEN view_schema = 'public' THEN '' ELSE quote_ident(view_schema) || '.' END || quote_ident(view_name) AS name
    FROM timescaledb_information.continuous_aggregates a
)
SELECT 'hypertable ' || h.name AS key,
       string_agg(
           format('%s %s %s', lower(d.dimension_type), d.column_name,
               coalesce(d.time_interval::text, d.integer_interval::text, d.num_partitions::text))
           || CASE WHEN c.partitioning_func <> 'get_partition_hash' THEN format(' BY %I.%I', c.partitioning_func_schema, c.partitioning_func) ELSE '' END
           || coalesce(format(' NOW %I.', c.integer_now_func_schema) || quote_ident(c.integer_now_func), '')
           || coalesce(' COMPRESSED BY ' || c.compress_interval_length, ''),
           ', ' ORDER BY d.dimension_number)
       || CASE WHEN h.compression_enabled THEN ', compression' ELSE '' END
       || CASE WHEN h.chunk_target_size > 0
               THEN format(', chunks of %s bytes by %I.%I', h.chunk_target_size, h.chunk_sizing_func_schema, h.chunk_sizing_func_name) ELSE '' END
       || coalesce(', TABLESPACE ' || array_to_string(h.tablespaces, ' '), '') AS definition
FROM hypertable h
JOIN timescaledb_information.dimensions d ON d.hypertable_schema = h.schema_name AND d.hypertable_name = h.table_name
JOIN _timescaledb_catalog.dimension c ON c.hypertable_id = h.id AND c.column_name = d.column_name
GROUP BY h.name, h.compression_enabled, h.chunk_target_size, h.chunk_sizing_func_schema, h.chunk_sizing_func_name, h.tablespaces
UNION ALL
SELECT 'compression ' || h.name,
       concat_ws(' ', 'SEGMENT BY ' || string_agg(quote_ident(attname), ', ' ORDER BY segmentby_column_index) FILTER (WHERE segmentby_column_index > 0),
           'ORDER BY ' || string_agg(quote_ident(attname) || CASE WHEN orderby_asc THEN '' ELSE ' DESC' END
               || CASE WHEN orderby_nullsfirst THEN ' NULLS FIRST' ELSE ' NULLS LAST' END, ', ' ORDER BY orderby_column_index) FILTER (WHERE orderby_column_index > 0),
           'INDEX ' || (SELECT to_jsonb(s) ->> 'index' FROM _timescaledb_catalog.compression_settings s
                        WHERE relid = format('%I.%I', h.schema_name, h.table_name)::regclass))
FROM hypertable h JOIN timescaledb_information.compression_settings s ON s.hypertable_schema = h.schema_name AND s.hypertable_name = h.table_name
GROUP BY h.name, h.schema_name, h.table_name
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
               format('CHECK %I.', check_schema) || quote_ident(check_name),
               'CONFIG ' || (config - CASE WHEN proc_schema ~ '^_timescaledb' THEN ARRAY['hypertable_id', 'mat_hypertable_id'] ELSE '{}' END)::text) AS definition
    FROM timescaledb_information.jobs j
    LEFT JOIN aggregate a ON (a.view_schema, a.view_name) = (j.hypertable_schema, j.hypertable_name)
        OR (a.materialization_hypertable_schema, a.materialization_hypertable_name) = (j.hypertable_schema, j.hypertable_name)
    -- The numbers below belong to the extension.
    WHERE job_id >= 1000
) j
GROUP BY key
