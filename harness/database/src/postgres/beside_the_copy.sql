-- What CREATE DATABASE ... TEMPLATE leaves out: settings, comment, rights, owner and limit of the source, as statements for
-- its copy. The owner comes last: who is no superuser may not alter what belongs to another.
WITH source AS (
    SELECT oid, datdba, datacl, datconnlimit FROM pg_database WHERE datname = ${source}
),
copy AS (
    SELECT format('DATABASE %I', ${copy}) AS name
),
setting AS (
    SELECT s.setrole, split_part(config, '=', 1) AS name, substr(config, strpos(config, '=') + 1) AS value
    FROM pg_db_role_setting s JOIN source ON setdatabase = source.oid, unnest(setconfig) config
),
granted AS (
    SELECT a.* FROM source, aclexplode(datacl) a
),
statement (step, sql) AS (
    SELECT 1, CASE setrole WHEN 0 THEN format('ALTER %s', copy.name) ELSE format('ALTER ROLE %s IN %s', setrole::regrole, copy.name) END
        || format(' SET %I TO ', setting.name)
        -- A list of names is stored as it is written, and each of them is a value.
        || CASE WHEN setting.name IN ('local_preload_libraries', 'search_path', 'session_preload_libraries', 'temp_tablespaces')
                THEN (SELECT string_agg(quote_literal(coalesce(replace(m[1], '""', '"'), m[2])), ', ')
                      FROM regexp_matches(value, '"((?:[^"]|"")*)"|([^",\s]+)', 'g') m)
                ELSE quote_literal(value) END
    FROM setting, copy
    UNION ALL
    SELECT 2, format('COMMENT ON %s IS %L', copy.name, shobj_description(source.oid, 'pg_database'))
    FROM source, copy WHERE shobj_description(source.oid, 'pg_database') IS NOT NULL
    UNION ALL
    SELECT 2, format('SECURITY LABEL FOR %I ON %s IS %L', provider, copy.name, label)
    FROM pg_shseclabel JOIN source ON objoid = source.oid AND classoid = 'pg_database'::regclass, copy
    UNION ALL
    SELECT 2, format('ALTER %s CONNECTION LIMIT %s', copy.name, datconnlimit) FROM source, copy WHERE datconnlimit >= 0
    UNION ALL
    SELECT 3, format('ALTER %s OWNER TO %s', copy.name, datdba::regrole)
    FROM source, copy WHERE datdba <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
    UNION ALL
    SELECT 4, format('REVOKE ALL ON %s FROM PUBLIC, %s', copy.name, datdba::regrole) FROM source, copy WHERE datacl IS NOT NULL
    UNION ALL
    -- Whoever was granted by another than the owner, got it after the owner had granted that.
    SELECT CASE WHEN grantor = datdba THEN 5 ELSE 6 END,
           CASE WHEN grantor <> datdba THEN format('SET ROLE %s; ', grantor::regrole) ELSE '' END
        || format('GRANT %s ON %s TO %s', string_agg(privilege_type, ', '), copy.name, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END)
        || CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
        || CASE WHEN grantor <> datdba THEN '; RESET ROLE' ELSE '' END
    FROM granted, source, copy GROUP BY grantor, grantee, is_grantable, datdba, copy.name
)
SELECT string_agg(sql, '; ' ORDER BY step) FROM statement
