-- The subscriptions, which belong to the whole server but to one database each. Only superusers may read all of a row. Where
-- it connects to is told without its password.
WITH subscription AS (
    SELECT s.oid, quote_ident(subname) AS name, subowner, to_jsonb(s) AS options
    FROM pg_subscription s WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
)
SELECT 'subscription ' || name AS key,
       (SELECT string_agg(key || ' = ' ||
               regexp_replace(regexp_replace(value, '(password\s*=\s*)(''[^'']*''|\S+)', '\1...', 'gi'), '(://[^/@:]*:)[^@]*@', '\1...@'),
               ', ' ORDER BY key)
        FROM jsonb_each_text(options) WHERE key NOT IN ('oid', 'subdbid', 'subskiplsn', 'subname', 'subowner')) AS definition
FROM subscription
UNION ALL
SELECT 'owner subscription ' || name, subowner::regrole::text FROM subscription
UNION ALL
SELECT 'comment subscription ' || name, d.description
FROM subscription s JOIN pg_description d ON d.classoid = 'pg_subscription'::regclass AND d.objoid = s.oid
