PRAGMA user_version = 3;
PRAGMA application_id = 77;

CREATE TABLE warehouses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL COLLATE NOCASE UNIQUE ON CONFLICT ABORT,
    "group" TEXT DEFAULT 'none',
    opened TEXT DEFAULT CURRENT_TIMESTAMP,
    closed TEXT DEFAULT (datetime('now', '+1 year'))
);

CREATE TABLE parts (
    code TEXT NOT NULL, -- as printed
    warehouse_id INTEGER NOT NULL CONSTRAINT fk_warehouse REFERENCES warehouses (id)
        ON DELETE CASCADE ON UPDATE NO ACTION DEFERRABLE INITIALLY DEFERRED,
    qty INTEGER NOT NULL ON CONFLICT FAIL DEFAULT 0 CHECK (qty > 0),
    price DECIMAL(10, 2) DEFAULT -1.5 CONSTRAINT positive CHECK (price IS NULL OR price > -2),
    total REAL GENERATED ALWAYS AS (qty * price) STORED,
    label TEXT AS (upper(code)) VIRTUAL,
    state TEXT DEFAULT Open CHECK (state IN ('Open', 'shut')),
    hash BLOB DEFAULT x'00FF',
    hot BOOLEAN NOT NULL DEFAULT false,
    parent TEXT,
    key TEXT,
    PRIMARY KEY (code DESC, warehouse_id) ON CONFLICT ROLLBACK,
    UNIQUE (warehouse_id, key COLLATE NOCASE),
    CONSTRAINT no_self CHECK (parent <> code),
    CHECK (qty < 1000 OR state = 'shut'),
    FOREIGN KEY (parent, warehouse_id) REFERENCES parts (code, warehouse_id)
        ON DELETE SET NULL MATCH SIMPLE NOT DEFERRABLE
);

CREATE TABLE events (
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    note ANY,
    CONSTRAINT pk_events PRIMARY KEY (at, kind)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE notes USING fts5 (title, body, tokenize = 'porter ascii');

CREATE INDEX parts_by_state ON parts (state, abs(qty) DESC) WHERE hot = true AND state <> 'shut';
CREATE UNIQUE INDEX parts_by_label ON parts (label COLLATE NOCASE, price);
CREATE INDEX events_by_kind ON events (kind, json_extract(note, '$.By'));

CREATE VIEW stock (code, worth) AS
    SELECT p.code, sum(p.qty * p.price) AS worth
    FROM parts p LEFT JOIN warehouses w ON w.id = p.warehouse_id
    WHERE w."group" LIKE 'a%' ESCAPE '\' AND p.hot
    GROUP BY p.code HAVING count(*) > 1
    ORDER BY worth DESC NULLS LAST LIMIT 10 OFFSET 2;

CREATE VIEW running AS
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3)
    SELECT i, sum(i) FILTER (WHERE i > 1) OVER (PARTITION BY i % 2 ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW),
        CASE WHEN i IN (1, 2) THEN 'low' ELSE 'High' END AS height, CAST(i AS TEXT) || 'x' AS said
    FROM n EXCEPT SELECT 0, 0, '', '';

CREATE TRIGGER events_are_kept BEFORE DELETE ON events WHEN OLD.kind <> 'draft'
BEGIN
    SELECT RAISE(ABORT, 'events are kept');
END;

CREATE TRIGGER parts_log AFTER UPDATE OF qty, price ON parts FOR EACH ROW
BEGIN
    INSERT OR IGNORE INTO events (at, kind, note) VALUES (unixepoch(), 'part', NEW.qty - OLD.qty);
    UPDATE warehouses SET opened = CURRENT_TIMESTAMP WHERE id = NEW.warehouse_id;
END;

CREATE TRIGGER stock_insert INSTEAD OF INSERT ON stock
BEGIN
    DELETE FROM parts WHERE code = NEW.code AND NOT EXISTS (SELECT 1 FROM events);
END;
