//! Brings declared definitions into the form of the catalog: SQLite builds each object in an empty database in memory,
//! from the declaration alone, and what it stored is read as a file's schema is. So a suite may write as it likes, a
//! mistake in a declaration has SQLite's own words, and no file is written to.

use std::collections::{BTreeMap, BTreeSet};

use phasegate_evidence::Definition;
use rusqlite::Connection;

use super::{
    names::{bare_names, settle},
    statement::{end_of_head, index, options, trigger, view, virtual_table},
    table::{Table, own_key},
    token::{Kind, Token, tokens},
    words::{name, quote, words},
};
use crate::{Error, sqlite::error::from_rusqlite};

/// Normalises each pair of key and declared definition. A word in double quotes is a name where the same declarations
/// have a column or a table of that name, or where only a name can stand; else it is a string, as it is to SQLite.
pub(crate) fn normalise(declared: &[(String, String)]) -> Result<Vec<Definition>, Error> {
    let connection = Connection::open_in_memory().map_err(|error| from_rusqlite(&error))?;
    let named = |(key, _): &(String, String)| tokens(key).iter().skip(1).map(Token::name).collect::<Vec<_>>();
    let known: BTreeSet<String> = declared.iter().flat_map(named).collect();
    // Many a column of a suite is declared in the same words; the name of none is part of its definition.
    let mut built: BTreeMap<(&str, &str), Definition> = BTreeMap::new();
    let mut definitions = Vec::with_capacity(declared.len());
    for (number, (key, text)) in declared.iter().enumerate() {
        let kind = key.split(' ').next().unwrap_or_default();
        let definition = built.entry((kind, text)).or_insert_with(|| {
            let name = format!("declared {number}");
            let built = Declaration { connection: &connection, known: &known, kind, text, name }.build();
            built.map_or_else(Definition::Unresolved, Definition::Known)
        });
        definitions.push(definition.clone());
    }
    Ok(definitions)
}

struct Declaration<'d> {
    connection: &'d Connection,
    known: &'d BTreeSet<String>,
    kind: &'d str,
    text: &'d str,
    /// Of what is built.
    name: String,
}

