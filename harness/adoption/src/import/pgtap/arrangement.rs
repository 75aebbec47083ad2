//! What the statements of a file have arranged when an assertion is made: rows, prepared statements, functions.

use std::collections::BTreeMap;

use phasegate_database::Kind;

use super::{call::Argument, statements::Statement};

/// What stands when an assertion is made.
#[derive(Debug, Default)]
pub(super) struct Arrangement<'a> {
    /// The statements that are in force, in order.
    given: Vec<String>,
    /// How many were when a transaction or a savepoint began, by its name, and what had been lost by then.
    marks: Vec<(String, usize, Option<Lost>)>,
    lost: Option<Lost>,
    prepared: BTreeMap<String, String>,
    /// Functions of the schema: the name of each and its text.
    functions: &'a [(String, String)],
}

/// A statement that was not taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lost {
    pub(super) line: u32,
    /// Whether it may have made or altered objects, and not rows alone.
    makes_objects: bool,
}

/// The name under which the outermost transaction is marked.
const TRANSACTION: &str = "";

impl<'a> Arrangement<'a> {
    pub(super) fn with(functions: &'a [(String, String)]) -> Self {
        Self { functions, ..Self::default() }
    }

    /// Takes a statement that is no assertion.
    ///
    /// # Errors
    /// When it cannot be taken over, and why.
    pub(super) fn take(&mut self, statement: &Statement<'_>) -> Result<(), String> {
        let words: Vec<String> = statement.text.split_whitespace().take(5).map(str::to_lowercase).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            _ if statement.of_psql => self.lose(statement, "only psql runs it"),
            ["begin" | "start", ..] => self.mark(TRANSACTION),
            ["savepoint", name, ..] => self.mark(name),
            ["rollback", "to", "savepoint", name, ..] | ["rollback", "to", name, ..] => self.back_to(name),
            ["rollback" | "abort", ..] => self.back_to(TRANSACTION),
            ["commit" | "end" | "release", ..] => Ok(()),
            ["create", "extension", rest @ ..] if rest.iter().any(|word| word.trim_matches('"') == "pgtap") => Ok(()),
            ["prepare", name, ..] if words.contains(&"as") => {
                self.prepare(name, statement.text);
                Ok(())
            }
            _ => match Kind::Postgres.contained(statement.text, false) {
                Ok(()) => {
                    self.given.push(statement.text.to_owned());
                    Ok(())
                }
                Err(fault) => self.lose(statement, &format!("{}, and what a check does is rolled back", fault.message)),
            },
        }
    }

    /// Takes what an assertion has run.
    pub(super) fn ran(&mut self, sql: &str) {
        self.given.push(sql.to_owned());
    }

    fn lose(&mut self, statement: &Statement<'_>, why: &str) -> Result<(), String> {
        let first = statement.text.split_whitespace().next().unwrap_or_default().to_lowercase();
        let makes_objects = !["select", "insert", "update", "delete", "copy", "with"].contains(&first.as_str());
        self.lost = self.lost.or(Some(Lost { line: statement.line, makes_objects }));
        Err(why.to_owned())
    }

    fn mark(&mut self, name: &str) -> Result<(), String> {
        self.marks.push((name.to_owned(), self.given.len(), self.lost));
        Ok(())
    }

    fn back_to(&mut self, name: &str) -> Result<(), String> {
        if let Some(at) = self.marks.iter().rposition(|(mark, ..)| mark == name) {
            let (_, length, lost) = self.marks[at].clone();
            self.given.truncate(length);
            self.lost = lost;
            // A savepoint stays where it was gone back to; a transaction does not.
            self.marks.truncate(at + usize::from(name != TRANSACTION));
        }
        Ok(())
    }

    fn prepare(&mut self, name: &str, text: &str) {
        let lower = text.to_lowercase();
        let body = lower.find(" as ").or_else(|| lower.find(" as\n")).map(|at| text[at + 4..].trim().to_owned());
        self.prepared.extend(body.map(|body| (name.to_owned(), body)));
    }

    /// The statements that a check on rows is given, or the one before it that was lost.
    pub(super) fn given(&self) -> Result<Option<String>, Lost> {
        self.lost.map_or(Ok(()), Err)?;
        Ok(self.all())
    }

    /// The statements that a check on the schema is given: none where they write rows alone.
    pub(super) fn given_to_the_schema(&self) -> Result<Option<String>, Lost> {
        self.lost.filter(|lost| lost.makes_objects).map_or(Ok(()), Err)?;
        let of_rows = ["insert", "update", "delete", "truncate"];
        let first = |sql: &String| sql.split_whitespace().next().unwrap_or_default().to_lowercase();
        Ok(self.all().filter(|_| !self.given.iter().all(|sql| of_rows.contains(&first(sql).as_str()))))
    }

    fn all(&self) -> Option<String> {
        (!self.given.is_empty()).then(|| self.given.iter().map(|sql| format!("{sql};")).collect::<Vec<_>>().join("\n"))
    }

    /// The statement that an argument names: SQL, or a statement that was prepared.
    ///
    /// # Errors
    /// When it is neither.
    pub(super) fn sql(&self, argument: &Argument) -> Result<String, String> {
        let Some(text) = &argument.string else { return Err("its statement is no literal".to_owned()) };
        let text = text.trim().trim_end_matches(';').trim();
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            [name] | ["EXECUTE" | "execute", name] => {
                let found = self.prepared.get(&name.trim_matches('"').to_lowercase());
                found.cloned().ok_or_else(|| format!("`{name}` is prepared nowhere in the file, or with values"))
            }
            ["EXECUTE" | "execute", ..] => Err("it executes a prepared statement with values".to_owned()),
            _ => Ok(text.to_owned()),
        }
    }

    /// The one function that raises this message.
    pub(super) fn raising(&self, message: &str) -> Option<String> {
        let own = self.given.iter().filter_map(|sql| function(sql));
        let all: Vec<(String, String)> = self.functions.iter().cloned().chain(own).collect();
        let mut found = all.iter().filter(|(_, text)| raises(text, message)).map(|(name, _)| name);
        let first = found.next()?;
        found.all(|other| other == first).then(|| first.clone())
    }
}

