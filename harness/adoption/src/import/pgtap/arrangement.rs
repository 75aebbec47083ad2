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
    /// The writes that the file says are accepted.
    accepted: &'a [Accepted],
}

/// A write that must be accepted, and what stands when it is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Accepted {
    given: Option<String>,
    write: String,
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
    pub(super) fn with(functions: &'a [(String, String)], accepted: &'a [Accepted]) -> Self {
        Self { functions, accepted, ..Self::default() }
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

    /// A write that must be accepted now; nothing where what stands now is not known.
    pub(super) fn accepts(&self, write: &str) -> Option<Accepted> {
        self.given().ok().map(|given| Accepted { given, write: write.to_owned() })
    }

    /// The write on the same table that must be accepted where this one is refused, and is most like it.
    pub(super) fn neighbour(&self, write: &str) -> Option<String> {
        let head = head(write)?;
        let given = self.given().ok()?;
        let like = |other: &str| other.chars().zip(write.chars()).take_while(|(one, other)| one == other).count();
        let known = self.accepted.iter().filter(|accepted| accepted.given == given);
        let known = known.map(|accepted| &accepted.write).filter(|other| self::head(other).as_ref() == Some(&head));
        known.max_by_key(|other| like(other)).cloned()
    }

    /// Takes a statement that is left out, and with it what rests on it, where it may do anything.
    pub(super) fn leave(&mut self, statement: &Statement<'_>) {
        let _ = self.lose(statement, "");
    }

    fn lose(&mut self, statement: &Statement<'_>, why: &str) -> Result<(), String> {
        let first = statement.text.split_whitespace().next().unwrap_or_default().to_lowercase();
        let makes_objects = !["select", "insert", "update", "delete", "copy", "with"].contains(&first.as_str());
        // The first one is told, unless another than rows rests on a later one alone.
        let told = self.lost.filter(|lost| lost.makes_objects || !makes_objects);
        self.lost = told.or(Some(Lost { line: statement.line, makes_objects }));
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

/// What a single write does, and to which table.
fn head(write: &str) -> Option<Vec<String>> {
    let is_one = Kind::Postgres.split(write).is_ok_and(|statements| statements.len() == 1);
    let words: Vec<String> =
        write.split(|sign: char| sign.is_whitespace() || sign == '(').map(str::to_lowercase).collect();
    let mut words = words.into_iter().filter(|word| !word.is_empty());
    let first = words.next().filter(|_| is_one)?;
    let count = match first.as_str() {
        "insert" | "delete" => 2,
        "update" => 1,
        _ => return None,
    };
    Some([first].into_iter().chain(words.take(count)).collect())
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
        arrangement.leave(&statement("DO $$ BEGIN CREATE TABLE a (); END $$"));
        assert!(arrangement.given_to_the_schema().is_err(), "it may have made one");
        arrangement.take(&statement("ROLLBACK TO s")).expect("taken");
        assert_eq!(arrangement.given(), Ok(None));
    }

    #[test]
    fn a_neighbour_is_the_write_most_like_it_that_must_be_accepted_in_the_same_state() {
        let mut arrangement = Arrangement::default();
        let accepted: Vec<Accepted> =
            ["INSERT INTO b (i) VALUES (1)", "INSERT INTO a (j) VALUES (1)", "INSERT INTO a (i) VALUES (1)"]
                .into_iter()
                .filter_map(|write| arrangement.accepts(write))
                .collect();
        arrangement.accepted = &accepted;
        assert_eq!(
            arrangement.neighbour("INSERT INTO a (i) VALUES (2)").as_deref(),
            Some("INSERT INTO a (i) VALUES (1)")
        );
        assert_eq!(arrangement.neighbour("DELETE FROM a WHERE i = 2"), None);
        assert_eq!(arrangement.neighbour("INSERT INTO a (i) VALUES (2); SELECT 1"), None);
        arrangement.take(&statement("INSERT INTO a (i) VALUES (3)")).expect("taken");
        assert_eq!(arrangement.neighbour("INSERT INTO a (i) VALUES (2)"), None, "it is another state");
    }

    #[test]
    fn the_function_that_raises_is_the_one_whose_format_fits() {
        let guard = "CREATE OR REPLACE FUNCTION app.guard() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'note % is shut', NEW.id; END $$";
        let functions = [function(guard).expect("a function")];
        let arrangement = Arrangement::with(&functions, &[]);
        assert_eq!(arrangement.raising("note 12 is shut").as_deref(), Some("guard"));
        assert_eq!(arrangement.raising("note 12 is open"), None);
    }
}
