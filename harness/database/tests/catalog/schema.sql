-- One of everything that a schema can hold, so that each alteration has something to alter.
CREATE SCHEMA app AUTHORIZATION keeper;
CREATE SCHEMA spare;
GRANT USAGE ON SCHEMA app TO clerk, reader;
COMMENT ON SCHEMA app IS 'what the application uses';
CREATE EXTENSION citext;
CREATE EXTENSION fuzzystrmatch SCHEMA spare;

-- Types.
CREATE TYPE mood AS ENUM ('sad', 'content', 'happy');
CREATE TYPE address AS (street text, town text COLLATE "C", number integer);
COMMENT ON COLUMN address.town IS 'as on the letter';
CREATE TYPE span AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE unfinished;
CREATE TYPE num;
CREATE FUNCTION num_in(cstring) RETURNS num LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION num_out(num) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE FUNCTION num_recv(internal) RETURNS num LANGUAGE internal IMMUTABLE STRICT AS 'int4recv';
CREATE FUNCTION num_send(num) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT AS 'int4send';
CREATE TYPE num (INPUT = num_in, OUTPUT = num_out, LIKE = integer);
CREATE DOMAIN positive AS integer DEFAULT 1 NOT NULL CONSTRAINT positive_value CHECK (VALUE > 0);
CREATE DOMAIN label AS text COLLATE "C";
COMMENT ON TYPE mood IS 'how a customer feels';
COMMENT ON DOMAIN positive IS 'a count';
COMMENT ON CONSTRAINT positive_value ON DOMAIN positive IS 'above nought';
GRANT USAGE ON TYPE mood TO clerk;

-- Routines.
CREATE FUNCTION add(a integer, b integer DEFAULT 1) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT a + b';
CREATE FUNCTION series(n integer) RETURNS SETOF integer
    LANGUAGE sql STABLE COST 50 ROWS 10 AS 'SELECT generate_series(1, n)';
CREATE FUNCTION minmax(VARIADIC numbers integer[], OUT low integer, OUT high integer)
    LANGUAGE sql AS 'SELECT min(x), max(x) FROM unnest(numbers) x';
CREATE FUNCTION twice(x integer) RETURNS integer IMMUTABLE BEGIN ATOMIC SELECT x * 2; END;
CREATE FUNCTION pairs() RETURNS TABLE (one integer, two text) LANGUAGE sql AS $$SELECT 1, 'a'$$;
CREATE FUNCTION configured() RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET work_mem = '8MB'
    AS $$BEGIN RETURN current_setting('work_mem'); END$$;
