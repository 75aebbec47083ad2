//! Every object of a file that its author made, from the text in `sqlite_schema`.

use std::collections::{BTreeMap, BTreeSet};

use phasegate_evidence::Catalog;
use rusqlite::Connection;

use super::{
    header::header,
    statement::{index, options, trigger, view, virtual_table},
    table::{Constraint, Table},
    token::Token,
    words::{name, words},
};
use crate::{
    Error,
    sqlite::{SqliteSession, error::from_rusqlite},
};

/// The whole catalog of the file. Objects whose names begin with `sqlite_` are SQLite's own and no part of it.
pub(crate) fn catalog(session: &mut SqliteSession) -> Result<Catalog, Error> {
    let mut catalog = session.within_limit(|session| Schema::read(session.connection()))?.catalog();
    catalog.0.extend(header(session)?);
    Ok(catalog)
}

/// The statements of a schema, and the names that SQLite gave to constraints without one.
#[derive(Debug, Default)]
struct Schema {
    objects: Vec<Object>,
    automatic: Vec<Automatic>,
}

/// An index that SQLite made for a key or for UNIQUE, in the order of their making. All names are in lower case.
#[derive(Debug)]
struct Automatic {
    table: String,
    /// `pk` or `u`.
    origin: String,
    columns: Vec<String>,
    name: String,
}

#[derive(Debug)]
struct Object {
    kind: String,
    name: String,
    table: String,
    sql: String,
}

impl Schema {
    fn read(connection: &Connection) -> Result<Self, Error> {
        let refused = |error: rusqlite::Error| from_rusqlite(&error);
        let mut schema = Self::default();
        let mut statement = connection
            .prepare_cached(
                "SELECT type, name, tbl_name, sql FROM main.sqlite_schema \
                 WHERE sql IS NOT NULL AND lower(substr(name, 1, 7)) <> 'sqlite_' ORDER BY type, name",
            )
            .map_err(refused)?;
        let mut rows = statement.query([]).map_err(refused)?;
        while let Some(row) = rows.next().map_err(refused)? {
            let text = |column: usize| row.get::<_, String>(column).map_err(refused);
            schema.objects.push(Object { kind: text(0)?, name: text(1)?, table: text(2)?, sql: text(3)? });
        }
        let mut statement = connection
            .prepare_cached(
                "SELECT lower(t.name), l.origin, lower(l.name), lower(coalesce(i.name, '')) FROM main.sqlite_schema t \
                 JOIN pragma_index_list(t.name, 'main') l JOIN pragma_index_info(l.name, 'main') i \
                 WHERE t.type = 'table' AND l.origin <> 'c' ORDER BY t.name, l.seq DESC, i.seqno",
            )
            .map_err(refused)?;
        let mut rows = statement.query([]).map_err(refused)?;
        while let Some(row) = rows.next().map_err(refused)? {
            let text = |column: usize| row.get::<_, String>(column).map_err(refused);
            let (table, origin, name, column) = (text(0)?, text(1)?, text(2)?, text(3)?);
            match schema.automatic.last_mut() {
                Some(last) if last.table == table && last.name == name => last.columns.push(column),
                _ => schema.automatic.push(Automatic { table, origin, columns: vec![column], name }),
            }
        }
        Ok(schema)
    }

    /// One key and one line for each thing that an author can say.
    fn catalog(&self) -> Catalog {
        let mut lines = Lines::default();
        let mut columns = BTreeMap::new();
        for object in self.objects.iter().filter(|object| object.kind == "table") {
            let table = object.name.to_ascii_lowercase();
            columns.insert(table, self.table(object, &mut lines));
        }
        let everything = self.objects.iter().map(|object| object.name.to_ascii_lowercase());
        let everything: BTreeSet<String> = everything.chain(columns.values().flatten().cloned()).collect();
        for object in &self.objects {
            let table = object.table.to_ascii_lowercase();
            match object.kind.as_str() {
                "index" => {
                    let line = index(&object.sql, &table, columns.get(&table).unwrap_or(&BTreeSet::new()));
                    lines.add(&format!("index {}", name(&object.name)), line);
                }
                "view" => lines.add(&format!("view {}", name(&object.name)), view(&object.sql, &everything)),
                "trigger" => {
                    let key = format!("trigger {}.{}", name(&table), name(&object.name));
                    lines.add(&key, trigger(&object.sql, &everything));
                }
                _ => {}
            }
        }
        Catalog(lines.0)
    }

    /// The lines of a table, and its columns.
    fn table(&self, object: &Object, lines: &mut Lines) -> BTreeSet<String> {
        let own = name(&object.name);
        let Some(table) = Table::parse(&object.sql) else {
            lines.add(&format!("table {own}"), virtual_table(&object.sql));
            return BTreeSet::new();
        };
        lines.add(&format!("table {own}"), options(&table));
        let names: Vec<String> = table.columns.iter().map(|column| name(&column.name.name())).collect();
        lines.add(&format!("order {own}"), names.join(", "));
        for (column, shown) in table.columns.iter().zip(&names) {
            let mut line = column.words("1");
            if let Some(place) = table.place_in_key(&column.name.name()) {
                line = format!("{line} PRIMARY KEY {place}").trim().to_owned();
            }
            lines.add(&format!("column {own}.{shown}"), line);
        }
        let names = self.constraint_names(&object.name.to_ascii_lowercase(), &table);
        for (constraint, name) in table.constraints.iter().zip(&names) {
            lines.add(&format!("constraint {own}.{name}"), words(&constraint.body));
        }
        if names.len() > 1 {
            lines.add(&format!("constraints {own}"), names.join(", "));
        }
        table.columns.iter().map(|column| column.name.name()).collect()
    }

    /// The name of each constraint of a table: its author's; else that of the index that SQLite made for it; else its
    /// kind, numbered within the table.
    fn constraint_names(&self, table: &str, parsed: &Table<'_>) -> Vec<String> {
        let mut automatic: Vec<&Automatic> = self.automatic.iter().filter(|made| made.table == table).collect();
        let mut take = |origin: &str, columns: &[String]| {
            let at = automatic.iter().position(|made| made.origin == origin && made.columns == columns)?;
            Some(automatic.remove(at).name.clone())
        };
        for column in &parsed.columns {
            if column.constraints.iter().any(|token| token.is("unique")) {
                take("u", &[column.name.name()]);
            }
        }
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        let name_of = |constraint: &Constraint<'_>| {
            let columns: Vec<String> = constraint.columns().iter().map(Token::name).collect();
            let made = match constraint.body.first() {
                Some(first) if first.is("primary") => take("pk", &columns),
                Some(first) if first.is("unique") => take("u", &columns),
                _ => None,
            };
            constraint.name.map(|own| own.name()).or(made).map(|own| name(&own)).unwrap_or_else(|| {
                let kinds = ["primary", "unique", "check", "foreign"];
                let kind = kinds.into_iter().find(|kind| constraint.is(kind)).unwrap_or_default();
                let number = numbers.entry(kind).or_default();
                *number += 1;
                format!("{kind}_{number}")
            })
        };
        parsed.constraints.iter().map(name_of).collect()
    }
}

/// Lines by their keys. Of two constraints with one name, which SQLite allows, the second is numbered.
#[derive(Default)]
struct Lines(BTreeMap<String, String>);

impl Lines {
    fn add(&mut self, key: &str, line: String) {
        let numbered = (2..).map(|number| format!("{key} ({number})"));
        let free = std::iter::once(key.to_owned()).chain(numbered).find(|key| !self.0.contains_key(key));
        self.0.extend(free.map(|key| (key, line)));
    }
}