impl Declaration<'_> {
    /// The definition as the catalog would show it, or why there is none.
    fn build(&self) -> Result<String, String> {
        let mut tokens = tokens(self.text);
        settle(&mut tokens, self.known);
        match self.kind {
            "column" => self.column(&tokens),
            "constraint" => self.constraint(&tokens),
            "index" => self.index(&tokens),
            "trigger" => self.trigger(&tokens),
            "view" => self.view(&tokens),
            "table" => self.table(&tokens),
            "order" | "constraints" => Ok(names(&tokens)),
            _ => Ok(self.text.trim().to_owned()),
        }
    }

    fn column(&self, tokens: &[Token<'_>]) -> Result<String, String> {
        // SQL has no place after PRIMARY KEY; the catalog says it, so a declaration may.
        let place = own_key(tokens).and_then(|key| tokens.get(key + 2)).filter(|place| place.kind == Kind::Literal);
        let (own, rest) = match place {
            Some(place) => (&self.text[..place.start], &self.text[place.start + place.text.len()..]),
            None => (self.text, ""),
        };
        let needed = needed(tokens);
        let sql = self.stored("TABLE", &format!("({}, \"the column\" {own}{rest}\n)", columns(&needed)))?;
        let is_one = |table: &Table<'_>| table.constraints.is_empty() && table.columns.len() == needed.len() + 1;
        let table = Table::parse(&sql).filter(is_one);
        let column = table.as_ref().and_then(|table| table.columns.last());
        column.map(|column| column.words(place.map_or("1", |place| place.text))).ok_or_else(|| self.is_more_than_one())
    }

    fn constraint(&self, tokens: &[Token<'_>]) -> Result<String, String> {
        let needed = needed(tokens);
        let sql = self.stored("TABLE", &format!("({}, CONSTRAINT c {}\n)", columns(&needed), self.text))?;
        let table = Table::parse(&sql).filter(|table| table.columns.len() == needed.len());
        match table.as_ref().map(|table| table.constraints.as_slice()) {
            Some([constraint]) => Ok(words(&constraint.body)),
            _ => Err(self.is_more_than_one()),
        }
    }

    fn index(&self, tokens: &[Token<'_>]) -> Result<String, String> {
        let (what, tokens) = match tokens {
            [unique, rest @ ..] if unique.is("unique") => ("UNIQUE INDEX", rest),
            _ => ("INDEX", tokens),
        };
        let (table, keys) = match tokens {
            [on, table, keys @ ..] if on.is("on") => (table.name(), keys),
            _ => return Err(self.reads_otherwise("[UNIQUE] ON table (...) [WHERE ...]")),
        };
        let (needed, indexed) = (needed(keys), quote(&format!("indexed by {}", self.name)));
        self.execute(&format!("CREATE TABLE {indexed} ({})", columns(&needed)))?;
        let keys = keys.first().map_or("", |first| &self.text[first.start..]);
        Ok(index(&self.stored(what, &format!("ON {indexed} {keys}"))?, &table, &needed))
    }

    fn trigger(&self, tokens: &[Token<'_>]) -> Result<String, String> {
        let on = tokens.iter().position(|token| token.is("on")).and_then(|on| tokens.get(on + 1));
        let Some(table) = on.map(|token| quote(&token.name())) else {
            return Err(self.reads_otherwise("BEFORE, AFTER or INSTEAD OF ... ON table BEGIN ...; END"));
        };
        self.execute(&if tokens.iter().any(|token| token.is("instead")) {
            format!("CREATE VIEW IF NOT EXISTS {table} AS SELECT 1")
        } else {
            format!("CREATE TABLE IF NOT EXISTS {table} (c)")
        })?;
        Ok(trigger(&self.stored("TRIGGER", self.without_head(tokens))?, self.known))
    }

    fn view(&self, tokens: &[Token<'_>]) -> Result<String, String> {
        let is_query = tokens.first().is_some_and(|token| token.is_any(&["select", "values", "with"]));
        let gives = if is_query { "AS" } else { "" };
        Ok(view(&self.stored("VIEW", &format!("{gives} {}", self.without_head(tokens)))?, self.known))
    }

    fn table(&self, tokens: &[Token<'_>]) -> Result<String, String> {
        match tokens {
            // Its module need not be known here, and what its arguments mean is the module's own.
            [kind, ..] if kind.is("virtual") => Ok(virtual_table(self.text)),
            [kind, said @ ..] if kind.is("table") => {
                let said = said.iter().filter(|token| !token.is(",")).map(|token| token.text);
                // Between options there is a comma, and within WITHOUT ROWID none.
                let said = said.collect::<Vec<_>>().join(", ").to_uppercase().replace("WITHOUT,", "WITHOUT");
                let sql = self.stored("TABLE", &format!("(c INTEGER PRIMARY KEY) {said}"))?;
                Table::parse(&sql).as_ref().map(options).ok_or_else(|| self.is_more_than_one())
            }
            _ => Err(self.reads_otherwise("table [WITHOUT ROWID] [STRICT] or virtual table USING module(...)")),
        }
    }

    /// The declaration without the CREATE that a whole statement begins with.
    fn without_head(&self, tokens: &[Token<'_>]) -> &str {
        let head = if tokens.first().is_some_and(|token| token.is("create")) { end_of_head(tokens) } else { 0 };
        tokens.get(head).map_or("", |token| &self.text[token.start..])
    }

    fn execute(&self, sql: &str) -> Result<(), String> {
        self.connection.execute(sql, []).map(drop).map_err(|error| from_rusqlite(&error).to_string())
    }

    /// Creates an object, and gives its text as SQLite stored it.
    fn stored(&self, what: &str, definition: &str) -> Result<String, String> {
        self.execute(&format!("CREATE {what} {} {definition}", quote(&self.name)))?;
        let by_name = self.connection.prepare_cached("SELECT sql FROM sqlite_schema WHERE name = ?1");
        let text = by_name.and_then(|mut by_name| by_name.query_row([&self.name], |row| row.get(0)));
        text.map_err(|error| from_rusqlite(&error).to_string())
    }

    fn is_more_than_one(&self) -> String {
        format!("`{}` declares more than one object", self.text)
    }

    fn reads_otherwise(&self, form: &str) -> String {
        format!("`{}` does not read `{form}`", self.text)
    }
}

/// The columns that a definition may need: one for every name that it holds, since one too many changes nothing.
fn needed(tokens: &[Token<'_>]) -> BTreeSet<String> {
    bare_names(tokens).chain(["the first column".to_owned()]).collect()
}

fn columns(names: &BTreeSet<String>) -> String {
    names.iter().map(|name| format!("{} INTEGER", quote(name))).collect::<Vec<_>>().join(", ")
}

fn names(tokens: &[Token<'_>]) -> String {
    let names: Vec<String> = tokens.iter().filter(|token| !token.is(",")).map(|token| name(&token.name())).collect();
    names.join(", ")
}
