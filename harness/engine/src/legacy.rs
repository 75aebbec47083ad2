//! Rows before a phase, held against the rows after it: the columns that existed before must hold what they held.

use std::collections::{BTreeMap, btree_map::Entry};

use crate::session::{DbError, PostgresSession, Session};
use crate::sql::{Identifier, Literal, table_identifier};

/// The columns of a table, and those of its primary key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableColumns {
    /// The table.
    pub table: String,
    /// Its columns in order.
    pub columns: Vec<String>,
    /// The columns of its primary key in order; empty where it has none.
    pub key: Vec<String>,
}

/// The rows of some tables as they were.
#[derive(Debug, Clone, Default)]
pub struct LegacyRows {
    tables: Vec<(TableColumns, BTreeMap<String, String>)>,
}

/// A row that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowChange {
    /// The table.
    pub table: String,
    /// The row's key.
    pub key: String,
    /// `changed`, `gone` or `new`.
    pub what: &'static str,
}

impl LegacyRows {
    /// Reads these tables, without the columns `except` (`table.column`).
    ///
    /// # Errors
    /// When a table does not exist.
    pub async fn take(session: &mut Session, tables: &[String], except: &[String]) -> Result<Self, DbError> {
        let mut columns = session.table_columns(tables).await?;
        for table in &mut columns {
            let name = table.table.clone();
            table.columns.retain(|column| !except.contains(&format!("{name}.{column}")));
        }
        let rows = read(session, &columns.iter().collect::<Vec<_>>()).await?;
        Ok(Self { tables: columns.into_iter().zip(rows).collect() })
    }

    /// How many rows each table held.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<String, u64> {
        self.tables.iter().map(|(table, rows)| (table.table.clone(), rows.len() as u64)).collect()
    }

    /// Every row that is not as it was. New rows count too: a migration that adds rows to a legacy table changes it.
    ///
    /// # Errors
    /// When a table or a column that existed no longer does.
    pub async fn changes(&self, session: &mut Session) -> Result<Vec<RowChange>, DbError> {
        let mut changes = Vec::new();
        let tables: Vec<&TableColumns> = self.tables.iter().map(|(table, _)| table).collect();
        let now = read(session, &tables).await?;
        for ((table, before), after) in self.tables.iter().zip(now) {
            let mut note = |key: &String, what| {
                changes.push(RowChange { table: table.table.clone(), key: key.clone(), what });
            };
            for (key, row) in before {
                match after.get(key) {
                    None => note(key, "gone"),
                    Some(now) if now != row => note(key, "changed"),
                    Some(_) => {}
                }
            }
            after.keys().filter(|key| !before.contains_key(*key)).for_each(|key| note(key, "new"));
        }
        Ok(changes)
    }
}

/// The rows of these tables by their keys.
async fn read(session: &mut Session, tables: &[&TableColumns]) -> Result<Vec<BTreeMap<String, String>>, DbError> {
    let mut found = Vec::with_capacity(tables.len());
    for listed in session.rows_of(tables).await? {
        let mut rows = BTreeMap::new();
        for (key, row) in listed {
            match rows.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(row);
                }
                // Equal keys, as a table without one has them, are told apart by their ordinal.
                Entry::Occupied(entry) => {
                    let key = entry.key().clone();
                    let free = (2..).map(|ordinal| format!("{key} #{ordinal}"));
                    let mut free = free.skip_while(|key| rows.contains_key(key));
                    if let Some(key) = free.next() {
                        rows.insert(key, row);
                    }
                }
            }
        }
        found.push(rows);
    }
    Ok(found)
}

/// The rows of these tables in PostgreSQL, with one query for all of them.
pub(crate) async fn postgres_rows(
    session: &mut PostgresSession,
    tables: &[&TableColumns],
) -> Result<Vec<Vec<(String, String)>>, DbError> {
    let mut rows = vec![Vec::new(); tables.len()];
    if tables.is_empty() {
        return Ok(rows);
    }
    let queries = tables.iter().enumerate().map(|(ordinal, table)| {
        let row = postgres_row(&table.columns);
        let key = if table.key.is_empty() { row.clone() } else { postgres_row(&table.key) };
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
fn postgres_row(columns: &[String]) -> String {
    let names: Vec<String> = columns.iter().map(|column| Identifier(column).to_string()).collect();
    format!("ROW({})::text", names.join(", "))
}

/// The columns and the key of each table in PostgreSQL.
pub(crate) async fn postgres_columns(
    session: &mut PostgresSession,
    tables: &[String],
) -> Result<Vec<TableColumns>, DbError> {
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
