//! Random statements for the places of a check that hold SQL, which try to outlast the check.

use proptest::{collection::vec, prelude::*, sample::select};

/// The places of a check that hold SQL; `@` stands for it.
pub const PLACES: [&str; 7] = [
    "query = @\nrows = [[1]]",
    "violations = @\nexamined = 'SELECT 1'",
    "violations = 'SELECT 1 WHERE false'\nexamined = @",
    "query = @\nplan = { index = 'idx_notes_slug' }",
    "given = @\nquery = 'SELECT 1'\nrows = [[1]]",
    "write = @\naccepts = { rows = 1 }",
    "[[check.step]]\nrun = @",
];

/// Of which statements are put together: what leaves a transaction, what does not, and what only looks like it.
const PIECES: [&str; 20] = [
    "COMMIT",
    "ROLLBACK /* x */",
    "rollback and chain",
    "BEGIN",
    "END",
    "SET TRANSACTION READ WRITE",
    "DO $$ BEGIN DELETE FROM notes; COMMIT; END $$",
    "DO 'BEGIN EXECUTE ''DELETE FROM notes''; END'",
    "COPY notes TO '/tmp/phasegate-untouched'",
    "DROP TABLE notes CASCADE",
    "DELETE FROM notes",
    "INSERT INTO notes VALUES (7, 'x') RETURNING 1",
    "CREATE TABLE more (id int)",
    "TRUNCATE notes",
    "SELECT 'a;b' AS \"COMMIT;\"",
    "SELECT 1 -- COMMIT;",
    "SELECT E'\\'; COMMIT; --'",
    "SELECT $a$; COMMIT; $a$",
    "ALTER TABLE notes ADD extra int",
    "SELECT set_config('transaction_read_only', 'off', true)",
];

/// One to three of them.
pub fn statements() -> impl Strategy<Value = String> {
    vec(select(&PIECES[..]), 1..4).prop_map(|pieces| pieces.join(";\n"))
}
