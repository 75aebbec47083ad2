-- The kinds of objects that few schemas have, in the same form as in `postgres.sql`. Of the parts below, which name a table of
-- the system each, only those are sent that find something: most of the time of such a query goes into planning it.
WITH
before AS MATERIALIZED (
    SELECT current_setting('search_path') AS path
),
named_schema AS (
    SELECT n.oid, n.nspname, CASE WHEN n.nspname = 'public' THEN '' ELSE quote_ident(n.nspname) || '.' END AS prefix
    FROM pg_namespace n
    WHERE n.nspname !~ '^(pg_|_?timescaledb)' AND n.nspname <> 'information_schema'
),
extension_member AS MATERIALIZED (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
),
named_type AS MATERIALIZED (
    SELECT t.*, s.prefix || quote_ident(t.typname) AS name
    FROM pg_type t JOIN named_schema s ON s.oid = t.typnamespace
    WHERE (t.typtype IN ('e', 'd', 'r', 'p') OR t.typtype = 'c' AND EXISTS (SELECT FROM pg_class WHERE oid = typrelid AND relkind = 'c')
           OR t.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid))
      AND NOT EXISTS (SELECT FROM extension_member e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
),
-- Evidence holds no passwords: of an option that sounds like a secret only the name is told. The view of the mappings shows
-- their options to those alone who may see them.
foreign_option AS MATERIALIZED (
    SELECT class, oid, string_agg(option_name || ' ' || CASE WHEN option_name ~* 'pass|secret|token' THEN '...' ELSE quote_literal(option_value) END,
                                  ', ' ORDER BY option_name) AS options
    FROM (
        SELECT 'pg_foreign_data_wrapper'::regclass AS class, oid, fdwoptions AS given FROM pg_foreign_data_wrapper
        UNION ALL SELECT 'pg_foreign_server'::regclass, oid, srvoptions FROM pg_foreign_server
        UNION ALL SELECT 'pg_user_mapping'::regclass, umid, umoptions FROM pg_user_mappings
    ) f, pg_options_to_table(given)
    GROUP BY class, oid
),
any_object (class, oid, sub, kind, name, definition, owner, acl, acl_kind) AS (
    SELECT 'pg_type'::regclass, 0::oid, 0, '', '', '', 0::oid, NULL::aclitem[], ''::"char" WHERE false
-- of pg_type
    UNION ALL
    SELECT 'pg_type'::regclass, t.oid, 0, 'type', t.name,
           CASE typtype
               WHEN 'e' THEN 'enum (' || (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder)
                                          FROM pg_enum WHERE enumtypid = t.oid) || ')'
               WHEN 'd' THEN 'domain ' || format_type(typbasetype, typtypmod)
                             || CASE WHEN typcollation <> (SELECT b.typcollation FROM pg_type b WHERE b.oid = t.typbasetype)
                                     THEN ' COLLATE ' || typcollation::regcollation ELSE '' END
                             || CASE WHEN typnotnull THEN coalesce((
                                    SELECT ' CONSTRAINT ' || quote_ident(conname) FROM pg_constraint
                                    WHERE contypid = t.oid AND contype = 'n' AND conname <> typname || '_not_null'), '') || ' NOT NULL' ELSE '' END
                             || coalesce(' DEFAULT ' || typdefault, '')
               WHEN 'r' THEN (
                   SELECT 'range (subtype = ' || format_type(rngsubtype, NULL)
                          || ', subtype_opclass = ' || (SELECT coalesce(prefix, '') || quote_ident(opcname) FROM pg_opclass c LEFT JOIN named_schema s ON s.oid = opcnamespace WHERE c.oid = rngsubopc)
                          || CASE WHEN rngcollation <> 0 THEN ', collation = ' || rngcollation::regcollation ELSE '' END
                          || CASE WHEN rngcanonical <> 0 THEN ', canonical = ' || rngcanonical ELSE '' END
                          || CASE WHEN rngsubdiff <> 0 THEN ', subtype_diff = ' || rngsubdiff ELSE '' END
                          || ', multirange_type_name = ' || format_type(rngmultitypid, NULL) || ')'
                   FROM pg_range WHERE rngtypid = t.oid)
               WHEN 'c' THEN 'composite (' || coalesce((
                   SELECT string_agg(quote_ident(attname) || ' ' || format_type(atttypid, atttypmod)
                          || CASE WHEN a.attcollation NOT IN (0, b.typcollation) THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END,
                          ', ' ORDER BY attnum)
                   FROM pg_attribute a JOIN pg_type b ON b.oid = a.atttypid
                   WHERE attrelid = t.typrelid AND attnum > 0 AND NOT attisdropped), '') || ')'
               WHEN 'b' THEN 'base (' || concat_ws(', ', 'input = ' || typinput, 'output = ' || typoutput,
                   'receive = ' || nullif(typreceive, 0)::regproc, 'send = ' || nullif(typsend, 0)::regproc, 'typmod_in = ' || nullif(typmodin, 0)::regproc,
                   'typmod_out = ' || nullif(typmodout, 0)::regproc, 'analyze = ' || nullif(typanalyze, 0)::regproc, 'subscript = ' || nullif(typsubscript, 0)::regproc,
                   'internallength = ' || typlen, CASE WHEN typbyval THEN 'passedbyvalue' END, 'alignment = ' || typalign::text,
                   'storage = ' || typstorage::text, 'category = ' || typcategory::text, CASE WHEN typispreferred THEN 'preferred' END,
                   'default = ' || quote_literal(typdefault), 'element = ' || format_type(nullif(typelem, 0), NULL),
                   'delimiter = ' || typdelim::text, CASE WHEN typcollation <> 0 THEN 'collatable' END) || ')'
               ELSE 'shell'
           END,
           typowner, typacl, 'T'::"char"
    FROM named_type t
    UNION ALL
    SELECT 'pg_class'::regclass, attrelid, attnum, 'column', t.name || '.' || quote_ident(attname), NULL, NULL, NULL, NULL
    FROM named_type t JOIN pg_attribute ON attrelid = typrelid WHERE typtype = 'c' AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT 'pg_constraint'::regclass, c.oid, 0, 'constraint', t.name || '.' || quote_ident(c.conname),
           CASE WHEN contype <> 'n' THEN pg_get_constraintdef(c.oid) END, NULL, NULL, NULL
    FROM pg_constraint c JOIN named_type t ON t.oid = c.contypid
