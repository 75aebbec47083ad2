//! One case of a property as SQL: statements in order, and what the model expects of them.

use std::fmt::{self, Write as _};

use phasegate_database::{Identifier, Literal};

/// What an attempted statement does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It writes so many rows.
    Rows(usize),
    /// It goes through; for whole phases, whose rows nobody counts.
    Accepted,
    /// It is refused.
    Refused {
        /// The SQLSTATE.
        sqlstate: &'static str,
        /// The constraint, unique index, column or raising function; `row-level security` or `privilege`; empty where
        /// the server names nothing.
        by: &'static str,
    },
}

impl Outcome {
    /// A refusal.
    #[must_use]
    pub fn refused(sqlstate: &'static str, by: &'static str) -> Self {
        Self::Refused { sqlstate, by }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(rows) => write!(f, "{rows} rows"),
            Self::Accepted => f.write_str("accepted"),
            Self::Refused { sqlstate, by: "" } => write!(f, "refused {sqlstate}"),
            Self::Refused { sqlstate, by } => write!(f, "refused {sqlstate} {by}"),
        }
    }
}

/// One step of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Statements that prepare the case and must go through.
    Given(String),
    /// A comparison: `observed` is an SQL expression for a text.
    Compare {
        /// What is claimed, in words.
        claim: String,
        /// The text that the model expects.
        expected: String,
        /// The expression.
        observed: String,
    },
    /// Remembers the catalog under a name.
    RememberCatalog(&'static str),
    /// The catalog must be the one remembered under this name.
    SameCatalog(&'static str),
}

/// The steps of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    steps: Vec<Step>,
}

impl Script {
    /// A script without steps.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The steps.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Statements that must go through.
    pub fn given(&mut self, sql: impl Into<String>) {
        let mut sql = sql.into();
        if !sql.trim_end().ends_with(';') {
            sql.push(';');
        }
        self.steps.push(Step::Given(sql));
    }

    /// One statement, and what must become of it. A refusal undoes that statement alone.
    pub fn attempt(&mut self, claim: impl Into<String>, sql: &str, expected: &Outcome) {
        self.compare(claim, expected.to_string(), call("attempt", sql));
    }

    /// The statements of a phase, all or none.
    pub(crate) fn walk(&mut self, claim: impl Into<String>, sql: &str, expected: &Outcome) {
        self.compare(claim, expected.to_string(), call("walk", sql));
    }

    /// A query with one column of text; its rows must be these, in this order.
    pub fn query(&mut self, claim: impl Into<String>, sql: &str, expected: &[String]) {
        let observed = format!("(SELECT coalesce(string_agg(line, chr(10)), '') FROM (\n{sql}\n) AS lines(line))");
        self.compare(claim, expected.join("\n"), observed);
    }

    /// Takes on a role for the steps up to [`Script::step_down`], and settings, which stay.
    pub fn become_role(&mut self, role: &str, settings: &[(&str, &str)]) {
        let mut sql = format!("SET LOCAL ROLE {};", Identifier(role));
        for (name, value) in settings {
            let _ = write!(sql, "\nSET LOCAL {} = {};", Identifier(name), Literal(value));
        }
        self.given(sql);
    }

    /// Becomes the session's user again.
    pub fn step_down(&mut self) {
        self.given("RESET ROLE;");
    }

    /// Keeps the rows of a table as they are now, in these columns; none means all.
    pub fn keep(&mut self, table: &str, columns: &[&str]) {
        self.given(format!(
            "INSERT INTO pg_temp.kept SELECT {}, {} FROM {};",
            Literal(table),
            row_of(table, columns),
            Identifier(table)
        ));
    }

    /// The rows of a table must be those that were kept.
    pub fn unchanged(&mut self, table: &str, columns: &[&str]) {
        let now = format!("SELECT {} FROM {}", row_of(table, columns), Identifier(table));
        let then = format!("SELECT content FROM pg_temp.kept WHERE relation = {}", Literal(table));
        let changes = format!(
            "SELECT 'new: ' || line FROM ({now} EXCEPT ALL {then}) AS added(line)\nUNION ALL\n\
             SELECT 'gone: ' || line FROM ({then} EXCEPT ALL {now}) AS gone(line)\nORDER BY 1"
        );
        self.query(format!("the rows of {table} are as they were"), &changes, &[]);
    }

    /// Remembers the catalog under a name.
    pub fn remember_catalog(&mut self, name: &'static str) {
        self.steps.push(Step::RememberCatalog(name));
    }

    /// The catalog must be the one remembered under this name.
    pub fn same_catalog(&mut self, name: &'static str) {
        self.steps.push(Step::SameCatalog(name));
    }

    fn compare(&mut self, claim: impl Into<String>, expected: String, observed: String) {
        self.steps.push(Step::Compare { claim: claim.into(), expected, observed });
    }

    /// The SQL of one step, by its number from 1; empty for a step that reads the catalog.
    pub(crate) fn sql(&self, number: usize) -> String {
        match number.checked_sub(1).and_then(|index| self.steps.get(index)) {
            Some(Step::Given(sql)) => format!("{sql}\n"),
            Some(Step::Compare { expected, observed, .. }) => {
                format!("INSERT INTO pg_temp.seen VALUES ({number}, {}, {observed});\n", Literal(expected))
            }
            Some(Step::RememberCatalog(_) | Step::SameCatalog(_)) | None => String::new(),
        }
    }
}

fn row_of(table: &str, columns: &[&str]) -> String {
    if columns.is_empty() {
        return format!("{}::text", Identifier(table));
    }
    let names: Vec<String> = columns.iter().map(|name| Identifier(name).to_string()).collect();
    format!("ROW({})::text", names.join(", "))
}

/// A call of a helper with a statement, quoted so that it stays readable.
fn call(helper: &str, sql: &str) -> String {
    let mut tag = "$statement$".to_owned();
    while sql.contains(&tag) {
        tag = format!("$x{}", &tag[1..]);
    }
    format!("pg_temp.{helper}({tag}\n{sql}\n{tag})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_cannot_end_its_own_quotes() {
        assert_eq!(call("attempt", "SELECT 1"), "pg_temp.attempt($statement$\nSELECT 1\n$statement$)");
        assert!(call("attempt", "SELECT '$statement$'").starts_with("pg_temp.attempt($xstatement$"));
    }

    #[test]
    fn an_expectation_is_written_beside_what_is_observed() {
        let mut script = Script::new();
        script.given("SELECT 1");
        script.attempt("it is refused", "DELETE FROM t", &Outcome::refused("42501", "privilege"));
        assert_eq!(script.sql(1), "SELECT 1;\n");
        assert!(script.sql(2).contains("VALUES (2, 'refused 42501 privilege', pg_temp.attempt("));
        assert_eq!(script.sql(3), "");
    }

    #[test]
    fn outcomes_are_written_as_the_helpers_write_them() {
        assert_eq!(Outcome::Rows(1).to_string(), "1 rows");
        assert_eq!(Outcome::refused("22001", "").to_string(), "refused 22001");
    }
}
