//! Rows before a phase, held against the rows after it: the columns that existed before must hold what they held.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
};

use phasegate_evidence::{Size, TableContent};

use crate::{Error, Kind, Session, columns::TableColumns};

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

    /// The same rows without the columns that `is_gone` names, of its table and itself, and without the tables of which nothing
    /// is left then. Where the key loses a column, the whole row is the key.
    #[must_use]
    pub fn without(&self, kind: Kind, is_gone: impl Fn(&str, &str) -> bool) -> Self {
        let mut tables = Vec::new();
        for (table, rows) in &self.tables {
            let gone = |column: &String| is_gone(&table.table, column);
            let left = table.columns.iter().enumerate().filter(|(_, column)| !gone(column));
            let (places, columns): (Vec<usize>, Vec<String>) =
                left.map(|(place, column)| (place, column.clone())).unzip();
            if columns.is_empty() {
                continue;
            }
            let has_key = !table.key.iter().any(gone);
            let key = if has_key { table.key.clone() } else { Vec::new() };
            let is_keyed = !key.is_empty();
            let of_row = |(key, row): (&String, &String)| {
                let row = kind.row_of(row, &places);
                (if is_keyed { key.clone() } else { row.clone() }, row)
            };
            let rows = if columns.len() == table.columns.len() {
                rows.clone()
            } else {
                keyed(rows.iter().map(of_row).collect())
            };
            tables.push((TableColumns { table: table.table.clone(), columns, key }, rows));
        }
        Self { tables }
    }

    /// Each column that is compared, with its table.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &str)> {
        self.tables
            .iter()
            .flat_map(|(table, _)| table.columns.iter().map(|column| (table.table.as_str(), column.as_str())))
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
    Ok(session.rows_of(tables).await?.into_iter().map(keyed).collect())
}

/// Rows by their keys. Equal ones, as a table without a key has them, are told apart by their ordinal.
fn keyed(listed: Vec<(String, String)>) -> BTreeMap<String, String> {
    let mut rows = BTreeMap::new();
    for (key, row) in listed {
        match rows.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(row);
            }
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
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_without_a_column_are_those_of_the_others_and_without_one_of_the_key_the_row_is_the_key() {
        let columns = ["id", "a", "b"].map(str::to_owned).to_vec();
        let table = TableColumns { table: "t".to_owned(), columns, key: vec!["id".to_owned()] };
        let listed = [("(1)", "(1,x,y)"), ("(2)", "(2,x,y)")].map(|(key, row)| (key.to_owned(), row.to_owned()));
        let rows = TableRows { tables: vec![(table, keyed(listed.to_vec()))] };
        let without = |gone: &[&str]| -> Vec<(String, String)> {
            let left = rows.without(Kind::Postgres, |table, column| table == "t" && gone.contains(&column));
            left.tables.into_iter().flat_map(|(_, rows)| rows).collect()
        };
        let pairs = |all: &[(&str, &str)]| -> Vec<(String, String)> {
            all.iter().map(|(key, row)| ((*key).to_owned(), (*row).to_owned())).collect()
        };
        assert_eq!(without(&[]), listed);
        assert_eq!(without(&["a"]), pairs(&[("(1)", "(1,y)"), ("(2)", "(2,y)")]));
        assert_eq!(without(&["id", "b"]), pairs(&[("(x)", "(x)"), ("(x) #2", "(x)")]));
        assert_eq!(without(&["id", "a", "b"]), []);
    }
}
