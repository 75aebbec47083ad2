-- How the hypertables are compressed. What TimescaleDB chooses by itself when it first compresses a chunk is not told.
SELECT 'compression ' || CASE WHEN schema_name = 'public' THEN '' ELSE quote_ident(schema_name) || '.' END || quote_ident(table_name) AS key,
       concat_ws(' ', 'SEGMENT BY ' || (SELECT string_agg(quote_ident(c), ', ' ORDER BY n) FROM unnest(segmentby) WITH ORDINALITY u (c, n)),
           'ORDER BY ' || (SELECT string_agg(quote_ident(c) || CASE WHEN d THEN ' DESC' ELSE '' END
                                  || CASE WHEN f THEN ' NULLS FIRST' ELSE ' NULLS LAST' END, ', ' ORDER BY n)
                           FROM ROWS FROM (unnest(orderby), unnest(orderby_desc), unnest(orderby_nullsfirst)) WITH ORDINALITY u (c, d, f, n)),
           'INDEX ' || (to_jsonb(s) ->> 'index')) AS definition
FROM _timescaledb_catalog.hypertable h
JOIN _timescaledb_catalog.compression_settings s ON s.relid = format('%I.%I', schema_name, table_name)::regclass
WHERE schema_name !~ '^_timescaledb'
