-- Values must have the same text everywhere.
SET TIME ZONE 'UTC';
SET datestyle = 'ISO';
SET client_min_messages = warning;

-- What each step was expected to show, and what it showed.
CREATE TABLE pg_temp.seen (step integer NOT NULL, expected text, observed text);
-- Rows as they were, to be compared with later.
CREATE TABLE pg_temp.kept (relation text NOT NULL, content text NOT NULL);
-- Steps under another role write here too.
GRANT SELECT, INSERT ON pg_temp.seen, pg_temp.kept TO PUBLIC;

-- Tries a statement: `n rows`, or `refused` with the SQLSTATE and the constraint, column, function or rule that refused.
CREATE FUNCTION pg_temp.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $function$
DECLARE
    written bigint;
    code text;
    by_constraint text;
    by_column text;
    message text;
    context text;
BEGIN
    EXECUTE statement;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written || ' rows';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, by_constraint = CONSTRAINT_NAME, by_column = COLUMN_NAME,
        message = MESSAGE_TEXT, context = PG_EXCEPTION_CONTEXT;
    RETURN rtrim('refused ' || code || ' ' || CASE
        WHEN code = '42501' AND message LIKE '%row-level security%' THEN 'row-level security'
        WHEN code = '42501' THEN 'privilege'
        WHEN code = 'P0001' THEN coalesce(substring(context FROM '^PL/pgSQL function ([^(]+)\('), '')
        ELSE coalesce(nullif(by_constraint, ''), by_column)
    END);
END
$function$;

-- Tries the statements of a phase as one: `accepted`, or as above.
CREATE FUNCTION pg_temp.walk(statements text) RETURNS text LANGUAGE sql AS $function$
    SELECT CASE WHEN outcome LIKE '% rows' THEN 'accepted' ELSE outcome END
    FROM pg_temp.attempt(statements) AS outcome
$function$;
