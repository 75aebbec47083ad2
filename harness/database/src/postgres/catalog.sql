-- Every object of the database that its author made: one row of key and definition each. What belongs to the system, to
-- an extension or to TimescaleDB's own schemas is left out, and so is whatever differs between two honest runs (oids,
-- column numbers, statistics). What is at its default prints nothing. Kinds that few schemas have are in `rest.sql`; which
-- of them are there is told by the last rows, without a key, and so are subscriptions.
WITH RECURSIVE
before AS MATERIALIZED (
    SELECT current_setting('search_path') AS path
),
named_schema AS (
    SELECT n.oid, n.nspname, n.nspacl, n.nspowner,
           CASE WHEN n.nspname = 'public' THEN '' ELSE quote_ident(n.nspname) || '.' END AS prefix
    FROM pg_namespace n
    WHERE n.nspname !~ '^(pg_|_?timescaledb)' AND n.nspname <> 'information_schema'
),
-- Of the dependencies: what belongs to an extension or goes with one, which sequence belongs to which column, which functions
-- a type brings with it, and what of the seldom kinds there is.
dependency AS MATERIALIZED (
    SELECT classid, objid, refclassid, refobjid, refobjsubid, deptype
    FROM pg_depend
    WHERE deptype IN ('e', 'x')
       OR deptype IN ('a', 'i') AND refobjsubid > 0 AND classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass
       OR deptype = 'n' AND refclassid = 'pg_namespace'::regclass AND classid NOT IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_extension'::regclass)
       OR deptype = 'a' AND classid = 'pg_rewrite'::regclass
       OR deptype = 'i' AND classid = 'pg_proc'::regclass
),
extension_member AS (
    SELECT classid, objid FROM dependency WHERE deptype = 'e'
),
relation AS MATERIALIZED (
    SELECT c.*, prefix || quote_ident(c.relname) AS name,
           CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'matview' WHEN 'S' THEN 'sequence' WHEN 'i' THEN 'index'
                        WHEN 'I' THEN 'index' ELSE 'table' END AS kind
    -- Here and below, OFFSET 0 lets the cheap condition go first: most objects are the system's.
    FROM (SELECT c.*, nspname, prefix FROM pg_class c JOIN named_schema s ON s.oid = c.relnamespace OFFSET 0) c
    WHERE NOT EXISTS (SELECT FROM extension_member e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid)
),
attribute AS MATERIALIZED (
    SELECT r.name AS relation, r.relkind, r.relowner, r.relispartition, r.relname, a.*,
           -- Some builds of the server keep a number of their own among the options.
           (SELECT array_agg(option) FROM unnest(attoptions) option WHERE option NOT LIKE 'pg\_%') AS options
    FROM relation r
    CROSS JOIN LATERAL (
        SELECT * FROM pg_attribute WHERE attrelid = r.oid AND attnum > 0 AND NOT attisdropped OFFSET 0
    ) a
    WHERE r.relkind IN ('r', 'p', 'f', 'v', 'm')
),
routine AS (
    SELECT p.*, prefix || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS name
    FROM (SELECT p.*, prefix FROM pg_proc p JOIN named_schema s ON s.oid = p.pronamespace OFFSET 0) p
    WHERE NOT EXISTS (SELECT FROM dependency d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
),
-- NOT NULL is said by the column; from PostgreSQL 18 on it is a constraint as well, whose name is usually made of those
-- of table and column, cut to fit; the table may be the one that it was copied from, or what it was called before.
table_constraint AS MATERIALIZED (
    SELECT c.*, r.name || '.' || quote_ident(c.conname) AS name
    FROM pg_constraint c JOIN relation r ON r.oid = c.conrelid
    WHERE c.contype <> 't'
      -- A reference to a hypertable has one more for each of its chunks, which come and go with the rows.
      AND NOT (c.contype = 'f' AND c.conparentid <> 0 AND EXISTS (
          SELECT FROM pg_class p JOIN pg_namespace n ON n.oid = p.relnamespace
          WHERE p.oid = c.confrelid AND n.nspname ~ '^_?timescaledb'))
),
not_null AS (
    SELECT conrelid, conkey[1] AS attnum, conname, connoinherit, convalidated, conislocal
    FROM table_constraint WHERE contype = 'n'
),
object (class, oid, sub, kind, name, definition, owner, acl, acl_kind) AS MATERIALIZED (
    SELECT 'pg_namespace'::regclass, s.oid, 0, 'schema', quote_ident(nspname),
           CASE WHEN nspname <> 'public' THEN 'schema' END, nspowner, nspacl, 'n'::"char"
    FROM named_schema s
    UNION ALL
    SELECT 'pg_extension'::regclass, e.oid, 0, 'extension', quote_ident(extname),
           extversion || CASE WHEN n.nspname <> 'public' THEN ' SCHEMA ' || quote_ident(n.nspname) ELSE '' END,
           extowner, NULL, NULL
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname <> 'plpgsql'
    UNION ALL
    SELECT 'pg_class'::regclass, r.oid, 0, r.kind, r.name,
           CASE r.relkind
               WHEN 'r' THEN 'table'
               WHEN 'p' THEN 'partitioned table ' || pg_get_partkeydef(r.oid)
               WHEN 'f' THEN 'foreign table' || (
                   SELECT ' SERVER ' || quote_ident(srvname) || coalesce(' OPTIONS (' || array_to_string(ftoptions, ', ') || ')', '')
                   FROM pg_foreign_table t JOIN pg_foreign_server v ON v.oid = t.ftserver WHERE t.ftrelid = r.oid)
               WHEN 'v' THEN pg_get_viewdef(r.oid)
               WHEN 'm' THEN pg_get_viewdef(r.oid) || CASE WHEN relispopulated THEN ' POPULATED' ELSE ' NOT POPULATED' END
               WHEN 'S' THEN (
                   SELECT format('%s START %s INCREMENT %s MINVALUE %s MAXVALUE %s CACHE %s%s', format_type(q.seqtypid, NULL),
                       q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache,
                       CASE WHEN q.seqcycle THEN ' CYCLE' ELSE '' END)
                   FROM pg_sequence q WHERE q.seqrelid = r.oid)
           END
           || coalesce(' OWNED BY ' || w.column, '')
           || CASE WHEN reloftype <> 0 THEN ' OF ' || format_type(reloftype, NULL) ELSE '' END
           || coalesce((
               SELECT CASE WHEN r.relispartition THEN ' PARTITION OF ' || string_agg(p.name, '') ELSE
                      ' INHERITS (' || string_agg(p.name, ', ' ORDER BY inhseqno) || ')' END
               FROM pg_inherits JOIN relation p ON p.oid = inhparent WHERE inhrelid = r.oid), '')
           || CASE WHEN r.relispartition THEN ' ' || coalesce(pg_get_expr(relpartbound, r.oid), '') ELSE '' END
           || CASE relpersistence WHEN 'u' THEN ' UNLOGGED' ELSE '' END
           || CASE WHEN relam NOT IN (0, 2) THEN ' USING ' || (SELECT quote_ident(amname) FROM pg_am WHERE oid = relam) ELSE '' END
           || coalesce(' WITH (' || array_to_string(reloptions || (
                  SELECT array_agg('toast.' || option) FROM pg_class t, unnest(t.reloptions) option WHERE t.oid = r.reltoastrelid
              ), ', ') || ')', '')
           || CASE WHEN reltablespace <> 0 THEN ' TABLESPACE ' || (SELECT quote_ident(spcname) FROM pg_tablespace WHERE oid = reltablespace) ELSE '' END
           || CASE relreplident WHEN 'f' THEN ' REPLICA IDENTITY FULL' WHEN 'n' THEN ' REPLICA IDENTITY NOTHING' ELSE '' END,
           relowner, relacl, CASE r.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char"
    FROM relation r
    LEFT JOIN (
        SELECT objid, a.relation || '.' || quote_ident(a.attname) AS column
        FROM dependency d JOIN attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE refobjsubid > 0
    ) w ON r.relkind = 'S' AND w.objid = r.oid
    WHERE r.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
    UNION ALL
    SELECT 'pg_class'::regclass, a.attrelid, a.attnum, 'column', a.relation || '.' || quote_ident(a.attname),
           CASE WHEN a.relkind IN ('r', 'p', 'f') OR d.adbin IS NOT NULL OR a.attstattarget >= 0 OR a.options IS NOT NULL
                     OR a.relkind = 'm' AND a.attstorage <> t.typstorage THEN
           format_type(a.atttypid, a.atttypmod)
           || CASE WHEN a.attcollation NOT IN (0, t.typcollation) THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END
           || CASE WHEN a.attnotnull THEN
                  CASE WHEN n.conname <> CASE
                      WHEN length(a.relname) + length(a.attname) <= 53 THEN a.relname || '_' || a.attname
                      WHEN length(a.attname) <= 26 THEN left(a.relname, 53 - length(a.attname)) || '_' || a.attname
                      WHEN length(a.relname) <= 26 THEN a.relname || '_' || left(a.attname, 53 - length(a.relname))
                      ELSE left(a.relname, 27) || '_' || left(a.attname, 26) END || '_not_null'
                      AND right(n.conname, length(a.attname) + 10) <> '_' || a.attname || '_not_null'
                  THEN ' CONSTRAINT ' || quote_ident(n.conname) ELSE '' END || ' NOT NULL'
                  || CASE WHEN n.connoinherit THEN ' NO INHERIT' ELSE '' END
                  || CASE WHEN NOT n.convalidated THEN ' NOT VALID' ELSE '' END
              ELSE '' END
           || CASE a.attidentity WHEN 'a' THEN ' GENERATED ALWAYS AS IDENTITY' WHEN 'd' THEN ' GENERATED BY DEFAULT AS IDENTITY'
                   ELSE '' END
           || CASE a.attgenerated
                   WHEN 's' THEN ' GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ') STORED'
                   WHEN 'v' THEN ' GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ') VIRTUAL'
                   ELSE coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') END
           || CASE WHEN a.attinhcount > 0 AND NOT a.relispartition AND NOT a.attislocal THEN ' INHERITED' ELSE '' END
           || CASE WHEN a.attstorage <> t.typstorage THEN ' STORAGE '
                   || CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END ELSE '' END
           || CASE a.attcompression WHEN 'p' THEN ' COMPRESSION pglz' WHEN 'l' THEN ' COMPRESSION lz4' ELSE '' END
           || CASE WHEN a.attstattarget >= 0 THEN ' STATISTICS ' || a.attstattarget ELSE '' END
           || coalesce(' SET (' || array_to_string(a.options, ', ') || ')', '')
           || coalesce(' OPTIONS (' || array_to_string(a.attfdwoptions, ', ') || ')', '')
           END,
           a.relowner, a.attacl, 'c'
    FROM attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN not_null n ON n.conrelid = a.attrelid AND n.attnum = a.attnum
    UNION ALL
    SELECT 'pg_constraint'::regclass, oid, 0, 'constraint', name,
           CASE WHEN contype <> 'n' THEN pg_get_constraintdef(oid) || CASE WHEN conislocal THEN '' ELSE ' INHERITED' END END,
           NULL, NULL, NULL
    FROM table_constraint
    UNION ALL
    SELECT 'pg_class'::regclass, i.oid, 0, 'index', i.name,
           CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END || 'ON ' || t.name
           || regexp_replace(pg_get_indexdef(x.indexrelid), '^.*? USING ', ' USING ')
           || CASE WHEN NOT x.indisvalid THEN ' INVALID' ELSE '' END
           || CASE WHEN NOT x.indisready THEN ' NOT READY' ELSE '' END
           || CASE WHEN x.indisclustered THEN ' CLUSTERED' ELSE '' END
           || CASE WHEN x.indisreplident THEN ' REPLICA IDENTITY' ELSE '' END
           || CASE WHEN i.reltablespace <> 0 THEN ' TABLESPACE ' || (SELECT quote_ident(spcname) FROM pg_tablespace WHERE oid = i.reltablespace) ELSE '' END
           || CASE WHEN i.relispartition THEN ' PARTITION OF ' || (
                  SELECT p.name FROM pg_inherits JOIN relation p ON p.oid = inhparent WHERE inhrelid = i.oid) ELSE '' END
           || coalesce((
                  SELECT ' STATISTICS (' || string_agg(attnum || ' = ' || attstattarget, ', ' ORDER BY attnum) || ')'
                  FROM pg_attribute WHERE attrelid = i.oid AND attstattarget >= 0), ''),
           NULL, NULL, NULL
    FROM pg_index x JOIN relation i ON i.oid = x.indexrelid JOIN relation t ON t.oid = x.indrelid
    UNION ALL
    SELECT 'pg_trigger'::regclass, t.oid, 0, 'trigger', r.name || '.' || quote_ident(t.tgname),
           regexp_replace(
               replace(pg_get_triggerdef(t.oid), ' ON ' || quote_ident(r.nspname) || '.' || quote_ident(r.relname) || ' ', ' '),
               '^CREATE (CONSTRAINT )?TRIGGER \S+ ', '\1')
           || CASE tgenabled WHEN 'O' THEN '' WHEN 'D' THEN ' DISABLED' WHEN 'R' THEN ' ENABLED REPLICA' ELSE ' ENABLED ALWAYS' END
           || CASE WHEN tgparentid <> 0 THEN ' INHERITED' ELSE '' END,
           NULL, NULL, NULL
    FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND t.tgname NOT IN ('ts_insert_blocker', 'ts_cagg_invalidation_trigger')
    UNION ALL
    SELECT 'pg_proc'::regclass, p.oid, 0, 'function', p.name,
           format('%s RETURNS %s LANGUAGE %s %s%s%s%s%s%s%s%s%s%s%s body %s',
               CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window' ELSE 'function' END,
               coalesce(pg_get_function_result(p.oid), 'void'), l.lanname,
               CASE p.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
               CASE WHEN p.proisstrict THEN ' STRICT' ELSE '' END,
               CASE WHEN p.prosecdef THEN ' SECURITY DEFINER' ELSE '' END,
               CASE WHEN p.proleakproof THEN ' LEAKPROOF' ELSE '' END,
               CASE p.proparallel WHEN 's' THEN ' PARALLEL SAFE' WHEN 'r' THEN ' PARALLEL RESTRICTED' ELSE '' END,
               CASE WHEN p.procost <> CASE WHEN p.prolang IN (12, 13) THEN 1 ELSE 100 END AND p.prokind <> 'a'
                    THEN ' COST ' || p.procost ELSE '' END,
               CASE WHEN p.proretset AND p.prorows <> 1000 THEN ' ROWS ' || p.prorows ELSE '' END,
               CASE WHEN p.prosupport <> 0 THEN ' SUPPORT ' || p.prosupport ELSE '' END,
               (SELECT ' TRANSFORM ' || string_agg('FOR TYPE ' || format_type(o, NULL), ', ') FROM unnest(p.protrftypes) o),
               coalesce(' SET ' || array_to_string(p.proconfig, ', '), ''),
               coalesce(' ARGUMENTS (' || nullif(pg_get_function_arguments(p.oid), pg_get_function_identity_arguments(p.oid)) || ')', '')
                   || coalesce(' AS ' || quote_literal(p.probin), ''),
               md5(coalesce(pg_get_function_sqlbody(p.oid), p.prosrc))),
           p.proowner, p.proacl, 'f'
    FROM routine p JOIN pg_language l ON l.oid = p.prolang
    UNION ALL
    SELECT 'pg_policy'::regclass, p.oid, 0, 'policy', r.name || '.' || quote_ident(p.polname),
           CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END
           || ' FOR ' || CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END
           || ' TO ' || (SELECT string_agg(CASE role WHEN 0 THEN 'public' ELSE role::regrole::text END, ', ' ORDER BY role::regrole::text)
                         FROM unnest(polroles) role)
           || coalesce(' USING (' || pg_get_expr(polqual, polrelid) || ')', '')
           || coalesce(' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')', ''),
           NULL, NULL, NULL
    FROM pg_policy p JOIN relation r ON r.oid = p.polrelid
),
-- What belongs to the whole server is shared with others, who come and go, so that only what this database names counts: its
-- own entry, the tablespaces that it uses, and the roles that own something here, have a right, a policy or a setting here,
-- or are tied to such a role by membership. Roles of the system itself are left out.
this_database AS (
    SELECT * FROM pg_database WHERE datname = current_database()
),
known_role (oid) AS (
    (
        SELECT d.refobjid FROM pg_shdepend d, this_database t
        WHERE d.refclassid = 'pg_authid'::regclass
          AND (d.dbid = t.oid OR d.dbid = 0 AND d.classid = 'pg_database'::regclass AND d.objid = t.oid)
        UNION
        SELECT setrole FROM pg_db_role_setting JOIN this_database t ON setdatabase = t.oid
    )
    UNION
    SELECT CASE WHEN m.member = k.oid THEN m.roleid ELSE m.member END
    FROM known_role k JOIN pg_auth_members m ON k.oid IN (m.member, m.roleid)
    WHERE k.oid >= 16384
),
whole (class, oid, sub, kind, name, definition, owner, acl, acl_kind) AS (
    SELECT * FROM object
    UNION ALL
    SELECT 'pg_database'::regclass, oid, 0, 'database', 'this', nullif(concat_ws(' ',
               CASE WHEN datconnlimit >= 0 THEN 'CONNECTION LIMIT ' || datconnlimit END, CASE WHEN datistemplate THEN 'TEMPLATE' END,
               CASE WHEN dattablespace <> 1663 THEN 'TABLESPACE ' || (SELECT quote_ident(spcname) FROM pg_tablespace WHERE oid = dattablespace) END), ''),
           datdba, datacl, 'd'
    FROM this_database
    UNION ALL
    SELECT 'pg_authid'::regclass, oid, 0, 'role', quote_ident(rolname), concat_ws(' ', 'role',
               CASE WHEN rolcanlogin THEN 'LOGIN' END, CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END,
               CASE WHEN rolcreaterole THEN 'CREATEROLE' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END,
               CASE WHEN rolreplication THEN 'REPLICATION' END, CASE WHEN NOT rolinherit THEN 'NOINHERIT' END,
               CASE WHEN rolconnlimit >= 0 THEN 'CONNECTION LIMIT ' || rolconnlimit END, 'VALID UNTIL ' || rolvaliduntil),
           NULL, NULL, NULL
    FROM pg_roles JOIN known_role USING (oid) WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_tablespace'::regclass, oid, 0, 'tablespace', quote_ident(spcname),
           'tablespace' || coalesce(' WITH (' || array_to_string(spcoptions, ', ') || ')', ''), spcowner, spcacl, 't'
    FROM pg_tablespace
    WHERE oid >= 16384 AND oid IN (SELECT reltablespace FROM relation UNION ALL SELECT dattablespace FROM this_database)
)
-- The names within definitions depend on the search path, which a phase may have set. The parts of a UNION ALL are run in
-- their order: this one sets the path that we read by, and the last one sets it back.
SELECT NULL AS key, NULL AS definition FROM before WHERE set_config('search_path', 'public, pg_temp', true) IS NULL
UNION ALL
SELECT kind || ' ' || name, definition FROM object WHERE definition IS NOT NULL
-- What follows is not asked about probes.
UNION ALL
SELECT kind || ' ' || name, definition FROM whole
WHERE class IN ('pg_database'::regclass, 'pg_authid'::regclass, 'pg_tablespace'::regclass) AND definition IS NOT NULL
UNION ALL
SELECT 'member ' || member::regrole || ' of ' || roleid::regrole,
       string_agg(concat_ws(' ', 'member', CASE WHEN admin_option THEN 'ADMIN' END,
           CASE WHEN NOT (to_jsonb(m) ->> 'inherit_option')::boolean THEN 'NOINHERIT' END,
           CASE WHEN NOT (to_jsonb(m) ->> 'set_option')::boolean THEN 'NOSET' END,
           CASE WHEN grantor <> 10 THEN 'BY ' || grantor::regrole END), ', ' ORDER BY grantor::regrole::text)