-- of pg_rewrite
    UNION ALL
    SELECT 'pg_rewrite'::regclass, w.oid, 0, 'rule', s.prefix || quote_ident(r.relname) || '.' || quote_ident(w.rulename),
           pg_get_ruledef(w.oid)
           || CASE ev_enabled WHEN 'O' THEN '' WHEN 'D' THEN ' DISABLED' WHEN 'R' THEN ' ENABLED REPLICA' ELSE ' ENABLED ALWAYS' END,
           NULL, NULL, NULL
    FROM pg_rewrite w JOIN pg_class r ON r.oid = w.ev_class JOIN named_schema s ON s.oid = r.relnamespace WHERE w.rulename <> '_RETURN'
-- of pg_event_trigger
    UNION ALL
    SELECT 'pg_event_trigger'::regclass, oid, 0, 'event trigger', quote_ident(evtname),
           'ON ' || evtevent || ' EXECUTE FUNCTION ' || evtfoid::regprocedure
           || coalesce(' WHEN TAG IN (' || (SELECT string_agg(quote_literal(tag), ', ') FROM unnest(evttags) tag) || ')', '')
           || CASE evtenabled WHEN 'O' THEN '' ELSE ' ' || evtenabled::text END,
           evtowner, NULL, NULL
    FROM pg_event_trigger