CREATE FUNCTION linked(citext, citext) RETURNS boolean LANGUAGE c STRICT AS '$libdir/citext', 'citext_eq';
CREATE FUNCTION place() RETURNS bigint LANGUAGE internal WINDOW AS 'window_row_number';
CREATE PROCEDURE tidy(age interval) LANGUAGE plpgsql AS $$BEGIN RETURN; END$$;
CREATE FUNCTION on_write() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN RETURN; END$$;
CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
CREATE AGGREGATE middle(float8 ORDER BY anyelement)
    (STYPE = internal, SFUNC = ordered_set_transition, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
COMMENT ON FUNCTION add(integer, integer) IS 'the sum';
COMMENT ON PROCEDURE tidy(interval) IS 'throws away';
COMMENT ON AGGREGATE total(integer) IS 'the sum of all';
GRANT EXECUTE ON FUNCTION add(integer, integer) TO clerk;
REVOKE EXECUTE ON FUNCTION configured() FROM PUBLIC;
ALTER FUNCTION configured() OWNER TO keeper;

-- Operators, their classes and families, casts, collations, conversions, text search.
CREATE FUNCTION num_same(num, num) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4eq';
CREATE FUNCTION num_less(num, num) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4lt';
CREATE FUNCTION num_order(num, num) RETURNS integer LANGUAGE internal IMMUTABLE STRICT AS 'btint4cmp';
CREATE FUNCTION num_hash(num) RETURNS integer LANGUAGE internal IMMUTABLE STRICT AS 'hashint4';
CREATE OPERATOR = (LEFTARG = num, RIGHTARG = num, FUNCTION = num_same, COMMUTATOR = =, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
CREATE OPERATOR < (LEFTARG = num, RIGHTARG = num, FUNCTION = num_less, RESTRICT = scalarltsel);
CREATE OPERATOR ~~> (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq);
CREATE OPERATOR FAMILY num_ops USING btree;
CREATE OPERATOR CLASS num_ops FOR TYPE num USING btree FAMILY num_ops AS OPERATOR 1 <, OPERATOR 3 =, FUNCTION 1 num_order(num, num);
CREATE OPERATOR CLASS num_hash_ops DEFAULT FOR TYPE num USING hash AS OPERATOR 1 =, FUNCTION 1 num_hash(num);
CREATE OPERATOR FAMILY loose USING hash;
COMMENT ON OPERATOR ~~> (integer, integer) IS 'the same number';
COMMENT ON OPERATOR CLASS num_ops USING btree IS 'numbers in order';
COMMENT ON OPERATOR FAMILY loose USING hash IS 'nothing yet';
CREATE CAST (num AS integer) WITHOUT FUNCTION;
CREATE CAST (mood AS integer) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (num AS integer) IS 'the same bytes';
CREATE COLLATION plain FROM "C";
CREATE COLLATION german (PROVIDER = icu, LOCALE = 'de', DETERMINISTIC = false);
COMMENT ON COLLATION german IS 'as in a telephone book';
CREATE CONVERSION latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
COMMENT ON CONVERSION latin IS 'from the old system';
CREATE TEXT SEARCH TEMPLATE plain (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH PARSER words (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH DICTIONARY names (TEMPLATE = pg_catalog.simple, ACCEPT = false);
CREATE TEXT SEARCH CONFIGURATION notes (PARSER = pg_catalog."default");
ALTER TEXT SEARCH CONFIGURATION notes ADD MAPPING FOR asciiword, word WITH names, simple;
COMMENT ON TEXT SEARCH CONFIGURATION notes IS 'for notes';
COMMENT ON TEXT SEARCH DICTIONARY names IS 'of people';
COMMENT ON TEXT SEARCH PARSER words IS 'at blanks';
COMMENT ON TEXT SEARCH TEMPLATE plain IS 'nothing special';

-- Access methods, languages, transforms, foreign data.
CREATE ACCESS METHOD tree TYPE INDEX HANDLER bthandler;
CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler;
COMMENT ON ACCESS METHOD pile IS 'another heap';
CREATE TRUSTED LANGUAGE script HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
GRANT USAGE ON LANGUAGE script TO clerk;
COMMENT ON LANGUAGE script IS 'plpgsql by another name';
CREATE TRANSFORM FOR integer LANGUAGE script (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal));
COMMENT ON TRANSFORM FOR integer LANGUAGE script IS 'of no use';
CREATE FUNCTION transformed(integer) RETURNS integer LANGUAGE script TRANSFORM FOR TYPE integer AS $$BEGIN RETURN 1; END$$;
CREATE FOREIGN DATA WRAPPER wire OPTIONS (debug 'true');
CREATE SERVER far TYPE 'old' VERSION '1' FOREIGN DATA WRAPPER wire OPTIONS (host 'far', port '1');
CREATE USER MAPPING FOR clerk SERVER far OPTIONS (user 'them', password 'hidden');
GRANT USAGE ON FOREIGN SERVER far TO clerk;
COMMENT ON FOREIGN DATA WRAPPER wire IS 'nothing behind it';
COMMENT ON SERVER far IS 'in the cellar';
CREATE FOREIGN TABLE remote (id integer OPTIONS (name 'nr') NOT NULL, body text) SERVER far OPTIONS (relation 'items');
COMMENT ON FOREIGN TABLE remote IS 'over there';

-- Tables.
CREATE SEQUENCE tickets AS integer START 5 INCREMENT 5 MAXVALUE 5000 CACHE 3 CYCLE;
COMMENT ON SEQUENCE tickets IS 'by fives';
GRANT USAGE ON SEQUENCE tickets TO clerk;
CREATE TABLE customers (
    id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code     varchar(20) NOT NULL CONSTRAINT customers_code_key UNIQUE,
    name     text COLLATE "C" NOT NULL,
    mail     citext,
    feels    mood DEFAULT 'content',
    lives    address,
    score    positive,
    tags     text[] DEFAULT '{}',
    note     text DEFAULT 'a
b',
    length   integer GENERATED ALWAYS AS (length(name)) STORED,
    joined   timestamptz DEFAULT now(),
    CONSTRAINT customers_name_not_blank CHECK (length(trim(name)) > 0)
) WITH (fillfactor = 90);
ALTER TABLE customers ALTER note SET STORAGE EXTERNAL, ALTER tags SET COMPRESSION pglz, ALTER mail SET STATISTICS 200,
    ALTER name SET (n_distinct = -0.5);
COMMENT ON TABLE customers IS 'who buys';
COMMENT ON COLUMN customers.name IS 'as they want it written';
COMMENT ON CONSTRAINT customers_name_not_blank ON customers IS 'nobody is nameless';
GRANT SELECT, INSERT, UPDATE ON customers TO clerk;
GRANT SELECT (id, name) ON customers TO reader;
CREATE TABLE app.orders (
    id        serial PRIMARY KEY,
    customer  integer NOT NULL CONSTRAINT orders_customer_fkey REFERENCES customers (id) ON DELETE CASCADE,
    amount    numeric(12, 2) NOT NULL DEFAULT 0,
    during    tstzrange,
    placed    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT orders_amount_check CHECK (amount >= 0) NO INHERIT,
    CONSTRAINT orders_during_excl EXCLUDE USING gist (during WITH &&),
    CONSTRAINT orders_once UNIQUE (customer, placed) DEFERRABLE INITIALLY DEFERRED
);
ALTER TABLE app.orders OWNER TO keeper;
ALTER TABLE app.orders ADD CONSTRAINT orders_old CHECK (id > 0) NOT VALID;
CREATE TABLE events (at timestamptz NOT NULL, kind text NOT NULL, body jsonb) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (kind);
CREATE TABLE events_2025_a PARTITION OF events_2025 FOR VALUES IN ('a', 'b');
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE TABLE loose_events (at timestamptz NOT NULL, kind text NOT NULL, body jsonb);
CREATE INDEX events_at ON events (at);
CREATE TABLE animals (id integer NOT NULL, legs integer DEFAULT 4 CONSTRAINT animals_legs CHECK (legs >= 0));
CREATE TABLE named (label text);
CREATE TABLE dogs (breed text) INHERITS (animals, named);
CREATE TABLE cats (id integer NOT NULL, legs integer DEFAULT 4, CONSTRAINT animals_legs CHECK (legs >= 0));
CREATE TABLE addresses OF address (number WITH OPTIONS NOT NULL);
CREATE UNLOGGED TABLE cache (key text PRIMARY KEY, value bytea);
CREATE TABLE empty ();
CREATE TABLE archive (id integer, body text COLLATE "POSIX") TABLESPACE attic;
CREATE TABLE app."Odd Name" ("A b" integer, "select" text DEFAULT 'x');

-- Indexes.
CREATE INDEX customers_name ON customers (name DESC NULLS LAST, code) INCLUDE (joined) WITH (fillfactor = 70);
CREATE INDEX customers_lower ON customers (lower(name), (code || 'x')) WHERE feels = 'happy';
CREATE INDEX customers_tags ON customers USING gin (tags) WITH (fastupdate = false);
CREATE INDEX customers_body ON customers USING hash (code);
CREATE UNIQUE INDEX orders_placed ON app.orders (placed, id) NULLS NOT DISTINCT;
ALTER INDEX customers_lower ALTER COLUMN 1 SET STATISTICS 300;
CREATE INDEX archive_body ON archive (body) TABLESPACE attic;
CREATE UNIQUE INDEX archive_id ON archive (id);
CREATE INDEX loose_events_at ON loose_events (at);
CREATE INDEX broken ON loose_events (kind);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'broken'::regclass;
COMMENT ON INDEX customers_name IS 'for the list';
CREATE STATISTICS customers_codes (ndistinct, dependencies) ON code, name FROM customers;
CREATE STATISTICS customers_words ON lower(name), code FROM customers;
COMMENT ON STATISTICS customers_codes IS 'they go together';

-- Views, rules, triggers, policies.
CREATE VIEW happy WITH (security_barrier) AS SELECT id, name, 'it''s  fine
so far' AS word FROM customers WHERE feels = 'happy' WITH LOCAL CHECK OPTION;
ALTER VIEW happy ALTER COLUMN name SET DEFAULT 'nobody';
COMMENT ON VIEW happy IS 'who feels well';
COMMENT ON COLUMN happy.name IS 'shown first';
CREATE MATERIALIZED VIEW sums WITH (fillfactor = 80) AS SELECT customer, sum(amount) AS amount FROM app.orders GROUP BY customer;
CREATE UNIQUE INDEX sums_customer ON sums (customer);
COMMENT ON MATERIALIZED VIEW sums IS 'what they spent';
CREATE MATERIALIZED VIEW later AS SELECT 1 AS one WITH NO DATA;
CREATE RULE keep AS ON DELETE TO named DO INSTEAD NOTHING;
COMMENT ON RULE keep ON named IS 'for ever';
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OF name ON customers FOR EACH ROW WHEN (NEW.name <> '') EXECUTE FUNCTION on_write('x');
CREATE CONSTRAINT TRIGGER settle AFTER INSERT ON app.orders DEFERRABLE FOR EACH ROW EXECUTE FUNCTION on_write();
CREATE TRIGGER each_event AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION on_write();
CREATE TRIGGER through INSTEAD OF INSERT ON happy FOR EACH ROW EXECUTE FUNCTION on_write();
COMMENT ON TRIGGER guard ON customers IS 'looks at each name';
CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('DROP FUNCTION') EXECUTE FUNCTION on_ddl();
COMMENT ON EVENT TRIGGER watch IS 'looks on';
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON customers FOR SELECT TO clerk, reader USING (name = current_user);
CREATE POLICY write ON customers AS RESTRICTIVE FOR INSERT WITH CHECK (score > 1);
COMMENT ON POLICY own ON customers IS 'each sees himself';

-- Publications, default privileges, large objects.
CREATE PUBLICATION changes FOR TABLE customers (id, name) WHERE (id > 10), TABLE app.orders WITH (publish = 'insert, update');
CREATE PUBLICATION everything FOR ALL TABLES;
CREATE PUBLICATION of_app FOR TABLES IN SCHEMA app WITH (publish_via_partition_root);
COMMENT ON PUBLICATION changes IS 'for the branch';
ALTER DEFAULT PRIVILEGES FOR ROLE keeper GRANT SELECT ON TABLES TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE keeper IN SCHEMA app GRANT EXECUTE ON FUNCTIONS TO clerk;
ALTER DEFAULT PRIVILEGES FOR ROLE keeper REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
SELECT lo_create(4711);