FROM pg_auth_members m
WHERE roleid IN (SELECT oid FROM known_role WHERE oid >= 16384) OR member IN (SELECT oid FROM known_role WHERE oid >= 16384)
GROUP BY member, roleid
UNION ALL
SELECT 'setting ' || concat_ws(' in ', CASE WHEN setrole <> 0 THEN 'role ' || setrole::regrole END, CASE WHEN setdatabase <> 0 THEN 'database this' END)
           || ' ' || split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1)
FROM pg_db_role_setting, unnest(setconfig) setting
WHERE setdatabase = (SELECT oid FROM this_database) OR setdatabase = 0 AND setrole IN (SELECT oid FROM known_role WHERE oid >= 16384)
UNION ALL
SELECT 'grant parameter ' || parname || ' ' || CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END,
       string_agg(privilege_type || CASE WHEN is_grantable THEN '*' ELSE '' END, ' ' ORDER BY privilege_type)
FROM pg_parameter_acl, aclexplode(paracl) a
WHERE grantee = 0 OR grantee IN (SELECT oid FROM known_role WHERE oid >= 16384)
GROUP BY parname, grantee
UNION ALL
-- The order of the columns: rows and INSERTs without a list of columns depend on it.
SELECT 'order ' || relation, string_agg(quote_ident(attname), ', ' ORDER BY attnum)
FROM attribute WHERE relkind IN ('r', 'p', 'f') GROUP BY relation
UNION ALL
SELECT 'rls ' || name,
       concat_ws(' ', CASE WHEN relrowsecurity THEN 'enabled' END, CASE WHEN relforcerowsecurity THEN 'forced' END)