-- of pg_aggregate
    UNION ALL
    -- Its function key says the rest.
    SELECT 'pg_aggregate'::regclass, aggfnoid, 0, 'aggregate', s.prefix || quote_ident(proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')',
           concat_ws(' ', 'SFUNC ' || aggtransfn, 'STYPE ' || format_type(aggtranstype, NULL), 'INITCOND ' || quote_literal(agginitval),
               'SSPACE ' || nullif(aggtransspace, 0), 'FINALFUNC ' || nullif(aggfinalfn, 0)::regproc, CASE WHEN aggfinalextra THEN 'FINALFUNC_EXTRA' END,
               'FINALFUNC_MODIFY ' || nullif(aggfinalmodify::text, CASE aggkind WHEN 'n' THEN 'r' ELSE 'w' END),
               'COMBINEFUNC ' || nullif(aggcombinefn, 0)::regproc, 'SERIALFUNC ' || nullif(aggserialfn, 0)::regproc, 'DESERIALFUNC ' || nullif(aggdeserialfn, 0)::regproc,
               'MSFUNC ' || nullif(aggmtransfn, 0)::regproc, 'MINVFUNC ' || nullif(aggminvtransfn, 0)::regproc, 'MSTYPE ' || format_type(nullif(aggmtranstype, 0), NULL),
               'MINITCOND ' || quote_literal(aggminitval), 'MSSPACE ' || nullif(aggmtransspace, 0), 'MFINALFUNC ' || nullif(aggmfinalfn, 0)::regproc,
               CASE WHEN aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
               'MFINALFUNC_MODIFY ' || nullif(aggmfinalmodify::text, CASE aggkind WHEN 'n' THEN 'r' ELSE 'w' END),
               'SORTOP ' || nullif(aggsortop, 0)::regoperator, CASE aggkind WHEN 'o' THEN 'ORDERED SET' WHEN 'h' THEN 'HYPOTHETICAL' END),
           NULL, NULL, NULL
    FROM pg_aggregate a JOIN pg_proc p ON p.oid = aggfnoid JOIN named_schema s ON s.oid = pronamespace
    WHERE NOT EXISTS (SELECT FROM extension_member e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
-- of pg_operator
    UNION ALL
    SELECT 'pg_operator'::regclass, o.oid, 0, 'operator', o.oid::regoperator::text,
           concat_ws(' ', 'FUNCTION ' || nullif(oprcode, 0)::regprocedure, 'COMMUTATOR ' || nullif(oprcom, 0)::regoperator,
               'NEGATOR ' || nullif(oprnegate, 0)::regoperator, 'RESTRICT ' || nullif(oprrest, 0)::regproc, 'JOIN ' || nullif(oprjoin, 0)::regproc,
               CASE WHEN oprcanhash THEN 'HASHES' END, CASE WHEN oprcanmerge THEN 'MERGES' END, CASE oprcode WHEN 0 THEN 'shell' END),
           oprowner, NULL, NULL
    FROM pg_operator o JOIN named_schema s ON s.oid = o.oprnamespace
-- of pg_opfamily
    UNION ALL
    SELECT 'pg_opfamily'::regclass, f.oid, 0, 'operator family', s.prefix || quote_ident(opfname) || ' USING ' || quote_ident(amname),
           concat_ws(', ', 'family', (
               SELECT string_agg(format('OPERATOR %s %s', amopstrategy, amopopr::regoperator)
                   || coalesce(' FOR ORDER BY ' || (SELECT coalesce(prefix, '') || quote_ident(opfname) FROM pg_opfamily f LEFT JOIN named_schema s ON s.oid = opfnamespace WHERE f.oid = amopsortfamily), '')
                   || coalesce(' OF ' || quote_ident(c.opcname), ''), ', ' ORDER BY amopstrategy, amopopr::regoperator::text)
               FROM pg_amop m
               LEFT JOIN pg_depend d ON d.classid = 'pg_amop'::regclass AND d.objid = m.oid AND d.refclassid = 'pg_opclass'::regclass
               LEFT JOIN pg_opclass c ON c.oid = d.refobjid
               WHERE amopfamily = f.oid
           ), (
               SELECT string_agg(format('FUNCTION %s (%s, %s) %s', amprocnum, format_type(amproclefttype, NULL), format_type(amprocrighttype, NULL),
                   amproc::regprocedure) || coalesce(' OF ' || quote_ident(c.opcname), ''), ', '
                   ORDER BY amprocnum, format_type(amproclefttype, NULL), format_type(amprocrighttype, NULL))
               FROM pg_amproc m
               LEFT JOIN pg_depend d ON d.classid = 'pg_amproc'::regclass AND d.objid = m.oid AND d.refclassid = 'pg_opclass'::regclass
               LEFT JOIN pg_opclass c ON c.oid = d.refobjid
               WHERE amprocfamily = f.oid
           )),
           opfowner, NULL, NULL
    FROM pg_opfamily f JOIN named_schema s ON s.oid = f.opfnamespace JOIN pg_am a ON a.oid = f.opfmethod
-- of pg_opclass
    UNION ALL
    SELECT 'pg_opclass'::regclass, c.oid, 0, 'operator class', s.prefix || quote_ident(opcname) || ' USING ' || quote_ident(amname),
           concat_ws(' ', 'FOR TYPE ' || format_type(opcintype, NULL), CASE WHEN opcdefault THEN 'DEFAULT' END,
               'FAMILY ' || (SELECT coalesce(prefix, '') || quote_ident(opfname) FROM pg_opfamily f LEFT JOIN named_schema s ON s.oid = opfnamespace WHERE f.oid = opcfamily), 'STORAGE ' || format_type(nullif(opckeytype, 0), NULL)),
           opcowner, NULL, NULL
    FROM pg_opclass c JOIN named_schema s ON s.oid = c.opcnamespace JOIN pg_am a ON a.oid = c.opcmethod
-- of pg_cast
    UNION ALL
    SELECT 'pg_cast'::regclass, oid, 0, 'cast', format_type(castsource, NULL) || ' AS ' || format_type(casttarget, NULL),
           CASE castmethod WHEN 'f' THEN 'WITH FUNCTION ' || castfunc::regprocedure WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END
           || CASE castcontext WHEN 'a' THEN ' AS ASSIGNMENT' WHEN 'i' THEN ' AS IMPLICIT' ELSE '' END,
           NULL, NULL, NULL
    FROM pg_cast
    WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM pg_range WHERE rngtypid = castsource AND rngmultitypid = casttarget)
-- of pg_collation
    UNION ALL
    -- The columns have other names in other versions.
    SELECT 'pg_collation'::regclass, c.oid, 0, 'collation', s.prefix || quote_ident(collname),
           concat_ws(' ', 'PROVIDER ' || CASE collprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'default' END,
               'LC_COLLATE ' || quote_literal(collcollate), 'LC_CTYPE ' || quote_literal(collctype),
               'LOCALE ' || quote_literal(coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale')),
               'RULES ' || quote_literal(to_jsonb(c) ->> 'collicurules'), CASE WHEN NOT collisdeterministic THEN 'NOT DETERMINISTIC' END,
               CASE WHEN collencoding >= 0 THEN 'ENCODING ' || pg_encoding_to_char(collencoding) END),
           collowner, NULL, NULL
    FROM pg_collation c JOIN named_schema s ON s.oid = c.collnamespace
-- of pg_conversion
    UNION ALL
    SELECT 'pg_conversion'::regclass, c.oid, 0, 'conversion', s.prefix || quote_ident(conname),
           concat_ws(' ', CASE WHEN condefault THEN 'DEFAULT' END,
               format('FOR %s TO %s FROM %s', pg_encoding_to_char(conforencoding), pg_encoding_to_char(contoencoding), conproc)),
           conowner, NULL, NULL
    FROM pg_conversion c JOIN named_schema s ON s.oid = c.connamespace
-- of pg_ts_parser
    UNION ALL
    SELECT 'pg_ts_parser'::regclass, p.oid, 0, 'text search parser', s.prefix || quote_ident(prsname),
           concat_ws(' ', 'START ' || prsstart, 'GETTOKEN ' || prstoken, 'END ' || prsend, 'HEADLINE ' || nullif(prsheadline, 0)::regproc, 'LEXTYPES ' || prslextype),
           NULL, NULL, NULL
    FROM pg_ts_parser p JOIN named_schema s ON s.oid = p.prsnamespace
-- of pg_ts_template
    UNION ALL
    SELECT 'pg_ts_template'::regclass, t.oid, 0, 'text search template', s.prefix || quote_ident(tmplname),
           concat_ws(' ', 'INIT ' || nullif(tmplinit, 0)::regproc, 'LEXIZE ' || tmpllexize), NULL, NULL, NULL
    FROM pg_ts_template t JOIN named_schema s ON s.oid = t.tmplnamespace
-- of pg_ts_dict
    UNION ALL
    SELECT 'pg_ts_dict'::regclass, d.oid, 0, 'text search dictionary', s.prefix || quote_ident(dictname),
           concat_ws(', ', 'TEMPLATE ' || quote_ident(n.nspname) || '.' || quote_ident(tmplname), dictinitoption), dictowner, NULL, NULL
    FROM pg_ts_dict d JOIN named_schema s ON s.oid = d.dictnamespace
    JOIN pg_ts_template t ON t.oid = dicttemplate JOIN pg_namespace n ON n.oid = tmplnamespace
-- of pg_ts_config
    UNION ALL
    SELECT 'pg_ts_config'::regclass, c.oid, 0, 'text search configuration', s.prefix || quote_ident(cfgname),
           concat_ws(', ', 'PARSER ' || quote_ident(n.nspname) || '.' || quote_ident(prsname), (
               SELECT string_agg(alias || ' WITH ' || dicts, ', ' ORDER BY alias)
               FROM (SELECT alias, string_agg(mapdict::regdictionary::text, ', ' ORDER BY mapseqno) AS dicts
                     FROM pg_ts_config_map JOIN ts_token_type(cfgparser) ON tokid = maptokentype WHERE mapcfg = c.oid GROUP BY alias) m)),
           cfgowner, NULL, NULL
    FROM pg_ts_config c JOIN named_schema s ON s.oid = c.cfgnamespace JOIN pg_ts_parser p ON p.oid = cfgparser JOIN pg_namespace n ON n.oid = prsnamespace
-- of pg_am
    UNION ALL
    SELECT 'pg_am'::regclass, oid, 0, 'access method', quote_ident(amname),
           'TYPE ' || CASE amtype WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END || ' HANDLER ' || amhandler, NULL, NULL, NULL
    FROM pg_am WHERE oid >= 16384
-- of pg_language
    UNION ALL
    SELECT 'pg_language'::regclass, oid, 0, 'language', quote_ident(lanname),
           concat_ws(' ', CASE WHEN lanpltrusted THEN 'TRUSTED' END, 'HANDLER ' || nullif(lanplcallfoid, 0)::regproc,
               'INLINE ' || nullif(laninline, 0)::regproc, 'VALIDATOR ' || nullif(lanvalidator, 0)::regproc),
           lanowner, lanacl, 'l'
    FROM pg_language WHERE oid >= 16384
-- of pg_transform
    UNION ALL
    SELECT 'pg_transform'::regclass, t.oid, 0, 'transform', 'FOR ' || format_type(trftype, NULL) || ' LANGUAGE ' || quote_ident(lanname),
           concat_ws(' ', 'FROM SQL ' || nullif(trffromsql, 0)::regprocedure, 'TO SQL ' || nullif(trftosql, 0)::regprocedure), NULL, NULL, NULL
    FROM pg_transform t JOIN pg_language l ON l.oid = trflang
-- of pg_foreign_data_wrapper
    UNION ALL
    SELECT 'pg_foreign_data_wrapper'::regclass, w.oid, 0, 'foreign data wrapper', quote_ident(fdwname),
           concat_ws(' ', 'wrapper', 'HANDLER ' || nullif(fdwhandler, 0)::regproc, 'VALIDATOR ' || nullif(fdwvalidator, 0)::regproc,
               'OPTIONS (' || options || ')'),
           fdwowner, fdwacl, 'F'
    FROM pg_foreign_data_wrapper w LEFT JOIN foreign_option o ON o.class = 'pg_foreign_data_wrapper'::regclass AND o.oid = w.oid
    UNION ALL
    SELECT 'pg_foreign_server'::regclass, v.oid, 0, 'server', quote_ident(srvname),
           concat_ws(' ', 'TYPE ' || quote_literal(srvtype), 'VERSION ' || quote_literal(srvversion), 'FOREIGN DATA WRAPPER ' || quote_ident(fdwname),
               'OPTIONS (' || options || ')'),
           srvowner, srvacl, 'S'
    FROM pg_foreign_server v JOIN pg_foreign_data_wrapper w ON w.oid = srvfdw
    LEFT JOIN foreign_option o ON o.class = 'pg_foreign_server'::regclass AND o.oid = v.oid
    UNION ALL
    SELECT 'pg_user_mapping'::regclass, umid, 0, 'user mapping', CASE umuser WHEN 0 THEN 'PUBLIC' ELSE umuser::regrole::text END || ' SERVER ' || quote_ident(srvname),
           concat_ws(' ', 'mapping', 'OPTIONS (' || options || ')'),
           NULL, NULL, NULL
    FROM pg_user_mappings LEFT JOIN foreign_option o ON o.class = 'pg_user_mapping'::regclass AND o.oid = umid
-- of pg_statistic_ext
    UNION ALL
    SELECT 'pg_statistic_ext'::regclass, x.oid, 0, 'statistics', s.prefix || quote_ident(stxname),
           replace(pg_get_statisticsobjdef(x.oid), format('CREATE STATISTICS %I.%I ', s.nspname, stxname), '')
           || CASE WHEN stxstattarget >= 0 THEN ' STATISTICS ' || stxstattarget ELSE '' END,
           stxowner, NULL, NULL
    FROM pg_statistic_ext x JOIN named_schema s ON s.oid = stxnamespace
-- of pg_publication
    UNION ALL
    SELECT 'pg_publication'::regclass, oid, 0, 'publication', quote_ident(pubname),
           concat_ws(' ', 'publication', CASE WHEN puballtables THEN 'FOR ALL TABLES' END,
               'OF ' || nullif(concat_ws(', ', CASE WHEN pubinsert THEN 'insert' END, CASE WHEN pubupdate THEN 'update' END,
                   CASE WHEN pubdelete THEN 'delete' END, CASE WHEN pubtruncate THEN 'truncate' END), 'insert, update, delete, truncate'),
               CASE WHEN pubviaroot THEN 'VIA PARTITION ROOT' END,
               'GENERATED COLUMNS ' || nullif(to_jsonb(p) ->> 'pubgencols', 'n')),
           pubowner, NULL, NULL
    FROM pg_publication p
    UNION ALL
    SELECT 'pg_publication_rel'::regclass, r.oid, 0, 'publication', quote_ident(pubname) || ' table ' || s.prefix || quote_ident(relname),
           'table' || coalesce(' (' || (
               SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = prrelid AND attnum = ANY (prattrs)) || ')', '')
           || coalesce(' WHERE ' || pg_get_expr(prqual, prrelid), ''),
           NULL, NULL, NULL
    FROM pg_publication_rel r JOIN pg_publication p ON p.oid = prpubid JOIN pg_class c ON c.oid = prrelid JOIN named_schema s ON s.oid = relnamespace
    UNION ALL
    SELECT 'pg_publication_namespace'::regclass, r.oid, 0, 'publication', quote_ident(pubname) || ' schema ' || quote_ident(nspname), 'schema', NULL, NULL, NULL
    FROM pg_publication_namespace r JOIN pg_publication p ON p.oid = pnpubid JOIN pg_namespace n ON n.oid = pnnspid
-- of all
),
object AS MATERIALIZED (
    SELECT * FROM any_object o WHERE NOT EXISTS (SELECT FROM extension_member e WHERE e.classid = o.class AND e.objid = o.oid)
)
-- As in `postgres.sql`: the path that names are read by.
SELECT NULL AS key, NULL AS definition FROM before WHERE set_config('search_path', 'public, pg_temp', true) IS NULL
UNION ALL
SELECT kind || ' ' || name, definition FROM object WHERE definition IS NOT NULL
UNION ALL
SELECT 'owner ' || kind || ' ' || name, owner::regrole::text FROM object WHERE owner IS NOT NULL
UNION ALL
SELECT 'grant ' || key || ' ' || grantee, coalesce(now, 'none')
FROM (
    SELECT key, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS grantee,
           string_agg(word, ' ' ORDER BY word) FILTER (WHERE is_now) AS now,
           string_agg(word, ' ' ORDER BY word) FILTER (WHERE NOT is_now) AS base
    FROM (
        SELECT kind || ' ' || name AS key, owner, acl, acldefault(acl_kind, owner) AS base FROM object WHERE acl IS NOT NULL
        UNION ALL
        -- Those of a schema come on top of those of all schemas, which begin with what the system grants.
        SELECT 'default privileges of ' || defaclrole::regrole || coalesce(' in ' || quote_ident(nspname), '') || ' on '
                   || CASE defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types'
                                         WHEN 'n' THEN 'schemas' ELSE 'large objects' END || ' for',
               defaclrole, defaclacl,
               acldefault(CASE WHEN defaclnamespace <> 0 THEN 'c' WHEN defaclobjtype = 'S' THEN 's' ELSE defaclobjtype END, defaclrole)
        FROM pg_default_acl LEFT JOIN pg_namespace n ON n.oid = defaclnamespace
    ) g
    CROSS JOIN LATERAL (
        SELECT grantee, is_now, privilege_type || CASE WHEN is_grantable THEN '*' ELSE '' END
               || CASE WHEN grantor <> owner THEN '/' || grantor::regrole ELSE '' END AS word
        FROM (SELECT true AS is_now, * FROM aclexplode(acl) UNION ALL SELECT false, * FROM aclexplode(base)) a
    ) a
    GROUP BY key, grantee
) g
WHERE now IS DISTINCT FROM base
UNION ALL
SELECT 'comment ' || kind || ' ' || name, d.description
FROM object o JOIN pg_description d ON d.classoid = o.class AND d.objoid = o.oid AND d.objsubid = o.sub
UNION ALL
SELECT 'label ' || kind || ' ' || name || ' ' || provider, label
FROM object o JOIN pg_seclabel l ON l.classoid = o.class AND l.objoid = o.oid AND l.objsubid = o.sub
UNION ALL
-- The server gives large objects their numbers, so that they are counted and not named.
SELECT 'large objects', string_agg(number || description, ', ' ORDER BY description)
FROM (
    SELECT count(*) AS number,
           concat_ws(' ', ' of ' || lomowner::regrole, 'GRANT ' || lomacl::text, 'COMMENT ' || quote_literal(d.description)) AS description
    FROM pg_largeobject_metadata m LEFT JOIN pg_description d ON d.classoid = 'pg_largeobject'::regclass AND d.objoid = m.oid
    GROUP BY 2
) l
HAVING count(*) > 0
UNION ALL
SELECT NULL, NULL FROM before WHERE set_config('search_path', path, true) IS NULL
