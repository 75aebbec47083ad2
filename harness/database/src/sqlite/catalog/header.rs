//! What the header of a file says and an author can set.

use std::collections::BTreeMap;

use crate::{Error, sqlite::SqliteSession};

/// One key for each setting that the file keeps: `header user_version` and so on. Of the journal mode the file keeps
/// whether it is WAL; the other modes are the connection's. The page size is the author's word as well: rows and the
/// largest file are bounded by it. What SQLite counts for itself (changes, free pages, schema cookie) is left out.
pub(super) fn header(session: &mut SqliteSession) -> Result<BTreeMap<String, String>, Error> {
    const NAMES: [&str; 6] = ["application_id", "auto_vacuum", "encoding", "page_size", "user_version", "journal_mode"];
    let ran = session.run(
        "SELECT application_id, CASE auto_vacuum WHEN 0 THEN 'none' WHEN 1 THEN 'full' ELSE 'incremental' END, \
         encoding, page_size, user_version \
         FROM pragma_application_id, pragma_auto_vacuum, pragma_encoding, pragma_page_size, pragma_user_version",
    )?;
    let mut values: Vec<String> = ran.table.rows.into_iter().flatten().map(Option::unwrap_or_default).collect();
    let journal = session.run("PRAGMA main.journal_mode")?;
    values.push(if journal.table.single() == Some("wal") { "wal" } else { "rollback" }.to_owned());
    Ok(NAMES.iter().map(|name| format!("header {name}")).zip(values).collect())
}
