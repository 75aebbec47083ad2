//! The catalog of a SQLite file, by definition and never by the text that made it: `IF NOT EXISTS`, white space and the
//! quotes of a renamed table survive in the stored text and mean nothing.

use std::collections::BTreeMap;

use phasegate_evidence::{Catalog, Cell, Definition, Table};

use super::{SqliteSession, error::from_rusqlite};
use crate::{Error, Literal};

/// Every object of the file that its author made.
pub(crate) fn catalog(session: &mut SqliteSession) -> Result<Catalog, Error> {
    let mut catalog = BTreeMap::new();
    let objects = session.run(
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE substr(name, 1, 7) <> 'sqlite_' ORDER BY type, name",
    )?;
    for row in objects.table.rows {
        let [Some(kind), Some(name), Some(table), sql] = take(row)? else {
            continue;
        };
        match kind.as_str() {
            "table" => {
                catalog.insert(format!("table {name}"), table_kind(session, &name)?);
                columns(session, &name, &mut catalog)?;
                foreign_keys(session, &name, &mut catalog)?;
                indexes(session, &name, &mut catalog)?;
            }
            "view" => {
                catalog.insert(format!("view {name}"), sql.unwrap_or_default());
            }
            "trigger" => {
                catalog.insert(format!("trigger {table}.{name}"), sql.unwrap_or_default());
            }
            _ => {}
        }
    }
    Ok(Catalog(catalog))
}

fn take<const N: usize>(row: Vec<Cell>) -> Result<[Cell; N], Error> {
    row.try_into().map_err(|_| Error::mistake("a catalog query gives another number of columns"))
}

fn table_kind(session: &mut SqliteSession, table: &str) -> Result<String, Error> {
    let list = session
        .run(&format!("SELECT type, wr, strict FROM pragma_table_list({}) WHERE schema = 'main'", Literal(table)))?;
    let mut words = vec!["table"];
    if let Some(row) = list.table.rows.first() {
        let flag = |index: usize| row.get(index).is_some_and(|cell| cell.as_deref() == Some("1"));
        if row.first().is_some_and(|cell| cell.as_deref() == Some("virtual")) {
            words[0] = "virtual table";
        }
        if flag(1) {
            words.push("WITHOUT ROWID");
        }
        if flag(2) {
            words.push("STRICT");
        }
    }
    Ok(words.join(" "))
}

fn columns(session: &mut SqliteSession, table: &str, catalog: &mut BTreeMap<String, String>) -> Result<(), Error> {
    let info = info(session, table)?;
    for row in info.rows {
        let [name, kind, notnull, default, pk, hidden] = take::<6>(row)?;
        let name = name.unwrap_or_default();
        let mut words = vec![kind.unwrap_or_default()];
        if notnull.as_deref() == Some("1") {
            words.push("NOT NULL".to_owned());
        }
        if let Some(default) = default {
            words.push(format!("DEFAULT {default}"));
        }
        match pk.as_deref() {
            None | Some("0") => {}
            Some(place) => words.push(format!("PRIMARY KEY {place}")),
        }
        if is_autoincrement(session, table, &name)? {
            words.push("AUTOINCREMENT".to_owned());
        }
        if hidden.as_deref().is_some_and(|hidden| hidden != "0") {
            words.push("GENERATED".to_owned());
        }
        catalog.insert(format!("column {table}.{name}"), words.join(" ").trim().to_owned());
    }
    Ok(())
}

fn info(session: &mut SqliteSession, table: &str) -> Result<Table, Error> {
    let sql = format!(
        "SELECT name, upper(type), \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo({}) ORDER BY cid",
        Literal(table)
    );
    Ok(session.run(&sql)?.table)
}

fn is_autoincrement(session: &SqliteSession, table: &str, column: &str) -> Result<bool, Error> {
    session
        .connection()
        .column_metadata(Some("main"), table, column)
        .map(|(_, _, _, _, autoincrement)| autoincrement)
        .map_err(|error| from_rusqlite(&error))
}

fn foreign_keys(session: &mut SqliteSession, table: &str, catalog: &mut BTreeMap<String, String>) -> Result<(), Error> {
    let keys = session.run(&format!(
        "SELECT id, group_concat(\"from\", ', '), \"table\", group_concat(coalesce(\"to\", ''), ', '), on_delete, \
         on_update FROM pragma_foreign_key_list({}) GROUP BY id ORDER BY id",
        Literal(table)
    ))?;
    for row in keys.table.rows {
        let [id, from, to_table, to, on_delete, on_update] = take::<6>(row)?.map(Option::unwrap_or_default);
        let definition =
            format!("FOREIGN KEY ({from}) REFERENCES {to_table} ({to}) ON DELETE {on_delete} ON UPDATE {on_update}");
        catalog.insert(format!("constraint {table}.fk{id}"), definition);
    }
    Ok(())
}

