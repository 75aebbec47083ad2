//! Rows of PostgreSQL tables as text that tells every difference.

use super::PostgresSession;
use crate::{Error, Identifier, Literal, columns::TableColumns, table_identifier};

/// The rows of these tables in PostgreSQL, with one query for all of them.
pub(crate) async fn rows_of(
    session: &mut PostgresSession,
    tables: &[&TableColumns],
) -> Result<Vec<Vec<(String, String)>>, Error> {
    let mut rows = vec![Vec::new(); tables.len()];
    if tables.is_empty() {
        return Ok(rows);
    }
    let queries = tables.iter().enumerate().map(|(ordinal, table)| {
        let row = row_text(&table.columns);
        let key = if table.key.is_empty() { row.clone() } else { row_text(&table.key) };
        format!("SELECT {ordinal}, {key}, {row} FROM {}", table_identifier(&table.table))
    });
    let query = queries.collect::<Vec<_>>().join(" UNION ALL ");
    let ran = session.run(&format!("{query} ORDER BY 1, 2, 3")).await?;
    for cells in ran.table.rows {
        let Ok([Some(ordinal), Some(key), Some(row)]) = <[Option<String>; 3]>::try_from(cells) else {
            continue;
        };
        let ordinal = ordinal.parse().ok();
        if let Some(rows) = ordinal.and_then(|ordinal: usize| rows.get_mut(ordinal)) {
            rows.push((key, row));
        }
    }
    Ok(rows)
}

/// The text form of these columns of one row in PostgreSQL.
fn row_text(columns: &[String]) -> String {
    let names: Vec<String> = columns.iter().map(|column| Identifier(column).to_string()).collect();
    format!("ROW({})::text", names.join(", "))
}

/// The columns and the key of each table in PostgreSQL.
pub(crate) async fn table_columns(
    session: &mut PostgresSession,
    tables: &[String],
) -> Result<Vec<TableColumns>, Error> {
    let mut found = Vec::new();
    for table in tables {
        let ran = session
            .run(&format!(
                "SELECT a.attname, array_position(x.indkey::int2[], a.attnum) \
                 FROM pg_attribute a LEFT JOIN pg_index x ON x.indrelid = a.attrelid AND x.indisprimary \
                 WHERE a.attrelid = {}::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
                Literal(&table_identifier(table))
            ))
            .await?;
        let mut columns = Vec::new();
        let mut key = Vec::new();
        for row in ran.table.rows {
            if let [Some(name), place] = row.as_slice() {
                if let Some(place) = place {
                    key.push((place.clone(), name.clone()));
                }
                columns.push(name.clone());
            }
        }
        key.sort();
        let key = key.into_iter().map(|(_, name)| name).collect();
        found.push(TableColumns { table: table.clone(), columns, key });
    }
    Ok(found)
}