/// The name and the text of a function that a statement makes.
pub(super) fn function(sql: &str) -> Option<(String, String)> {
    let words: Vec<&str> = sql.split_whitespace().take(5).collect();
    let is = |word: &str, known: &[&str]| known.iter().any(|known| word.eq_ignore_ascii_case(known));
    let name = match words.as_slice() {
        [create, what, name, ..] if is(create, &["create"]) && is(what, &["function", "procedure"]) => name,
        [create, or, replace, what, name, ..]
            if is(create, &["create"])
                && is(or, &["or"])
                && is(replace, &["replace"])
                && is(what, &["function", "procedure"]) =>
        {
            name
        }
        _ => return None,
    };
    let name = name.split('(').next()?.rsplit('.').next()?.trim_matches('"');
    Some((name.to_owned(), sql.to_owned()))
}

/// Whether a function's text raises a message: it holds every part of a format of it, and says no SQLSTATE of its own.
fn raises(text: &str, message: &str) -> bool {
    let raised = text.split('\'').filter(|part| part.len() > 3);
    let is_format = |format: &str| {
        let mut rest = message;
        let mut parts = format.split('%');
        let begins = parts.next().unwrap_or_default();
        let Some(after) = rest.strip_prefix(begins) else { return false };
        rest = after;
        let parts: Vec<&str> = parts.collect();
        for part in &parts {
            let Some(at) = rest.find(part) else { return false };
            rest = &rest[at + part.len()..];
        }
        rest.is_empty() || parts.last().is_some_and(|last| last.is_empty())
    };
    text.to_lowercase().contains("raise")
        && !text.to_lowercase().contains("errcode")
        && raised.into_iter().any(is_format)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(text: &str) -> Statement<'_> {
        Statement { text, line: 1, of_psql: text.contains('\\') }
    }

    #[test]
    fn what_a_savepoint_takes_back_is_not_given() {
        let mut arrangement = Arrangement::default();
        for text in
            ["BEGIN", "INSERT INTO a VALUES (1)", "SAVEPOINT s", "INSERT INTO a VALUES (2)", "ROLLBACK TO SAVEPOINT s"]
        {
            arrangement.take(&statement(text)).expect("taken");
        }
        assert_eq!(arrangement.given(), Ok(Some("INSERT INTO a VALUES (1);".to_owned())));
        assert_eq!(arrangement.given_to_the_schema(), Ok(None));
        arrangement.take(&statement("ROLLBACK")).expect("taken");
        assert_eq!(arrangement.given(), Ok(None));
    }

    #[test]
    fn what_rests_on_a_statement_that_was_lost_is_known_until_that_is_taken_back() {
        let mut arrangement = Arrangement::default();
        arrangement.take(&statement("SAVEPOINT s")).expect("taken");
        assert!(arrangement.take(&statement("SELECT 1 \\gset")).is_err());
        assert!(arrangement.given().is_err());
        assert_eq!(arrangement.given_to_the_schema(), Ok(None), "it made no object");
        arrangement.take(&statement("ROLLBACK TO s")).expect("taken");
        assert_eq!(arrangement.given(), Ok(None));
    }

    #[test]
    fn the_function_that_raises_is_the_one_whose_format_fits() {
        let guard = "CREATE OR REPLACE FUNCTION app.guard() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'note % is shut', NEW.id; END $$";
        let functions = [function(guard).expect("a function")];
        let arrangement = Arrangement::with(&functions);
        assert_eq!(arrangement.raising("note 12 is shut").as_deref(), Some("guard"));
        assert_eq!(arrangement.raising("note 12 is open"), None);
    }
}
