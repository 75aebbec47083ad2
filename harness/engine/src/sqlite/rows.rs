//! Rows of a SQLite table as digests.

use super::SqliteSession;
use crate::{
    legacy::TableColumns,
    session::DbError,
    sql::{Identifier, Literal},
};

/// The columns and the key of each table.
pub(crate) fn table_columns(
    session: &mut SqliteSession,
    tables: &[String],
) -> Result<Vec<TableColumns>, DbError> {
    tables
        .iter()
        .map(|table| {
            let info = session.run(&format!(
                "SELECT name, pk FROM pragma_table_info({}) ORDER BY cid",
                Literal(table)
            ))?;
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
                return Err(DbError::harness(format!("table {table} does not exist")));
            }
            key.sort();
            let key = key.into_iter().map(|(_, name)| name).collect();
            Ok(TableColumns {
                table: table.clone(),
                columns,
                key,
            })
        })
        .collect()
}

/// The storage class and the exact value of each column, so that 1, 1.0 and '1' differ.
pub(crate) fn row_expression(columns: &[String]) -> String {
    let parts: Vec<String> = columns
        .iter()
        .map(|column| {
            let column = Identifier(column);
            format!("typeof({column}) || ':' || quote({column})")
        })
        .collect();
    parts.join(" || '|' || ")
}
