//! Brings declared definitions into the form of the catalog: SQLite builds each object in an empty database in memory,
//! from the declaration alone, and what it stored is read as a file's schema is. So a suite may write as it likes, a
//! mistake in a declaration has SQLite's own words, and no file is written to.

use std::collections::BTreeSet;

use phasegate_evidence::Definition;
use rusqlite::Connection;

use super::{
    names::{bare_names, settle},
    schema::{Schema, end_of_head, virtual_table},
    table::{Table, own_key},
    token::{Kind, Token, tokens},
    words::{name, quote, words},
};
use crate::{Error, sqlite::error::from_rusqlite};

/// Normalises each pair of key and declared definition. A word in double quotes is a name where the same declarations
/// have a column or a table of that name, or where only a name can stand; else it is a string, as it is to SQLite.
pub(crate) fn normalise(declared: &[(String, String)]) -> Result<Vec<Definition>, Error> {
    let connection = Connection::open_in_memory().map_err(|error| from_rusqlite(&error))?;
    let known: BTreeSet<String> =
        declared.iter().flat_map(|(key, _)| tokens(key).into_iter().skip(1)).map(|token| token.name()).collect();
    let definition = |(key, words): &(String, String)| -> Result<Definition, Error> {
        connection.execute_batch("BEGIN").map_err(|error| from_rusqlite(&error))?;
        let built = Declaration { connection: &connection, known: &known, key, text: words }.build();
        connection.execute_batch("ROLLBACK").map_err(|error| from_rusqlite(&error))?;
        Ok(built.map_or_else(Definition::Unresolved, Definition::Known))
    };
    declared.iter().map(definition).collect()
}

struct Declaration<'d> {
    connection: &'d Connection,
    known: &'d BTreeSet<String>,
    key: &'d str,
    text: &'d str,
}

impl Declaration<'_> {
    /// The definition as the catalog would show it, or why there is none.
    fn build(&self) -> Result<String, String> {
        let mut tokens = tokens(self.text);
        settle(&mut tokens, self.known);
        match self.key.split(' ').next().unwrap_or_default() {
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
        let (columns, number) = needed(tokens);
        let sql = self.stored(&format!("CREATE TABLE t ({columns}, \"the column\" {own}{rest}\n)"))?;
        let table =
            Table::parse(&sql).filter(|table| table.constraints.is_empty() && table.columns.len() == number + 1);
        let column = table.as_ref().and_then(|table| table.columns.last());
        column.map(|column| column.words(place.map_or("1", |place| place.text))).ok_or_else(|| self.is_more_than_one())
    }

    fn constraint(&self, tokens: &[Token<'_>]) -> Result<String, String> {
        let (columns, number) = needed(tokens);
        let sql = self.stored(&format!("CREATE TABLE t ({columns}, CONSTRAINT c {}\n)", self.text))?;
        let table = Table::parse(&sql).filter(|table| table.columns.len() == number);
        match table.as_ref().map(|table| table.constraints.as_slice()) {
            Some([constraint]) => Ok(words(&constraint.body)),
            _ => Err(self.is_more_than_one()),
        }
    }

    fn index(&self, tokens: &[Token<'_>]) -> Result<String, String> {
        let unique = usize::from(tokens.first().is_some_and(|token| token.is("unique")));
        let [on, table, rest @ ..] = &tokens[unique.min(tokens.len())..] else {
            return Err(self.reads_otherwise("[UNIQUE] ON table (...) [WHERE ...]"));
        };
        if !on.is("on") {
            return Err(self.reads_otherwise("[UNIQUE] ON table (...) [WHERE ...]"));
        }
        let table = quote(&table.name());
        let (columns, _) = needed(rest);
        self.execute(&format!("CREATE TABLE {table} ({columns})"))?;
        let unique = if unique == 1 { "UNIQUE" } else { "" };
        let keys = rest.first().map_or("", |first| &self.text[first.start..]);
        self.execute(&format!("CREATE {unique} INDEX \"the index\" ON {table} {keys}"))?;
        self.read("index ")
    }

    fn trigger(&self, tokens: &[Token<'_>]) -> Result<String, String> {
        let body = self.without_head(tokens);
        let on = tokens.iter().position(|token| token.is("on")).and_then(|on| tokens.get(on + 1));
        let Some(table) = on.map(|token| quote(&token.name())) else {
            return Err(self.reads_otherwise("BEFORE, AFTER or INSTEAD OF ... ON table ... BEGIN ...; END"));
        };
        let is_of_view = tokens.iter().any(|token| token.is("instead"));
        let columns = if is_of_view { "AS SELECT 1" } else { "(c)" };
        let kind = if is_of_view { "VIEW" } else { "TABLE" };
        self.execute(&format!("CREATE {kind} {table} {columns}"))?;
        self.execute(&format!("CREATE TRIGGER g {body}"))?;
        self.read("trigger ")
    }

    fn view(&self, tokens: &[Token<'_>]) -> Result<String, String> {
        let body = self.without_head(tokens);
        let is_query = tokens.first().is_some_and(|token| token.is_any(&["select", "values", "with"]));
        let gives = if is_query { "AS" } else { "" };
        self.execute(&format!("CREATE VIEW v {gives} {body}"))?;
        self.read("view ")
    }

    fn table(&self, tokens: &[Token<'_>]) -> Result<String, String> {
        match tokens {
            // Its module need not be known here, and what its arguments mean is the module's own.
            [kind, ..] if kind.is("virtual") => Ok(virtual_table(self.text)),
            [kind, options @ ..] if kind.is("table") => {
                let option = |token: &Token<'_>| {
                    if token.is("without") { "WITHOUT".to_owned() } else { format!("{},", token.text) }
                };
                let options: String =
                    options.iter().filter(|token| !token.is(",")).map(|token| option(token) + " ").collect();
                let options = options.trim_end().trim_end_matches(',');
                self.execute(&format!("CREATE TABLE t (c INTEGER PRIMARY KEY) {options}"))?;
                self.read("table ")
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

    /// Executes a statement, and gives its text as SQLite stored it.
    fn stored(&self, sql: &str) -> Result<String, String> {
        self.execute(sql)?;
        let stored = self.connection.query_row("SELECT sql FROM sqlite_schema", [], |row| row.get(0));
        stored.map_err(|error| from_rusqlite(&error).to_string())
    }

    /// The line of the one object of this kind.
    fn read(&self, kind: &str) -> Result<String, String> {
        let catalog = Schema::read(self.connection).map_err(|error| error.to_string())?.catalog(self.known);
        let line = catalog.0.into_iter().find(|(key, _)| key.starts_with(kind));
        line.map(|(_, line)| line).ok_or_else(|| format!("no {kind}came of it"))
    }

    fn is_more_than_one(&self) -> String {
        format!("`{}` declares more than one object", self.text)
    }

    fn reads_otherwise(&self, form: &str) -> String {
        format!("`{}` does not read `{form}`", self.text)
    }
}

/// A column for every name that the tokens hold, and how many these are. A column too many changes no definition.
fn needed(tokens: &[Token<'_>]) -> (String, usize) {
    let names: BTreeSet<String> = bare_names(tokens).chain(["the first column".to_owned()]).collect();
    let columns: Vec<String> = names.iter().map(|name| format!("{} INTEGER", quote(name))).collect();
    (columns.join(", "), names.len())
}

fn names(tokens: &[Token<'_>]) -> String {
    let names: Vec<String> = tokens.iter().filter(|token| !token.is(",")).map(|token| name(&token.name())).collect();
    names.join(", ")
}
