-- The hypertables and their dimensions, mostly from the views that TimescaleDB promises to keep. A last row without a key
-- tells that one of them is compressed.
WITH
hypertable AS MATERIALIZED (
    SELECT h.*, i.compression_enabled, i.tablespaces,
           CASE WHEN schema_name = 'public' THEN '' ELSE quote_ident(schema_name) || '.' END || quote_ident(table_name) AS name
    FROM _timescaledb_catalog.hypertable h
    JOIN timescaledb_information.hypertables i ON i.hypertable_schema = schema_name AND i.hypertable_name = table_name
)
SELECT 'hypertable ' || h.name AS key,
       string_agg(
           format('%s %s %s', lower(d.dimension_type), d.column_name,
               coalesce(d.time_interval::text, d.integer_interval::text, d.num_partitions::text))
           || CASE WHEN c.partitioning_func <> 'get_partition_hash'
                   THEN ' BY ' || quote_ident(c.partitioning_func_schema) || '.' || quote_ident(c.partitioning_func) ELSE '' END
           || coalesce(' NOW ' || quote_ident(c.integer_now_func_schema) || '.' || quote_ident(c.integer_now_func), '')
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
SELECT NULL, 'compression' WHERE EXISTS (SELECT FROM hypertable WHERE compression_enabled)
