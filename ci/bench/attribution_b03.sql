-- The 51 checks of the suite attribution-b03 as pgTAP tests, for ci/bench/run to compare with. Each check keeps its id;
-- one check is as many assertions as pgTAP needs to say the same: type, nullability and default of each column, the whole
-- definition of each index, the exact message of each refusal (which names what refused), and its accepted neighbour.
-- It is judged on the state after the last phase.

BEGIN;
SELECT plan(216);

-- phase 4: tenants: API key and notification address

-- check 4.1.1: api_key_hash and notification_email are varchar(255), NOT NULL and without a default
SELECT col_type_is('tenants', 'api_key_hash', 'character varying(255)');
SELECT col_not_null('tenants', 'api_key_hash');
SELECT col_hasnt_default('tenants', 'api_key_hash');
SELECT col_type_is('tenants', 'notification_email', 'character varying(255)');
SELECT col_not_null('tenants', 'notification_email');
SELECT col_hasnt_default('tenants', 'notification_email');

-- check 4.2.1: idx_tenants_api_key_hash is a unique index on api_key_hash alone, over all rows
SELECT is(pg_get_indexdef('idx_tenants_api_key_hash'::regclass), 'CREATE UNIQUE INDEX idx_tenants_api_key_hash ON public.tenants USING btree (api_key_hash)');
SELECT ok((SELECT indisvalid AND indisready FROM pg_index WHERE indexrelid = 'idx_tenants_api_key_hash'::regclass), 'idx_tenants_api_key_hash is valid');

