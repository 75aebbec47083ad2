-- The hypertables and their dimensions, from the views that TimescaleDB promises to keep.
SELECT 'hypertable ' || CASE WHEN d.hypertable_schema = 'public' THEN '' ELSE quote_ident(d.hypertable_schema) || '.' END
           || quote_ident(d.hypertable_name) AS key,
       string_agg(
           format('%s %s %s', lower(d.dimension_type), d.column_name,
               coalesce(d.time_interval::text, d.integer_interval::text, d.num_partitions::text)),
           ', ' ORDER BY d.dimension_number)
       || CASE WHEN bool_or(h.compression_enabled) THEN ', compression' ELSE '' END AS definition
FROM timescaledb_information.dimensions d
JOIN timescaledb_information.hypertables h USING (hypertable_schema, hypertable_name)
GROUP BY d.hypertable_schema, d.hypertable_name