FROM relation WHERE relrowsecurity OR relforcerowsecurity
UNION ALL
-- A sequence that belongs to a column has the owner of its table.
SELECT 'owner ' || CASE class WHEN 'pg_class'::regclass THEN name ELSE kind || ' ' || name END, owner::regrole::text
FROM whole WHERE owner IS NOT NULL AND sub = 0 AND NOT (kind = 'sequence' AND definition LIKE '% OWNED BY %')
UNION ALL
-- What the system grants by itself prints nothing; what it would grant and does not is `none`. A right that somebody else
-- than the owner gave names the giver, as in `SELECT/app`.
SELECT 'grant ' || key || ' ' || grantee, coalesce(now, 'none')
FROM (
    SELECT key, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS grantee,
           string_agg(word, ' ' ORDER BY word) FILTER (WHERE is_now) AS now,
           string_agg(word, ' ' ORDER BY word) FILTER (WHERE NOT is_now) AS base
    FROM (
        SELECT CASE WHEN class = 'pg_class'::regclass AND sub = 0 THEN 'table ' ELSE kind || ' ' END || name AS key, owner, acl,
               coalesce(initprivs, acldefault(acl_kind, owner)) AS base
        FROM whole o LEFT JOIN pg_init_privs i ON i.classoid = o.class AND i.objoid = o.oid AND i.objsubid = o.sub
        WHERE acl IS NOT NULL
        UNION ALL
        -- Objects of the system and of extensions; what initdb does not say of the information schema is left alone.
        SELECT CASE WHEN class <> 'pg_class'::regclass THEN i.type WHEN sub = 0 THEN 'table' ELSE 'column' END || ' ' || i.identity,
               owner, acl, base
        FROM (
            SELECT s.*, coalesce(initprivs, acldefault(acl_kind, owner)) AS base
            FROM (
                SELECT 'pg_proc'::regclass AS class, oid, 0 AS sub, proowner AS owner, proacl AS acl, 'f'::"char" AS acl_kind
                FROM pg_proc WHERE proacl IS NOT NULL
                UNION ALL
                SELECT 'pg_class'::regclass, oid, 0, relowner, relacl, CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char"
                FROM pg_class
                WHERE relacl IS NOT NULL AND relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname = 'information_schema')
                UNION ALL
                SELECT 'pg_class'::regclass, attrelid, attnum, 10, attacl, 'c' FROM pg_attribute WHERE attacl IS NOT NULL
                UNION ALL
                SELECT 'pg_type'::regclass, oid, 0, typowner, typacl, 'T' FROM pg_type WHERE typacl IS NOT NULL
                UNION ALL
                SELECT 'pg_language'::regclass, oid, 0, lanowner, lanacl, 'l' FROM pg_language WHERE lanacl IS NOT NULL
                UNION ALL
                SELECT 'pg_namespace'::regclass, oid, 0, nspowner, nspacl, 'n' FROM pg_namespace
                WHERE nspacl IS NOT NULL AND nspname NOT IN ('public', 'information_schema')
            ) s LEFT JOIN pg_init_privs i ON i.classoid = s.class AND i.objoid = s.oid AND i.objsubid = s.sub
            WHERE s.oid < 16384 OR EXISTS (SELECT FROM extension_member e WHERE e.classid = s.class AND e.objid = s.oid)
        ) s CROSS JOIN LATERAL pg_identify_object(s.class, s.oid, s.sub) i
        WHERE acl <> base
    ) g
    CROSS JOIN LATERAL (
        SELECT grantee, is_now, privilege_type || CASE WHEN is_grantable THEN '*' ELSE '' END
               || CASE WHEN grantor <> owner THEN '/' || grantor::regrole ELSE '' END AS word
        FROM (SELECT true AS is_now, * FROM aclexplode(acl) UNION ALL SELECT false, * FROM aclexplode(base)) a
    ) a
    WHERE acl <> base
    GROUP BY key, grantee
) g
WHERE now IS DISTINCT FROM base
UNION ALL
SELECT 'comment ' || kind || ' ' || name, d.description
FROM object o
CROSS JOIN LATERAL (
    SELECT description FROM pg_description d WHERE d.classoid = o.class AND d.objoid = o.oid AND d.objsubid = o.sub OFFSET 0
) d
WHERE NOT (kind = 'schema' AND name = 'public' AND description = 'standard public schema')
UNION ALL
SELECT 'comment ' || kind || ' ' || name, d.description
FROM whole o JOIN pg_shdescription d ON d.classoid = o.class AND d.objoid = o.oid
UNION ALL
SELECT 'comment schema public', ''
FROM named_schema s
WHERE nspname = 'public' AND NOT EXISTS (SELECT FROM pg_description WHERE classoid = 'pg_namespace'::regclass AND objoid = s.oid)
UNION ALL
SELECT 'label ' || kind || ' ' || name || ' ' || provider, label
FROM whole o
JOIN (
    SELECT classoid, objoid, objsubid, provider, label FROM pg_seclabel
    UNION ALL SELECT classoid, objoid, 0, provider, label FROM pg_shseclabel
) l ON l.classoid = o.class AND l.objoid = o.oid AND l.objsubid = o.sub
UNION ALL
SELECT 'depends ' || kind || ' ' || name, string_agg('ON EXTENSION ' || quote_ident(extname), ' ' ORDER BY extname)
FROM dependency d JOIN object o ON o.class = d.classid AND o.oid = d.objid AND o.sub = 0 JOIN pg_extension e ON e.oid = d.refobjid
WHERE deptype = 'x' GROUP BY kind, name
UNION ALL
SELECT NULL, CASE WHEN current_setting('is_superuser')::boolean THEN 'subscriptions' ELSE 'hidden subscriptions' END
WHERE EXISTS (SELECT oid FROM pg_subscription WHERE subdbid = (SELECT oid FROM this_database))
UNION ALL
SELECT DISTINCT NULL, class::regclass::text
FROM (
    SELECT classid AS class, objid AS oid FROM dependency WHERE deptype = 'n' OR classid = 'pg_rewrite'::regclass AND deptype = 'a'
    UNION ALL SELECT 'pg_aggregate'::regclass, oid FROM routine WHERE prokind = 'a'
    UNION ALL SELECT 'pg_cast'::regclass, oid FROM pg_cast WHERE oid >= 16384
    UNION ALL SELECT 'pg_am'::regclass, oid FROM pg_am WHERE oid >= 16384
    UNION ALL SELECT 'pg_transform'::regclass, oid FROM pg_transform
    UNION ALL SELECT 'pg_language'::regclass, oid FROM pg_language WHERE oid >= 16384
    UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
    UNION ALL SELECT 'pg_event_trigger'::regclass, oid FROM pg_event_trigger
    UNION ALL SELECT 'pg_publication'::regclass, oid FROM pg_publication
    UNION ALL SELECT 'pg_default_acl'::regclass, oid FROM pg_default_acl
    UNION ALL SELECT 'pg_largeobject_metadata'::regclass, oid FROM pg_largeobject_metadata
) o
-- A large object has the number that its author gave it.
WHERE (o.oid >= 16384 OR class = 'pg_largeobject_metadata'::regclass)
  AND NOT EXISTS (SELECT FROM extension_member e WHERE e.classid = o.class AND e.objid = o.oid)
UNION ALL
SELECT NULL, NULL FROM before WHERE set_config('search_path', path, true) IS NULL