-- check 4.2.2: a second tenant with the same key is refused
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'First', 'hash-of-one-key', 'first@example.com');
SELECT throws_ok($$
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000002', 'Second', 'hash-of-one-key', 'second@example.com')
$$, '23505', 'duplicate key value violates unique constraint "idx_tenants_api_key_hash"', 'a second tenant with the same key is refused');
SELECT lives_ok($$
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000002', 'Second', 'hash-of-another-key', 'second@example.com')
$$, 'a second tenant with the same key is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check D4.2.3: two tenants with keys of their own may share a notification address
SAVEPOINT the_check;
SELECT count(*) AS rows_before FROM tenants \gset
SELECT lives_ok($$
INSERT INTO tenants (id, name, api_key_hash, notification_email) VALUES
    ('90000000-0000-4000-8000-000000000001', 'First', 'hash-of-one-key', 'shared@example.com'),
    ('90000000-0000-4000-8000-000000000002', 'Second', 'hash-of-another-key', 'shared@example.com')
$$, 'two tenants with keys of their own may share a notification address');
SELECT is((SELECT count(*) FROM tenants) - :rows_before, 2::bigint, 'two tenants with keys of their own may share a notification address: rows');
ROLLBACK TO SAVEPOINT the_check;

-- check 4.3.1: a NULL api_key_hash is refused
SAVEPOINT the_check;
SELECT throws_ok($$
INSERT INTO tenants (name, api_key_hash, notification_email) VALUES ('Nameless key', NULL, 'somebody@example.com')
$$, '23502', 'null value in column "api_key_hash" of relation "tenants" violates not-null constraint', 'a NULL api_key_hash is refused');
SELECT lives_ok($$
INSERT INTO tenants (name, api_key_hash, notification_email)
VALUES ('Nameless key', 'hash-of-one-key', 'somebody@example.com')
$$, 'a NULL api_key_hash is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check 4.3.2: a NULL notification_email is refused
SAVEPOINT the_check;
SELECT throws_ok($$
INSERT INTO tenants (name, api_key_hash, notification_email) VALUES ('No address', 'hash-of-one-key', NULL)
$$, '23502', 'null value in column "notification_email" of relation "tenants" violates not-null constraint', 'a NULL notification_email is refused');
SELECT lives_ok($$
INSERT INTO tenants (name, api_key_hash, notification_email)
VALUES ('No address', 'hash-of-one-key', 'somebody@example.com')
$$, 'a NULL notification_email is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check D4.3.3: a tenant written as before the phase is refused, so no default fills the columns in
SAVEPOINT the_check;
SELECT throws_ok($$
INSERT INTO tenants (name) VALUES ('Written as before')
$$, '23502', 'null value in column "api_key_hash" of relation "tenants" violates not-null constraint', 'a tenant written as before the phase is refused, so no default fills the columns in');
SELECT lives_ok($$
INSERT INTO tenants (name, api_key_hash, notification_email)
VALUES ('Written as before', 'hash-of-one-key', 'somebody@example.com')
$$, 'a tenant written as before the phase is refused, so no default fills the columns in: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check 4.4.1: both comments carry INVARIANT: auth_critical and a purpose
SELECT matches(col_description('tenants'::regclass, (SELECT attnum FROM pg_attribute WHERE attrelid = 'tenants'::regclass AND attname = 'api_key_hash')), 'INVARIANT: auth_critical', 'tenants.api_key_hash says INVARIANT: auth_critical');
SELECT matches(col_description('tenants'::regclass, (SELECT attnum FROM pg_attribute WHERE attrelid = 'tenants'::regclass AND attname = 'api_key_hash')), 'Purpose', 'tenants.api_key_hash says Purpose');
SELECT matches(col_description('tenants'::regclass, (SELECT attnum FROM pg_attribute WHERE attrelid = 'tenants'::regclass AND attname = 'notification_email')), 'INVARIANT: auth_critical', 'tenants.notification_email says INVARIANT: auth_critical');
SELECT matches(col_description('tenants'::regclass, (SELECT attnum FROM pg_attribute WHERE attrelid = 'tenants'::regclass AND attname = 'notification_email')), 'Purpose', 'tenants.notification_email says Purpose');

-- phase 5: attribution_events: idempotency key, classification, queue and currency

-- check 5.1.1: ten columns with type, length and nullability; currency is NOT NULL
SELECT col_type_is('attribution_events', 'idempotency_key', 'character varying(255)');
SELECT col_not_null('attribution_events', 'idempotency_key');
SELECT col_hasnt_default('attribution_events', 'idempotency_key');
SELECT col_type_is('attribution_events', 'event_type', 'character varying(50)');
SELECT col_not_null('attribution_events', 'event_type');
SELECT col_hasnt_default('attribution_events', 'event_type');
SELECT col_type_is('attribution_events', 'channel', 'character varying(100)');
SELECT col_not_null('attribution_events', 'channel');
SELECT col_hasnt_default('attribution_events', 'channel');
SELECT col_type_is('attribution_events', 'campaign_id', 'character varying(255)');
SELECT col_is_null('attribution_events', 'campaign_id');
SELECT col_hasnt_default('attribution_events', 'campaign_id');
SELECT col_type_is('attribution_events', 'conversion_value_cents', 'integer');
SELECT col_is_null('attribution_events', 'conversion_value_cents');
SELECT col_hasnt_default('attribution_events', 'conversion_value_cents');
SELECT col_type_is('attribution_events', 'currency', 'character varying(3)');
SELECT col_not_null('attribution_events', 'currency');
SELECT col_default_is('attribution_events', 'currency', 'USD');
SELECT col_type_is('attribution_events', 'event_timestamp', 'timestamp with time zone');
SELECT col_not_null('attribution_events', 'event_timestamp');
SELECT col_hasnt_default('attribution_events', 'event_timestamp');
SELECT col_type_is('attribution_events', 'processed_at', 'timestamp with time zone');
SELECT col_is_null('attribution_events', 'processed_at');
SELECT col_default_is('attribution_events', 'processed_at', 'now()');
SELECT col_type_is('attribution_events', 'processing_status', 'character varying(20)');
SELECT col_not_null('attribution_events', 'processing_status');
SELECT col_default_is('attribution_events', 'processing_status', 'pending');
SELECT col_type_is('attribution_events', 'retry_count', 'integer');
SELECT col_not_null('attribution_events', 'retry_count');
SELECT col_default_is('attribution_events', 'retry_count', '0');

-- check D5.1.2: four of the ten columns have a default, each exactly the one named, and six have none
SELECT results_eq($$
SELECT a.attname::text COLLATE "default", pg_get_expr(d.adbin, d.adrelid) COLLATE "default"
FROM pg_attribute a
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = 'public.attribution_events'::regclass
  AND a.attname IN (
      'idempotency_key', 'event_type', 'channel', 'campaign_id', 'conversion_value_cents',
      'currency', 'event_timestamp', 'processed_at', 'processing_status', 'retry_count'
  )
ORDER BY a.attname COLLATE "C"
$$, $$ VALUES
    ('campaign_id', NULL),
    ('channel', NULL),
    ('conversion_value_cents', NULL),
    ('currency', '''USD''::character varying'),
    ('event_timestamp', NULL),
    ('event_type', NULL),
    ('idempotency_key', NULL),
    ('processed_at', 'now()'),
    ('processing_status', '''pending''::character varying'),
    ('retry_count', '0')
$$, 'four of the ten columns have a default, each exactly the one named, and six have none');

-- check D5.1.3: a NULL idempotency_key is refused
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
SELECT throws_ok($$
INSERT INTO attribution_events (
    tenant_id, occurred_at, session_id, raw_payload, idempotency_key, event_type, channel, event_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00', '95000000-0000-4000-8000-000000000001',
    '{}', NULL, 'purchase', 'direct', '2025-11-15 12:00:00+00'
)
$$, '23502', 'null value in column "idempotency_key" of relation "attribution_events" violates not-null constraint', 'a NULL idempotency_key is refused');
SELECT lives_ok($$
INSERT INTO attribution_events (
    tenant_id, occurred_at, session_id, raw_payload, idempotency_key, event_type, channel, event_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00', '95000000-0000-4000-8000-000000000001',
    '{}', 'key-of-the-test', 'purchase', 'direct', '2025-11-15 12:00:00+00'
)
$$, 'a NULL idempotency_key is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check D5.1.4: a NULL event_type is refused
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
SELECT throws_ok($$
INSERT INTO attribution_events (
    tenant_id, occurred_at, session_id, raw_payload, idempotency_key, event_type, channel, event_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00', '95000000-0000-4000-8000-000000000001',
    '{}', 'key-of-the-test', NULL, 'direct', '2025-11-15 12:00:00+00'
)
$$, '23502', 'null value in column "event_type" of relation "attribution_events" violates not-null constraint', 'a NULL event_type is refused');
SELECT lives_ok($$
INSERT INTO attribution_events (
    tenant_id, occurred_at, session_id, raw_payload, idempotency_key, event_type, channel, event_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00', '95000000-0000-4000-8000-000000000001',
    '{}', 'key-of-the-test', 'purchase', 'direct', '2025-11-15 12:00:00+00'
)
$$, 'a NULL event_type is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check D5.1.5: a NULL channel is refused
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
SELECT throws_ok($$
INSERT INTO attribution_events (
    tenant_id, occurred_at, session_id, raw_payload, idempotency_key, event_type, channel, event_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00', '95000000-0000-4000-8000-000000000001',
    '{}', 'key-of-the-test', 'purchase', NULL, '2025-11-15 12:00:00+00'
)
$$, '23502', 'null value in column "channel" of relation "attribution_events" violates not-null constraint', 'a NULL channel is refused');
SELECT lives_ok($$
INSERT INTO attribution_events (
    tenant_id, occurred_at, session_id, raw_payload, idempotency_key, event_type, channel, event_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00', '95000000-0000-4000-8000-000000000001',
    '{}', 'key-of-the-test', 'purchase', 'direct', '2025-11-15 12:00:00+00'
)
$$, 'a NULL channel is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check D5.1.6: a NULL event_timestamp is refused
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
SELECT throws_ok($$
INSERT INTO attribution_events (
    tenant_id, occurred_at, session_id, raw_payload, idempotency_key, event_type, channel, event_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00', '95000000-0000-4000-8000-000000000001',
    '{}', 'key-of-the-test', 'purchase', 'direct', NULL
)
$$, '23502', 'null value in column "event_timestamp" of relation "attribution_events" violates not-null constraint', 'a NULL event_timestamp is refused');
SELECT lives_ok($$
INSERT INTO attribution_events (
    tenant_id, occurred_at, session_id, raw_payload, idempotency_key, event_type, channel, event_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00', '95000000-0000-4000-8000-000000000001',
    '{}', 'key-of-the-test', 'purchase', 'direct', '2025-11-15 12:00:00+00'
)
$$, 'a NULL event_timestamp is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check D5.1.7: a NULL currency is refused
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
SELECT throws_ok($$
INSERT INTO attribution_events (
    tenant_id, occurred_at, session_id, raw_payload, idempotency_key, event_type, channel, event_timestamp,
    currency
) VALUES (
    '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00', '95000000-0000-4000-8000-000000000001',
    '{}', 'key-of-the-test', 'purchase', 'direct', '2025-11-15 12:00:00+00', NULL
)
$$, '23502', 'null value in column "currency" of relation "attribution_events" violates not-null constraint', 'a NULL currency is refused');
SELECT lives_ok($$
INSERT INTO attribution_events (
    tenant_id, occurred_at, session_id, raw_payload, idempotency_key, event_type, channel, event_timestamp,
    currency
) VALUES (
    '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00', '95000000-0000-4000-8000-000000000001',
    '{}', 'key-of-the-test', 'purchase', 'direct', '2025-11-15 12:00:00+00', 'USD'
)
$$, 'a NULL currency is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check 5.2.1: idx_events_idempotency is a unique index on idempotency_key alone, over all rows
SELECT is(pg_get_indexdef('idx_events_idempotency'::regclass), 'CREATE UNIQUE INDEX idx_events_idempotency ON public.attribution_events USING btree (idempotency_key)');
SELECT ok((SELECT indisvalid AND indisready FROM pg_index WHERE indexrelid = 'idx_events_idempotency'::regclass), 'idx_events_idempotency is valid');

-- check 5.2.2: a second event with the same key is refused
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
INSERT INTO attribution_events (
    tenant_id, occurred_at, session_id, raw_payload, idempotency_key, event_type, channel, event_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00', '95000000-0000-4000-8000-000000000001',
    '{}', 'key-of-the-test', 'purchase', 'direct', '2025-11-15 12:00:00+00'
);
SELECT throws_ok($$
INSERT INTO attribution_events (
    tenant_id, occurred_at, session_id, raw_payload, idempotency_key, event_type, channel, event_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00', '95000000-0000-4000-8000-000000000002',
    '{}', 'key-of-the-test', 'purchase', 'direct', '2025-11-15 12:00:00+00'
)
$$, '23505', 'duplicate key value violates unique constraint "idx_events_idempotency"', 'a second event with the same key is refused');
SELECT lives_ok($$
INSERT INTO attribution_events (
    tenant_id, occurred_at, session_id, raw_payload, idempotency_key, event_type, channel, event_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00', '95000000-0000-4000-8000-000000000002',
    '{}', 'another-key-of-the-test', 'purchase', 'direct', '2025-11-15 12:00:00+00'
)
$$, 'a second event with the same key is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check 5.3.1: a NULL session_id is refused
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
SELECT throws_ok($$
INSERT INTO attribution_events (
    tenant_id, occurred_at, session_id, raw_payload, idempotency_key, event_type, channel, event_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00', NULL, '{}', 'key-of-the-test', 'purchase',
    'direct', '2025-11-15 12:00:00+00'
)
$$, '23502', 'null value in column "session_id" of relation "attribution_events" violates not-null constraint', 'a NULL session_id is refused');
SELECT lives_ok($$
INSERT INTO attribution_events (
    tenant_id, occurred_at, session_id, raw_payload, idempotency_key, event_type, channel, event_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00', '95000000-0000-4000-8000-000000000001',
    '{}', 'key-of-the-test', 'purchase', 'direct', '2025-11-15 12:00:00+00'
)
$$, 'a NULL session_id is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check 5.4.1: an unknown processing_status is refused
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
SELECT throws_ok($$
INSERT INTO attribution_events (
    tenant_id, occurred_at, session_id, raw_payload, idempotency_key, event_type, channel, event_timestamp,
    processing_status
) VALUES (
    '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00', '95000000-0000-4000-8000-000000000001',
    '{}', 'key-of-the-test', 'purchase', 'direct', '2025-11-15 12:00:00+00', 'invalid_status'
)
$$, '23514', 'new row for relation "attribution_events" violates check constraint "ck_attribution_events_processing_status_valid"', 'an unknown processing_status is refused');
SELECT lives_ok($$
INSERT INTO attribution_events (
    tenant_id, occurred_at, session_id, raw_payload, idempotency_key, event_type, channel, event_timestamp,
    processing_status
) VALUES (
    '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00', '95000000-0000-4000-8000-000000000001',
    '{}', 'key-of-the-test', 'purchase', 'direct', '2025-11-15 12:00:00+00', 'failed'
)
$$, 'an unknown processing_status is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check 5.4.2: pending, processed and failed are accepted
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
SELECT count(*) AS rows_before FROM attribution_events \gset
SELECT lives_ok($$
INSERT INTO attribution_events (
    tenant_id, occurred_at, session_id, raw_payload, idempotency_key, event_type, channel, event_timestamp,
    processing_status
)
SELECT '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00', '95000000-0000-4000-8000-000000000001',
       '{}', 'key-of-' || status, 'purchase', 'direct', '2025-11-15 12:00:00+00', status
FROM unnest(ARRAY['pending', 'processed', 'failed']) AS status
$$, 'pending, processed and failed are accepted');
SELECT is((SELECT count(*) FROM attribution_events) - :rows_before, 3::bigint, 'pending, processed and failed are accepted: rows');
ROLLBACK TO SAVEPOINT the_check;

-- check D5.4.3: a negative retry_count is refused
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
SELECT throws_ok($$
INSERT INTO attribution_events (
    tenant_id, occurred_at, session_id, raw_payload, idempotency_key, event_type, channel, event_timestamp,
    retry_count
) VALUES (
    '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00', '95000000-0000-4000-8000-000000000001',
    '{}', 'key-of-the-test', 'purchase', 'direct', '2025-11-15 12:00:00+00', -1
)
$$, '23514', 'new row for relation "attribution_events" violates check constraint "ck_attribution_events_retry_count_positive"', 'a negative retry_count is refused');
SELECT lives_ok($$
INSERT INTO attribution_events (
    tenant_id, occurred_at, session_id, raw_payload, idempotency_key, event_type, channel, event_timestamp,
    retry_count
) VALUES (
    '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00', '95000000-0000-4000-8000-000000000001',
    '{}', 'key-of-the-test', 'purchase', 'direct', '2025-11-15 12:00:00+00', 0
)
$$, 'a negative retry_count is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check 5.5.1: neither composite unique index exists
SELECT hasnt_index('attribution_events', 'idx_attribution_events_tenant_external_event_id');
SELECT hasnt_index('attribution_events', 'idx_attribution_events_tenant_correlation_id');

-- check 5.6.1: both indexes stand with their order, and the queue's only over pending rows
SELECT is(pg_get_indexdef('idx_events_tenant_timestamp'::regclass), 'CREATE INDEX idx_events_tenant_timestamp ON public.attribution_events USING btree (tenant_id, event_timestamp DESC)');
SELECT ok((SELECT indisvalid AND indisready FROM pg_index WHERE indexrelid = 'idx_events_tenant_timestamp'::regclass), 'idx_events_tenant_timestamp is valid');
SELECT is(pg_get_indexdef('idx_events_processing_status'::regclass), 'CREATE INDEX idx_events_processing_status ON public.attribution_events USING btree (processing_status, processed_at) WHERE ((processing_status)::text = ''pending''::text)');
SELECT ok((SELECT indisvalid AND indisready FROM pg_index WHERE indexrelid = 'idx_events_processing_status'::regclass), 'idx_events_processing_status is valid');

-- phase 6: attribution_allocations: statistics and verification

-- check 6.1.1: nine columns with type, length, precision, nullability and default
SELECT col_type_is('attribution_allocations', 'model_type', 'character varying(50)');
SELECT col_not_null('attribution_allocations', 'model_type');
SELECT col_hasnt_default('attribution_allocations', 'model_type');
SELECT col_type_is('attribution_allocations', 'confidence_score', 'numeric(4,3)');
SELECT col_not_null('attribution_allocations', 'confidence_score');
SELECT col_hasnt_default('attribution_allocations', 'confidence_score');
SELECT col_type_is('attribution_allocations', 'credible_interval_lower_cents', 'integer');
SELECT col_is_null('attribution_allocations', 'credible_interval_lower_cents');
SELECT col_hasnt_default('attribution_allocations', 'credible_interval_lower_cents');
SELECT col_type_is('attribution_allocations', 'credible_interval_upper_cents', 'integer');
SELECT col_is_null('attribution_allocations', 'credible_interval_upper_cents');
SELECT col_hasnt_default('attribution_allocations', 'credible_interval_upper_cents');
SELECT col_type_is('attribution_allocations', 'convergence_r_hat', 'numeric(5,4)');
SELECT col_is_null('attribution_allocations', 'convergence_r_hat');
SELECT col_hasnt_default('attribution_allocations', 'convergence_r_hat');
SELECT col_type_is('attribution_allocations', 'effective_sample_size', 'integer');
SELECT col_is_null('attribution_allocations', 'effective_sample_size');
SELECT col_hasnt_default('attribution_allocations', 'effective_sample_size');
SELECT col_type_is('attribution_allocations', 'verified', 'boolean');
SELECT col_not_null('attribution_allocations', 'verified');
SELECT col_default_is('attribution_allocations', 'verified', 'false');
SELECT col_type_is('attribution_allocations', 'verification_source', 'character varying(50)');
SELECT col_is_null('attribution_allocations', 'verification_source');
SELECT col_hasnt_default('attribution_allocations', 'verification_source');
SELECT col_type_is('attribution_allocations', 'verification_timestamp', 'timestamp with time zone');
SELECT col_is_null('attribution_allocations', 'verification_timestamp');
SELECT col_hasnt_default('attribution_allocations', 'verification_timestamp');

-- check 6.2.1: a confidence of 1.5 is refused
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
INSERT INTO attribution_events (
    id, tenant_id, occurred_at, session_id, revenue_cents, raw_payload, idempotency_key, event_type, channel,
    event_timestamp
) VALUES (
    '9e000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00',
    '95000000-0000-4000-8000-000000000001', 1000, '{}', 'key-of-the-test', 'purchase', 'direct',
    '2025-11-15 12:00:00+00'
);
SELECT throws_ok($$
INSERT INTO attribution_allocations (
    tenant_id, event_id, channel_code, allocated_revenue_cents, model_version, model_type, confidence_score
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9e000000-0000-4000-8000-000000000001', 'direct', 1000, 'test-1',
    'last_touch', 1.5
)
$$, '23514', 'new row for relation "attribution_allocations" violates check constraint "ck_allocations_confidence_score"', 'a confidence of 1.5 is refused');
SELECT lives_ok($$
INSERT INTO attribution_allocations (
    tenant_id, event_id, channel_code, allocated_revenue_cents, model_version, model_type, confidence_score
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9e000000-0000-4000-8000-000000000001', 'direct', 1000, 'test-1',
    'last_touch', 1.0
)
$$, 'a confidence of 1.5 is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check 6.2.2: a confidence of -0.1 is refused
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
INSERT INTO attribution_events (
    id, tenant_id, occurred_at, session_id, revenue_cents, raw_payload, idempotency_key, event_type, channel,
    event_timestamp
) VALUES (
    '9e000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00',
    '95000000-0000-4000-8000-000000000001', 1000, '{}', 'key-of-the-test', 'purchase', 'direct',
    '2025-11-15 12:00:00+00'
);
SELECT throws_ok($$
INSERT INTO attribution_allocations (
    tenant_id, event_id, channel_code, allocated_revenue_cents, model_version, model_type, confidence_score
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9e000000-0000-4000-8000-000000000001', 'direct', 1000, 'test-1',
    'last_touch', -0.1
)
$$, '23514', 'new row for relation "attribution_allocations" violates check constraint "ck_allocations_confidence_score"', 'a confidence of -0.1 is refused');
SELECT lives_ok($$
INSERT INTO attribution_allocations (
    tenant_id, event_id, channel_code, allocated_revenue_cents, model_version, model_type, confidence_score
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9e000000-0000-4000-8000-000000000001', 'direct', 1000, 'test-1',
    'last_touch', 0.0
)
$$, 'a confidence of -0.1 is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check 6.2.3: 0.0, 0.5 and 1.0 are accepted
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
INSERT INTO attribution_events (
    id, tenant_id, occurred_at, session_id, revenue_cents, raw_payload, idempotency_key, event_type, channel,
    event_timestamp
) VALUES (
    '9e000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00',
    '95000000-0000-4000-8000-000000000001', 1000, '{}', 'key-of-the-test', 'purchase', 'direct',
    '2025-11-15 12:00:00+00'
);
SELECT count(*) AS rows_before FROM attribution_allocations \gset
SELECT lives_ok($$
INSERT INTO attribution_allocations (
    tenant_id, event_id, channel_code, allocated_revenue_cents, model_version, model_type, confidence_score
)
SELECT '90000000-0000-4000-8000-000000000001', '9e000000-0000-4000-8000-000000000001', 'direct', 1000, 'test-' || score, 'last_touch', score
FROM unnest(ARRAY[0.0, 0.5, 1.0]) AS score
$$, '0.0, 0.5 and 1.0 are accepted');
SELECT is((SELECT count(*) FROM attribution_allocations) - :rows_before, 3::bigint, '0.0, 0.5 and 1.0 are accepted: rows');
ROLLBACK TO SAVEPOINT the_check;

-- check D6.2.4: a NULL confidence is refused, which the CHECK alone would let through
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
INSERT INTO attribution_events (
    id, tenant_id, occurred_at, session_id, revenue_cents, raw_payload, idempotency_key, event_type, channel,
    event_timestamp
) VALUES (
    '9e000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00',
    '95000000-0000-4000-8000-000000000001', 1000, '{}', 'key-of-the-test', 'purchase', 'direct',
    '2025-11-15 12:00:00+00'
);
SELECT throws_ok($$
INSERT INTO attribution_allocations (
    tenant_id, event_id, channel_code, allocated_revenue_cents, model_version, model_type, confidence_score
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9e000000-0000-4000-8000-000000000001', 'direct', 1000, 'test-1',
    'last_touch', NULL
)
$$, '23502', 'null value in column "confidence_score" of relation "attribution_allocations" violates not-null constraint', 'a NULL confidence is refused, which the CHECK alone would let through');
SELECT lives_ok($$
INSERT INTO attribution_allocations (
    tenant_id, event_id, channel_code, allocated_revenue_cents, model_version, model_type, confidence_score
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9e000000-0000-4000-8000-000000000001', 'direct', 1000, 'test-1',
    'last_touch', 0.5
)
$$, 'a NULL confidence is refused, which the CHECK alone would let through: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check 6.3.1: the index stands with its order and includes amount and confidence
SELECT is(pg_get_indexdef('idx_allocations_channel_performance'::regclass), 'CREATE INDEX idx_allocations_channel_performance ON public.attribution_allocations USING btree (tenant_id, channel_code, created_at DESC) INCLUDE (allocated_revenue_cents, confidence_score)');
SELECT ok((SELECT indisvalid AND indisready FROM pg_index WHERE indexrelid = 'idx_allocations_channel_performance'::regclass), 'idx_allocations_channel_performance is valid');

-- phase 7: revenue_ledger: transaction identity, state and currency

-- check 7.1.1: nine columns with type, length, nullability and default
SELECT col_type_is('revenue_ledger', 'transaction_id', 'character varying(255)');
SELECT col_not_null('revenue_ledger', 'transaction_id');
SELECT col_hasnt_default('revenue_ledger', 'transaction_id');
SELECT col_type_is('revenue_ledger', 'order_id', 'character varying(255)');
SELECT col_is_null('revenue_ledger', 'order_id');
SELECT col_hasnt_default('revenue_ledger', 'order_id');
SELECT col_type_is('revenue_ledger', 'state', 'character varying(50)');
SELECT col_not_null('revenue_ledger', 'state');
SELECT col_hasnt_default('revenue_ledger', 'state');
SELECT col_type_is('revenue_ledger', 'previous_state', 'character varying(50)');
SELECT col_is_null('revenue_ledger', 'previous_state');
SELECT col_hasnt_default('revenue_ledger', 'previous_state');
SELECT col_type_is('revenue_ledger', 'amount_cents', 'integer');
SELECT col_not_null('revenue_ledger', 'amount_cents');
SELECT col_hasnt_default('revenue_ledger', 'amount_cents');
SELECT col_type_is('revenue_ledger', 'currency', 'character varying(3)');
SELECT col_not_null('revenue_ledger', 'currency');
SELECT col_default_is('revenue_ledger', 'currency', 'USD');
SELECT col_type_is('revenue_ledger', 'verification_source', 'character varying(50)');
SELECT col_not_null('revenue_ledger', 'verification_source');
SELECT col_hasnt_default('revenue_ledger', 'verification_source');
SELECT col_type_is('revenue_ledger', 'verification_timestamp', 'timestamp with time zone');
SELECT col_not_null('revenue_ledger', 'verification_timestamp');
SELECT col_hasnt_default('revenue_ledger', 'verification_timestamp');
SELECT col_type_is('revenue_ledger', 'metadata', 'jsonb');
SELECT col_is_null('revenue_ledger', 'metadata');
SELECT col_hasnt_default('revenue_ledger', 'metadata');

-- check 7.2.1: idx_revenue_ledger_transaction_id is a unique index on transaction_id alone, over all rows
SELECT is(pg_get_indexdef('idx_revenue_ledger_transaction_id'::regclass), 'CREATE UNIQUE INDEX idx_revenue_ledger_transaction_id ON public.revenue_ledger USING btree (transaction_id)');
SELECT ok((SELECT indisvalid AND indisready FROM pg_index WHERE indexrelid = 'idx_revenue_ledger_transaction_id'::regclass), 'idx_revenue_ledger_transaction_id is valid');

-- check 7.2.2: a second entry of the same transaction is refused, on an allocation of its own
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
INSERT INTO attribution_events (
    id, tenant_id, occurred_at, session_id, revenue_cents, raw_payload, idempotency_key, event_type, channel,
    event_timestamp
) VALUES (
    '9e000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00',
    '95000000-0000-4000-8000-000000000001', 1000, '{}', 'key-of-the-test', 'purchase', 'direct',
    '2025-11-15 12:00:00+00'
);
INSERT INTO attribution_allocations (
    id, tenant_id, event_id, channel_code, allocated_revenue_cents, model_version, model_type, confidence_score
)
SELECT ('9b000000-0000-4000-8000-00000000000' || n)::uuid, '90000000-0000-4000-8000-000000000001',
       '9e000000-0000-4000-8000-000000000001', 'direct', 1000, 'test-' || n, 'last_touch', 0.5
FROM generate_series(1, 2) AS n;
INSERT INTO revenue_ledger (
    tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9b000000-0000-4000-8000-000000000001', 'transaction-of-the-test',
    'captured', 1000, 'processor', '2025-11-15 12:00:00+00'
);
SELECT throws_ok($$
INSERT INTO revenue_ledger (
    tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9b000000-0000-4000-8000-000000000002', 'transaction-of-the-test',
    'captured', 1000, 'processor', '2025-11-15 12:00:00+00'
)
$$, '23505', 'duplicate key value violates unique constraint "idx_revenue_ledger_transaction_id"', 'a second entry of the same transaction is refused, on an allocation of its own');
SELECT lives_ok($$
INSERT INTO revenue_ledger (
    tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9b000000-0000-4000-8000-000000000002', 'another-transaction',
    'captured', 1000, 'processor', '2025-11-15 12:00:00+00'
)
$$, 'a second entry of the same transaction is refused, on an allocation of its own: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check 7.3.1: an unknown state is refused
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
INSERT INTO attribution_events (
    id, tenant_id, occurred_at, session_id, revenue_cents, raw_payload, idempotency_key, event_type, channel,
    event_timestamp
) VALUES (
    '9e000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00',
    '95000000-0000-4000-8000-000000000001', 1000, '{}', 'key-of-the-test', 'purchase', 'direct',
    '2025-11-15 12:00:00+00'
);
INSERT INTO attribution_allocations (
    id, tenant_id, event_id, channel_code, allocated_revenue_cents, model_version, model_type, confidence_score
)
SELECT ('9b000000-0000-4000-8000-00000000000' || n)::uuid, '90000000-0000-4000-8000-000000000001',
       '9e000000-0000-4000-8000-000000000001', 'direct', 1000, 'test-' || n, 'last_touch', 0.5
FROM generate_series(1, 1) AS n;
SELECT throws_ok($$
INSERT INTO revenue_ledger (
    tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9b000000-0000-4000-8000-000000000001', 'transaction-of-the-test',
    'invalid_state', 1000, 'processor', '2025-11-15 12:00:00+00'
)
$$, '23514', 'new row for relation "revenue_ledger" violates check constraint "ck_revenue_ledger_state_valid"', 'an unknown state is refused');
SELECT lives_ok($$
INSERT INTO revenue_ledger (
    tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9b000000-0000-4000-8000-000000000001', 'transaction-of-the-test',
    'chargeback', 1000, 'processor', '2025-11-15 12:00:00+00'
)
$$, 'an unknown state is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check 7.3.2: authorized, captured, refunded and chargeback are accepted
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
INSERT INTO attribution_events (
    id, tenant_id, occurred_at, session_id, revenue_cents, raw_payload, idempotency_key, event_type, channel,
    event_timestamp
) VALUES (
    '9e000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00',
    '95000000-0000-4000-8000-000000000001', 1000, '{}', 'key-of-the-test', 'purchase', 'direct',
    '2025-11-15 12:00:00+00'
);
INSERT INTO attribution_allocations (
    id, tenant_id, event_id, channel_code, allocated_revenue_cents, model_version, model_type, confidence_score
)
SELECT ('9b000000-0000-4000-8000-00000000000' || n)::uuid, '90000000-0000-4000-8000-000000000001',
       '9e000000-0000-4000-8000-000000000001', 'direct', 1000, 'test-' || n, 'last_touch', 0.5
FROM generate_series(1, 4) AS n;
SELECT count(*) AS rows_before FROM revenue_ledger \gset
SELECT lives_ok($$
INSERT INTO revenue_ledger (
    tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp
)
SELECT '90000000-0000-4000-8000-000000000001', ('9b000000-0000-4000-8000-00000000000' || n)::uuid,
       'transaction-' || n, state, 1000, 'processor', '2025-11-15 12:00:00+00'
FROM unnest(ARRAY['authorized', 'captured', 'refunded', 'chargeback']) WITH ORDINALITY AS of (state, n)
$$, 'authorized, captured, refunded and chargeback are accepted');
SELECT is((SELECT count(*) FROM revenue_ledger) - :rows_before, 4::bigint, 'authorized, captured, refunded and chargeback are accepted: rows');
ROLLBACK TO SAVEPOINT the_check;

-- check 7.4.1: a NULL transaction_id is refused
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
INSERT INTO attribution_events (
    id, tenant_id, occurred_at, session_id, revenue_cents, raw_payload, idempotency_key, event_type, channel,
    event_timestamp
) VALUES (
    '9e000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00',
    '95000000-0000-4000-8000-000000000001', 1000, '{}', 'key-of-the-test', 'purchase', 'direct',
    '2025-11-15 12:00:00+00'
);
INSERT INTO attribution_allocations (
    id, tenant_id, event_id, channel_code, allocated_revenue_cents, model_version, model_type, confidence_score
)
SELECT ('9b000000-0000-4000-8000-00000000000' || n)::uuid, '90000000-0000-4000-8000-000000000001',
       '9e000000-0000-4000-8000-000000000001', 'direct', 1000, 'test-' || n, 'last_touch', 0.5
FROM generate_series(1, 1) AS n;
SELECT throws_ok($$
INSERT INTO revenue_ledger (
    tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9b000000-0000-4000-8000-000000000001', NULL, 'captured', 1000,
    'processor', '2025-11-15 12:00:00+00'
)
$$, '23502', 'null value in column "transaction_id" of relation "revenue_ledger" violates not-null constraint', 'a NULL transaction_id is refused');
SELECT lives_ok($$
INSERT INTO revenue_ledger (
    tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9b000000-0000-4000-8000-000000000001', 'transaction-of-the-test',
    'captured', 1000, 'processor', '2025-11-15 12:00:00+00'
)
$$, 'a NULL transaction_id is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check D7.4.2: a NULL state is refused
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
INSERT INTO attribution_events (
    id, tenant_id, occurred_at, session_id, revenue_cents, raw_payload, idempotency_key, event_type, channel,
    event_timestamp
) VALUES (
    '9e000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00',
    '95000000-0000-4000-8000-000000000001', 1000, '{}', 'key-of-the-test', 'purchase', 'direct',
    '2025-11-15 12:00:00+00'
);
INSERT INTO attribution_allocations (
    id, tenant_id, event_id, channel_code, allocated_revenue_cents, model_version, model_type, confidence_score
)
SELECT ('9b000000-0000-4000-8000-00000000000' || n)::uuid, '90000000-0000-4000-8000-000000000001',
       '9e000000-0000-4000-8000-000000000001', 'direct', 1000, 'test-' || n, 'last_touch', 0.5
FROM generate_series(1, 1) AS n;
SELECT throws_ok($$
INSERT INTO revenue_ledger (
    tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9b000000-0000-4000-8000-000000000001', 'transaction-of-the-test',
    NULL, 1000, 'processor', '2025-11-15 12:00:00+00'
)
$$, '23502', 'null value in column "state" of relation "revenue_ledger" violates not-null constraint', 'a NULL state is refused');
SELECT lives_ok($$
INSERT INTO revenue_ledger (
    tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9b000000-0000-4000-8000-000000000001', 'transaction-of-the-test',
    'captured', 1000, 'processor', '2025-11-15 12:00:00+00'
)
$$, 'a NULL state is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check D7.4.3: a NULL amount_cents is refused
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
INSERT INTO attribution_events (
    id, tenant_id, occurred_at, session_id, revenue_cents, raw_payload, idempotency_key, event_type, channel,
    event_timestamp
) VALUES (
    '9e000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00',
    '95000000-0000-4000-8000-000000000001', 1000, '{}', 'key-of-the-test', 'purchase', 'direct',
    '2025-11-15 12:00:00+00'
);
INSERT INTO attribution_allocations (
    id, tenant_id, event_id, channel_code, allocated_revenue_cents, model_version, model_type, confidence_score
)
SELECT ('9b000000-0000-4000-8000-00000000000' || n)::uuid, '90000000-0000-4000-8000-000000000001',
       '9e000000-0000-4000-8000-000000000001', 'direct', 1000, 'test-' || n, 'last_touch', 0.5
FROM generate_series(1, 1) AS n;
SELECT throws_ok($$
INSERT INTO revenue_ledger (
    tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9b000000-0000-4000-8000-000000000001', 'transaction-of-the-test',
    'captured', NULL, 'processor', '2025-11-15 12:00:00+00'
)
$$, '23502', 'null value in column "amount_cents" of relation "revenue_ledger" violates not-null constraint', 'a NULL amount_cents is refused');
SELECT lives_ok($$
INSERT INTO revenue_ledger (
    tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9b000000-0000-4000-8000-000000000001', 'transaction-of-the-test',
    'captured', 1000, 'processor', '2025-11-15 12:00:00+00'
)
$$, 'a NULL amount_cents is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check D7.4.4: an explicit NULL currency is refused, although there is a default
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
INSERT INTO attribution_events (
    id, tenant_id, occurred_at, session_id, revenue_cents, raw_payload, idempotency_key, event_type, channel,
    event_timestamp
) VALUES (
    '9e000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00',
    '95000000-0000-4000-8000-000000000001', 1000, '{}', 'key-of-the-test', 'purchase', 'direct',
    '2025-11-15 12:00:00+00'
);
INSERT INTO attribution_allocations (
    id, tenant_id, event_id, channel_code, allocated_revenue_cents, model_version, model_type, confidence_score
)
SELECT ('9b000000-0000-4000-8000-00000000000' || n)::uuid, '90000000-0000-4000-8000-000000000001',
       '9e000000-0000-4000-8000-000000000001', 'direct', 1000, 'test-' || n, 'last_touch', 0.5
FROM generate_series(1, 1) AS n;
SELECT throws_ok($$
INSERT INTO revenue_ledger (
    tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp,
    currency
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9b000000-0000-4000-8000-000000000001', 'transaction-of-the-test',
    'captured', 1000, 'processor', '2025-11-15 12:00:00+00', NULL
)
$$, '23502', 'null value in column "currency" of relation "revenue_ledger" violates not-null constraint', 'an explicit NULL currency is refused, although there is a default');
SELECT lives_ok($$
INSERT INTO revenue_ledger (
    tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp,
    currency
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9b000000-0000-4000-8000-000000000001', 'transaction-of-the-test',
    'captured', 1000, 'processor', '2025-11-15 12:00:00+00', 'USD'
)
$$, 'an explicit NULL currency is refused, although there is a default: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check D7.4.5: a NULL verification_source is refused
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
INSERT INTO attribution_events (
    id, tenant_id, occurred_at, session_id, revenue_cents, raw_payload, idempotency_key, event_type, channel,
    event_timestamp
) VALUES (
    '9e000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00',
    '95000000-0000-4000-8000-000000000001', 1000, '{}', 'key-of-the-test', 'purchase', 'direct',
    '2025-11-15 12:00:00+00'
);
INSERT INTO attribution_allocations (
    id, tenant_id, event_id, channel_code, allocated_revenue_cents, model_version, model_type, confidence_score
)
SELECT ('9b000000-0000-4000-8000-00000000000' || n)::uuid, '90000000-0000-4000-8000-000000000001',
       '9e000000-0000-4000-8000-000000000001', 'direct', 1000, 'test-' || n, 'last_touch', 0.5
FROM generate_series(1, 1) AS n;
SELECT throws_ok($$
INSERT INTO revenue_ledger (
    tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9b000000-0000-4000-8000-000000000001', 'transaction-of-the-test',
    'captured', 1000, NULL, '2025-11-15 12:00:00+00'
)
$$, '23502', 'null value in column "verification_source" of relation "revenue_ledger" violates not-null constraint', 'a NULL verification_source is refused');
SELECT lives_ok($$
INSERT INTO revenue_ledger (
    tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9b000000-0000-4000-8000-000000000001', 'transaction-of-the-test',
    'captured', 1000, 'processor', '2025-11-15 12:00:00+00'
)
$$, 'a NULL verification_source is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check D7.4.6: a NULL verification_timestamp is refused
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
INSERT INTO attribution_events (
    id, tenant_id, occurred_at, session_id, revenue_cents, raw_payload, idempotency_key, event_type, channel,
    event_timestamp
) VALUES (
    '9e000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00',
    '95000000-0000-4000-8000-000000000001', 1000, '{}', 'key-of-the-test', 'purchase', 'direct',
    '2025-11-15 12:00:00+00'
);
INSERT INTO attribution_allocations (
    id, tenant_id, event_id, channel_code, allocated_revenue_cents, model_version, model_type, confidence_score
)
SELECT ('9b000000-0000-4000-8000-00000000000' || n)::uuid, '90000000-0000-4000-8000-000000000001',
       '9e000000-0000-4000-8000-000000000001', 'direct', 1000, 'test-' || n, 'last_touch', 0.5
FROM generate_series(1, 1) AS n;
SELECT throws_ok($$
INSERT INTO revenue_ledger (
    tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9b000000-0000-4000-8000-000000000001', 'transaction-of-the-test',
    'captured', 1000, 'processor', NULL
)
$$, '23502', 'null value in column "verification_timestamp" of relation "revenue_ledger" violates not-null constraint', 'a NULL verification_timestamp is refused');
SELECT lives_ok($$
INSERT INTO revenue_ledger (
    tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp
) VALUES (
    '90000000-0000-4000-8000-000000000001', '9b000000-0000-4000-8000-000000000001', 'transaction-of-the-test',
    'captured', 1000, 'processor', '2025-11-15 12:00:00+00'
)
$$, 'a NULL verification_timestamp is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check 7.5.1: both indexes stand, the tenant's with the latest entries first
SELECT is(pg_get_indexdef('idx_revenue_ledger_state'::regclass), 'CREATE INDEX idx_revenue_ledger_state ON public.revenue_ledger USING btree (state)');
SELECT ok((SELECT indisvalid AND indisready FROM pg_index WHERE indexrelid = 'idx_revenue_ledger_state'::regclass), 'idx_revenue_ledger_state is valid');
SELECT is(pg_get_indexdef('idx_revenue_ledger_tenant_state'::regclass), 'CREATE INDEX idx_revenue_ledger_tenant_state ON public.revenue_ledger USING btree (tenant_id, state, created_at DESC)');
SELECT ok((SELECT indisvalid AND indisready FROM pg_index WHERE indexrelid = 'idx_revenue_ledger_tenant_state'::regclass), 'idx_revenue_ledger_tenant_state is valid');

-- phase 8a: dead_events: error class, retries and remediation

-- check 8a.1.1: nine columns with type, length, nullability and default
SELECT col_type_is('dead_events', 'event_type', 'character varying(50)');
SELECT col_not_null('dead_events', 'event_type');
SELECT col_hasnt_default('dead_events', 'event_type');
SELECT col_type_is('dead_events', 'error_type', 'character varying(100)');
SELECT col_not_null('dead_events', 'error_type');
SELECT col_hasnt_default('dead_events', 'error_type');
SELECT col_type_is('dead_events', 'error_message', 'text');
SELECT col_not_null('dead_events', 'error_message');
SELECT col_hasnt_default('dead_events', 'error_message');
SELECT col_type_is('dead_events', 'error_traceback', 'text');
SELECT col_is_null('dead_events', 'error_traceback');
SELECT col_hasnt_default('dead_events', 'error_traceback');
SELECT col_type_is('dead_events', 'retry_count', 'integer');
SELECT col_not_null('dead_events', 'retry_count');
SELECT col_default_is('dead_events', 'retry_count', '0');
SELECT col_type_is('dead_events', 'last_retry_at', 'timestamp with time zone');
SELECT col_is_null('dead_events', 'last_retry_at');
SELECT col_hasnt_default('dead_events', 'last_retry_at');
SELECT col_type_is('dead_events', 'remediation_status', 'character varying(20)');
SELECT col_not_null('dead_events', 'remediation_status');
SELECT col_default_is('dead_events', 'remediation_status', 'pending');
SELECT col_type_is('dead_events', 'remediation_notes', 'text');
SELECT col_is_null('dead_events', 'remediation_notes');
SELECT col_hasnt_default('dead_events', 'remediation_notes');
SELECT col_type_is('dead_events', 'resolved_at', 'timestamp with time zone');
SELECT col_is_null('dead_events', 'resolved_at');
SELECT col_hasnt_default('dead_events', 'resolved_at');

-- check 8a.2.1: an unknown remediation_status is refused
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
SELECT throws_ok($$
INSERT INTO dead_events (
    tenant_id, source, error_code, error_detail, raw_payload, event_type, error_type, error_message,
    remediation_status
) VALUES (
    '90000000-0000-4000-8000-000000000001', 'shopify', 'TIMEOUT', '{}', '{}', 'purchase', 'timeout',
    'no answer', 'invalid_status'
)
$$, '23514', 'new row for relation "dead_events" violates check constraint "ck_dead_events_remediation_status_valid"', 'an unknown remediation_status is refused');
SELECT lives_ok($$
INSERT INTO dead_events (
    tenant_id, source, error_code, error_detail, raw_payload, event_type, error_type, error_message,
    remediation_status
) VALUES (
    '90000000-0000-4000-8000-000000000001', 'shopify', 'TIMEOUT', '{}', '{}', 'purchase', 'timeout',
    'no answer', 'resolved'
)
$$, 'an unknown remediation_status is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check 8a.2.2: pending, in_progress, resolved and ignored are accepted
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
SELECT count(*) AS rows_before FROM dead_events \gset
SELECT lives_ok($$
INSERT INTO dead_events (
    tenant_id, source, error_code, error_detail, raw_payload, event_type, error_type, error_message,
    remediation_status
)
SELECT '90000000-0000-4000-8000-000000000001', 'shopify', 'TIMEOUT', '{}', '{}',
       'purchase', 'timeout', 'no answer', status
FROM unnest(ARRAY['pending', 'in_progress', 'resolved', 'ignored']) AS status
$$, 'pending, in_progress, resolved and ignored are accepted');
SELECT is((SELECT count(*) FROM dead_events) - :rows_before, 4::bigint, 'pending, in_progress, resolved and ignored are accepted: rows');
ROLLBACK TO SAVEPOINT the_check;

-- check 8a.3.1: the index stands on status and time of arrival, latest first
SELECT is(pg_get_indexdef('idx_dead_events_remediation'::regclass), 'CREATE INDEX idx_dead_events_remediation ON public.dead_events USING btree (remediation_status, ingested_at DESC)');
SELECT ok((SELECT indisvalid AND indisready FROM pg_index WHERE indexrelid = 'idx_dead_events_remediation'::regclass), 'idx_dead_events_remediation is valid');

-- phase 8b: revenue_state_transitions: the audit trail of ledger states

-- check 8b.1.1: the table exists, as a table
SELECT has_table('revenue_state_transitions');

-- check 8b.1.2: six columns and no other, in order, with type, length, nullability and default
SELECT results_eq($$
SELECT a.attname::text COLLATE "default", format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid) COLLATE "default"
FROM pg_attribute a
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = 'public.revenue_state_transitions'::regclass AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
$$, $$ VALUES
    ('id', 'uuid', true, 'gen_random_uuid()'),
    ('ledger_id', 'uuid', true, NULL),
    ('from_state', 'character varying(50)', false, NULL),
    ('to_state', 'character varying(50)', true, NULL),
    ('reason', 'text', false, NULL),
    ('transitioned_at', 'timestamp with time zone', true, 'now()')
$$, 'six columns and no other, in order, with type, length, nullability and default');

-- check 8b.2.1: the reference to revenue_ledger cascades a delete and is validated
SELECT is((SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'revenue_state_transitions_ledger_id_fkey'), 'FOREIGN KEY (ledger_id) REFERENCES revenue_ledger(id) ON DELETE CASCADE');
SELECT ok((SELECT convalidated FROM pg_constraint WHERE conname = 'revenue_state_transitions_ledger_id_fkey'), 'revenue_state_transitions_ledger_id_fkey is validated');

-- check 8b.2.2: deleting a ledger entry, its guard lifted, deletes its transitions
SAVEPOINT the_check;
INSERT INTO tenants (id, name, api_key_hash, notification_email)
VALUES ('90000000-0000-4000-8000-000000000001', 'Tenant of the test', 'hash-of-the-test', 'test@example.com');
INSERT INTO attribution_events (
    id, tenant_id, occurred_at, session_id, revenue_cents, raw_payload, idempotency_key, event_type, channel,
    event_timestamp
) VALUES (
    '9e000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-000000000001', '2025-11-15 12:00:00+00',
    '95000000-0000-4000-8000-000000000001', 1000, '{}', 'key-of-the-test', 'purchase', 'direct',
    '2025-11-15 12:00:00+00'
);
INSERT INTO attribution_allocations (
    id, tenant_id, event_id, channel_code, allocated_revenue_cents, model_version, model_type, confidence_score
)
SELECT ('9b000000-0000-4000-8000-00000000000' || n)::uuid, '90000000-0000-4000-8000-000000000001',
       '9e000000-0000-4000-8000-000000000001', 'direct', 1000, 'test-' || n, 'last_touch', 0.5
FROM generate_series(1, 1) AS n;
SELECT lives_ok($$
INSERT INTO revenue_ledger (
    id, tenant_id, allocation_id, transaction_id, state, amount_cents, verification_source, verification_timestamp
) VALUES (
    '9d000000-0000-4000-8000-000000000001', '90000000-0000-4000-8000-000000000001',
    '9b000000-0000-4000-8000-000000000001', 'transaction-of-the-test', 'captured', 1000, 'processor',
    '2025-11-15 12:00:00+00'
)
$$, 'deleting a ledger entry, its guard lifted, deletes its transitions: step 1');
SELECT lives_ok($$
INSERT INTO revenue_state_transitions (ledger_id, from_state, to_state)
VALUES ('9d000000-0000-4000-8000-000000000001', 'authorized', 'captured')
$$, 'deleting a ledger entry, its guard lifted, deletes its transitions: step 2');
SELECT is((SELECT count(*) FROM revenue_state_transitions WHERE ledger_id = '9d000000-0000-4000-8000-000000000001'), 1::bigint, 'deleting a ledger entry, its guard lifted, deletes its transitions: step 3');
SELECT lives_ok($$
ALTER TABLE revenue_ledger DISABLE TRIGGER trg_ledger_prevent_mutation
$$, 'deleting a ledger entry, its guard lifted, deletes its transitions: step 4');
SELECT lives_ok($$
DELETE FROM revenue_ledger WHERE id = '9d000000-0000-4000-8000-000000000001'
$$, 'deleting a ledger entry, its guard lifted, deletes its transitions: step 5');
SELECT is((SELECT count(*) FROM revenue_state_transitions WHERE ledger_id = '9d000000-0000-4000-8000-000000000001'), 0::bigint, 'deleting a ledger entry, its guard lifted, deletes its transitions: step 6');
ROLLBACK TO SAVEPOINT the_check;

-- check D8b.2.3: a transition of an entry that does not exist is refused
SAVEPOINT the_check;
SELECT throws_ok($$
INSERT INTO revenue_state_transitions (ledger_id, to_state)
VALUES ('9d000000-0000-4000-8000-00000000000f', 'captured')
$$, '23503', 'insert or update on table "revenue_state_transitions" violates foreign key constraint "revenue_state_transitions_ledger_id_fkey"', 'a transition of an entry that does not exist is refused');
SELECT lives_ok($$
INSERT INTO revenue_state_transitions (ledger_id, to_state)
VALUES ('d0000000-0000-4000-8000-000000000001', 'captured')
$$, 'a transition of an entry that does not exist is refused: neighbour');
ROLLBACK TO SAVEPOINT the_check;

-- check 8b.3.1: the index stands on entry and time, latest first
SELECT is(pg_get_indexdef('idx_revenue_state_transitions_ledger_id'::regclass), 'CREATE INDEX idx_revenue_state_transitions_ledger_id ON public.revenue_state_transitions USING btree (ledger_id, transitioned_at DESC)');
SELECT ok((SELECT indisvalid AND indisready FROM pg_index WHERE indexrelid = 'idx_revenue_state_transitions_ledger_id'::regclass), 'idx_revenue_state_transitions_ledger_id is valid');

SELECT * FROM finish();
ROLLBACK;
