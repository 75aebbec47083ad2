//! Rows before a phase, held against the rows after it: the columns that existed before must hold what they held.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
};

use phasegate_evidence::{Size, TableContent};

use crate::{Error, Session, columns::TableColumns};

/// The rows of some tables as they were.
#[derive(Debug, Clone, Default)]
pub struct TableRows {
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

impl fmt::Display for RowChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} is {}", self.table, self.key, self.what)
    }
}

impl TableRows {
    /// Reads these tables, without the columns `except` (`table.column`).
    ///
    /// # Errors
    /// When a table does not exist.
    pub async fn take(session: &mut Session, tables: &[String], except: &[String]) -> Result<Self, Error> {
        let mut columns = session.table_columns(tables).await?;
        for table in &mut columns {
            let name = table.table.clone();
            table.columns.retain(|column| !except.contains(&format!("{name}.{column}")));
        }
        let rows = read(session, &columns.iter().collect::<Vec<_>>()).await?;
        Ok(Self { tables: columns.into_iter().zip(rows).collect() })
    }

    /// The rows of some of these tables, where they are all among them.
    #[must_use]
    pub fn among(&self, tables: &[String]) -> Option<Self> {
        let found = |name: &String| self.tables.iter().find(|(table, _)| table.table == *name).cloned();
        Some(Self { tables: tables.iter().map(found).collect::<Option<_>>()? })
    }

    /// How many rows each table held.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<String, u64> {
        self.tables.iter().map(|(table, rows)| (table.table.clone(), rows.len() as u64)).collect()
    }

    /// What each table held.
    #[must_use]
    pub fn contents(&self) -> BTreeMap<String, TableContent> {
        let content = |(table, rows): &(TableColumns, BTreeMap<String, String>)| {
            (table.table.clone(), TableContent::of(&table.columns, rows.values()))
        };
        self.tables.iter().map(content).collect()
    }

    /// Every row that is not as it was, if they are no more than this. New rows count too: a migration that adds rows to a legacy table changes it.
    ///
    /// # Errors
    /// When a table or a column that existed no longer does; [`Error::TooLarge`].
    pub async fn changes(&self, session: &mut Session, size: Size) -> Result<Vec<RowChange>, Error> {
        let (mut changes, mut bytes) = (Vec::new(), 0);
        let mut too_large = None;
        let tables: Vec<&TableColumns> = self.tables.iter().map(|(table, _)| table).collect();
        let now = read(session, &tables).await?;
        for ((table, before), after) in self.tables.iter().zip(now) {
            let mut note = |key: &String, what| {
                bytes += key.len();
                match size.exceeded_by(changes.len() + 1, bytes) {
                    None => changes.push(RowChange { table: table.table.clone(), key: key.clone(), what }),
                    Some(more) => too_large = Some(more),
                }
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
        too_large.map_or(Ok(changes), |more| Err(Error::TooLarge(more)))
    }
}

/// The rows of these tables by their keys.
async fn read(session: &mut Session, tables: &[&TableColumns]) -> Result<Vec<BTreeMap<String, String>>, Error> {
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
