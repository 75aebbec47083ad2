//! What every catalog shares, whatever its kind of database.

/// The kinds of objects that a key of a catalog may begin with.
pub const OBJECT_KINDS: &[&str] = &[
    "table",
    "column",
    "order",
    "constraint",
    "constraints",
    "index",
    "trigger",
    "function",
    "policy",
    "rls",
    "grant",
    "comment",
    "view",
    "matview",
    "sequence",
    "type",
    "schema",
    "extension",
    "hypertable",
    "owner",
    "rule",
    "event",
    "header",
];
