-- A copy of the first row that `which` names, with what `changes`, a jsonb over the row r, says otherwise.
CREATE FUNCTION pg_temp.copied(source regclass, changes text, which text DEFAULT 'true') RETURNS void
LANGUAGE plpgsql AS $copied$
DECLARE
    columns text := (
        SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
        WHERE attrelid = source AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity = '');
    written integer;
BEGIN
    EXECUTE format('INSERT INTO %1$s (%2$s) SELECT %2$s FROM (
        SELECT (jsonb_populate_record(r, %3$s)).* FROM %1$s r WHERE %4$s ORDER BY r LIMIT 1) copy',
        source, columns, changes, which);
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written <> 1 THEN
        RAISE EXCEPTION 'no row of % is there to be copied', source;
    END IF;
END
$copied$;

-- The first row once more, with what happens on a conflict.
CREATE FUNCTION pg_temp.upserted(target regclass, key text, act text) RETURNS void
LANGUAGE plpgsql AS $upserted$
DECLARE
    columns text := (
        SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
        WHERE attrelid = target AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity = '');
BEGIN
    EXECUTE format('INSERT INTO %1$s AS t (%2$s) SELECT %2$s FROM %1$s LIMIT 1 ON CONFLICT (%3$s) DO %4$s',
        target, columns, key, act);
END
$upserted$;