fn indexes(session: &mut SqliteSession, table: &str, catalog: &mut BTreeMap<String, String>) -> Result<(), Error> {
    let list = session.run(&format!(
        "SELECT l.name, l.\"unique\", l.origin, l.partial, m.sql FROM pragma_index_list({}) l \
         LEFT JOIN sqlite_master m ON m.type = 'index' AND m.name = l.name ORDER BY l.name",
        Literal(table)
    ))?;
    for row in list.table.rows {
        let [name, unique, origin, partial, sql] = take::<5>(row)?;
        let name = name.unwrap_or_default();
        let keys = index_columns(session, &name)?;
        let unique = if unique.as_deref() == Some("1") { "UNIQUE " } else { "" };
        let predicate = match (partial.as_deref(), sql.as_deref()) {
            (Some("1"), Some(sql)) => predicate(sql),
            _ => String::new(),
        };
        let definition = format!("{unique}ON {table} ({keys}){predicate}");
        if origin.as_deref() == Some("c") {
            catalog.insert(format!("index {name}"), definition);
        } else {
            // An index that a PRIMARY KEY or UNIQUE makes has no name of its author's.
            let kind = if origin.as_deref() == Some("pk") { "PRIMARY KEY" } else { "UNIQUE" };
            catalog.insert(format!("constraint {table}.{name}"), format!("{kind} ({keys})"));
        }
    }
    Ok(())
}

fn index_columns(session: &mut SqliteSession, index: &str) -> Result<String, Error> {
    let info = session.run(&format!(
        "SELECT cid, name, \"desc\", coll FROM pragma_index_xinfo({}) WHERE key = 1 ORDER BY seqno",
        Literal(index)
    ))?;
    let mut keys = Vec::new();
    for row in info.table.rows {
        let [cid, name, desc, coll] = take::<4>(row)?;
        let mut key = match (cid.as_deref(), name) {
            (Some("-2"), _) => "<expression>".to_owned(),
            (_, Some(name)) => name,
            _ => "rowid".to_owned(),
        };
        if let Some(coll) = coll.filter(|coll| coll != "BINARY") {
            key.push_str(&format!(" COLLATE {coll}"));
        }
        if desc.as_deref() == Some("1") {
            key.push_str(" DESC");
        }
        keys.push(key);
    }
    Ok(keys.join(", "))
}

/// The condition of a partial index, in single spaces: the word WHERE may begin a line, and no column
/// of an index may hold a query, so the first one begins the condition.
fn predicate(sql: &str) -> String {
    let words: Vec<&str> = sql.split_whitespace().collect();
    let is_where = |word: &&str| word.eq_ignore_ascii_case("where");
    let condition = words.iter().position(is_where).map(|at| &words[at + 1..]);
    condition.map(|words| format!(" WHERE {}", words.join(" "))).unwrap_or_default()
}

/// Brings declared definitions into the form of [`catalog`]: words in one case, single spaces.
pub(crate) fn normalise(session: &mut SqliteSession, declared: &[(String, String)]) -> Result<Vec<Definition>, Error> {
    let mut definitions = Vec::with_capacity(declared.len());
    for (ordinal, (key, words)) in declared.iter().enumerate() {
        definitions.push(match key.split_once(' ') {
            Some(("column", _)) => column(session, ordinal, words),
            Some(("index", _)) => index(session, ordinal, words),
            _ => Definition::Known(words.clone()),
        });
    }
    Ok(definitions)
}

fn column(session: &mut SqliteSession, ordinal: usize, words: &str) -> Definition {
    // The place within a key and AUTOINCREMENT belong to the table, and are compared as written.
    let (own, of_table) = match words.find(" PRIMARY KEY") {
        Some(at) => (&words[..at], &words[at..]),
        None => (words, ""),
    };
    let table = format!("phasegate_probe_{ordinal}");
    let made = session.run(&format!("CREATE TABLE {table} (c {own})"));
    let read = made.and_then(|_| info(session, &table));
    match read.map(|info| info.rows.into_iter().next()) {
        Ok(Some(row)) => {
            let Ok([_, kind, notnull, default, ..]) = take::<6>(row) else {
                return Definition::Unresolved("the column cannot be read back".to_owned());
            };
            let mut parts = vec![kind.unwrap_or_default()];
            if notnull.as_deref() == Some("1") {
                parts.push("NOT NULL".to_owned());
            }
            parts.extend(default.map(|default| format!("DEFAULT {default}")));
            Definition::Known(format!("{}{of_table}", parts.join(" ")))
        }
        Ok(None) => Definition::Unresolved("the column cannot be read back".to_owned()),
        Err(error) => Definition::Unresolved(error.to_string()),
    }
}

fn index(session: &mut SqliteSession, ordinal: usize, words: &str) -> Definition {
    let (unique, rest) = match words.strip_prefix("UNIQUE ") {
        Some(rest) => ("UNIQUE ", rest),
        None => ("", words),
    };
    let name = format!("phasegate_probe_index_{ordinal}");
    let Some(table) = rest.strip_prefix("ON ").and_then(|rest| rest.split([' ', '(']).next()) else {
        return Definition::Unresolved(format!("`{words}` does not read `[UNIQUE] ON table (...)`"));
    };
    let table = table.to_owned();
    if let Err(error) = session.run(&format!("CREATE {unique}INDEX {name} {rest}")) {
        return Definition::Unresolved(error.to_string());
    }
    let mut found = BTreeMap::new();
    let read = indexes(session, &table, &mut found);
    match (read, found.remove(&format!("index {name}"))) {
        (Ok(()), Some(definition)) => Definition::Known(definition),
        (Err(error), _) => Definition::Unresolved(error.to_string()),
        (_, None) => Definition::Unresolved("the index cannot be read back".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::predicate;

    #[test]
    fn a_partial_index_shows_its_condition_on_whatever_line_it_begins() {
        for sql in ["CREATE INDEX i ON t (a) WHERE b = 0", "CREATE INDEX i\nON t (a)\nwhere\tb  = 0"] {
            assert_eq!(predicate(sql), " WHERE b = 0", "{sql}");
        }
        assert_eq!(predicate("CREATE INDEX i ON t (a)"), "");
    }
}
