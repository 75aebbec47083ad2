//! Rows of a SQLite table as text that tells every difference.

use std::fmt::Write as _;

use rusqlite::types::ValueRef;

use phasegate_evidence::Refusal;

use super::{SqliteSession, error::from_rusqlite};
use crate::{Error, Identifier, Literal, columns::TableColumns};

/// The columns and the key of each table.
pub(crate) fn table_columns(session: &mut SqliteSession, tables: &[String]) -> Result<Vec<TableColumns>, Error> {
    tables
        .iter()
        .map(|table| {
            let info =
                session.run(&format!("SELECT name, pk FROM pragma_table_info({}) ORDER BY cid", Literal(table)))?;
            let mut columns = Vec::new();
            let mut key = Vec::new();
            for row in info.table.rows {
                if let [Some(name), Some(pk)] = row.as_slice() {
                    if pk != "0" {
                        key.push((pk.clone(), name.clone()));
                    }
                    columns.push(name.clone());
                }
            }
            if columns.is_empty() {
                return Err(Refusal::without_code(format!("table {table} does not exist")).into());
            }
            key.sort();
            let key = key.into_iter().map(|(_, name)| name).collect();
            Ok(TableColumns { table: table.clone(), columns, key })
        })
        .collect()
}

/// The rows of a table in the order of its key: the text of the key, and that of the whole row. The storage class and
/// the exact value of each column are in it, so that 1, 1.0 and '1' differ. The values are read as they lie: to have SQL
/// put them into words takes several times as long, and a run reads every row a dozen times.
pub(crate) fn rows_of(session: &mut SqliteSession, table: &TableColumns) -> Result<Vec<(String, String)>, Error> {
    let refused = |error: rusqlite::Error| from_rusqlite(&error);
    let list = |columns: &mut dyn Iterator<Item = &String>| {
        let names: Vec<String> = columns.map(|name| Identifier(name).to_string()).collect();
        names.join(", ")
    };
    // A key of text may hold NULL, and more than once: the other columns put an order into these.
    let query = format!(
        "SELECT {} FROM {} ORDER BY {}",
        list(&mut table.key.iter().chain(&table.columns)),
        Identifier(&table.table),
        list(&mut table.key.iter().chain(&table.columns)),
    );
    session.within_limit(|session| {
        let mut statement = session.connection().prepare(&query).map_err(refused)?;
        let mut found = statement.raw_query();
        let mut rows = Vec::new();
        while let Some(row) = found.next().map_err(refused)? {
            let text = |from: usize, to: usize| -> Result<String, Error> {
                let mut text = String::new();
                for index in from..to {
                    if index > from {
                        text.push('|');
                    }
                    push(&mut text, row.get_ref(index).map_err(refused)?);
                }
                Ok(text)
            };
            let width = table.key.len();
            let whole = text(width, width + table.columns.len())?;
            let key = if width == 0 { whole.clone() } else { text(0, width)? };
            rows.push((key, whole));
        }
        Ok(rows)
    })
}

/// The text of a row of these of its columns alone.
pub(crate) fn row_of(row: &str, columns: &[usize]) -> String {
    let all: Vec<&str> = row.split('|').collect();
    columns.iter().filter_map(|column| all.get(*column).copied()).collect::<Vec<_>>().join("|")
}

fn push(text: &mut String, value: ValueRef<'_>) {
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02X}")).collect() };
    // To write into a String cannot fail.
    let _ = match value {
        ValueRef::Null => write!(text, "null"),
        ValueRef::Integer(number) => write!(text, "integer:{number}"),
        ValueRef::Real(number) => write!(text, "real:{number:?}"),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            // What begins as bytes do would be taken for them.
            Ok(words) if !words.contains('|') && !words.starts_with("X'") => write!(text, "text:{words}"),
            _ => write!(text, "text:X'{}'", hex(bytes)),
        },
        ValueRef::Blob(bytes) => write!(text, "blob:X'{}'", hex(bytes)),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_differ_in_storage_class_or_bytes_alone_differ() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let mut session = SqliteSession::create(&folder.path().join("t.db")).expect("a file");
        session
            .run(
                "CREATE TABLE t (k TEXT PRIMARY KEY, v); \
                 INSERT INTO t VALUES ('a', 1), ('b', 1.0), ('c', '1'), ('d', x'31'), ('e', NULL), ('f', '1|2'), \
                 ('g', CAST(x'FF' AS TEXT)), ('h', '|'), ('i', 'X''7C'''), (NULL, 2), (NULL, 1)",
            )
            .expect("rows");
        let tables = table_columns(&mut session, &["t".to_owned()]).expect("columns");
        let rows = rows_of(&mut session, &tables[0]).expect("rows");
        let expected = [
            ("null", "null|integer:1"),
            ("null", "null|integer:2"),
            ("text:a", "text:a|integer:1"),
            ("text:b", "text:b|real:1.0"),
            ("text:c", "text:c|text:1"),
            ("text:d", "text:d|blob:X'31'"),
            ("text:e", "text:e|null"),
            ("text:f", "text:f|text:X'317C32'"),
            ("text:g", "text:g|text:X'FF'"),
            ("text:h", "text:h|text:X'7C'"),
            ("text:i", "text:i|text:X'5827374327'"),
        ];
        let expected = expected.map(|(key, row)| (key.to_owned(), row.to_owned()));
        assert_eq!(rows, expected);
    }
}
