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

/// The text form of these columns of a row alone, of the text form of the whole row.
pub(crate) fn row_of(row: &str, columns: &[usize]) -> String {
    let inner = row.strip_prefix('(').and_then(|row| row.strip_suffix(')')).unwrap_or(row);
    // A quote within a value is written twice, so that it ends and begins what is quoted.
    let mut quoted = false;
    let all: Vec<&str> = inner
        .split(|letter| {
            quoted ^= letter == '"';
            letter == ',' && !quoted
        })
        .collect();
    let kept: Vec<&str> = columns.iter().filter_map(|column| all.get(*column).copied()).collect();
    format!("({})", kept.join(","))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts are what PostgreSQL 17 writes of such rows; a backslash is doubled, and needs no other care here.
    #[test]
    fn a_row_of_fewer_columns_is_what_the_server_would_write_of_them() {
        let row = r#"(1,"a, ""b""","",,"(x,y)","\\,")"#;
        for (columns, expected) in [
            (&[0, 1, 2, 3, 4, 5][..], row),
            (&[1], r#"("a, ""b""")"#),
            (&[2, 3], r#"("",)"#),
            (&[3], "()"),
            (&[0, 4], r#"(1,"(x,y)")"#),
            (&[5, 0], r#"("\\,",1)"#),
        ] {
            assert_eq!(row_of(row, columns), expected);
        }
    }
}
