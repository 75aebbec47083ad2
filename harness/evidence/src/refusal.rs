//! What a database refuses, and what of it refused.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::cut;

/// What refused a statement, by the name that the schema's author gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Cause {
    /// A constraint, or a unique index.
    Constraint {
        /// Its name.
        name: String,
    },
    /// A column that is NOT NULL.
    Column {
        /// Its table.
        table: String,
        /// Its name.
        name: String,
    },
    /// The function that raised.
    Function {
        /// Its name, without arguments.
        name: String,
    },
    /// The trigger that raised, where the database knows no function of it.
    Trigger {
        /// Its name.
        name: String,
    },
    /// The row-level security of a table.
    Rls {
        /// The table.
        table: String,
    },
    /// A missing privilege.
    Privilege {
        /// The object.
        object: String,
    },
    /// A type whose values the input does not fit.
    Type {
        /// The type as the server names it.
        name: String,
    },
    /// None of these: the routine of the server that gave up.
    Routine {
        /// Its name in the server's source.
        name: String,
    },
}

impl Cause {
    /// Whether a check that names `by` means this cause: the whole of it (`constraint ck_x`), or, where the name alone
    /// says enough, the name.
    /// Names are the same where `same` says so.
    fn is_meant_by(&self, by: &str, same: fn(&str, &str) -> bool) -> bool {
        if same(&self.to_string(), by) {
            return true;
        }
        match self {
            Self::Constraint { name } | Self::Function { name } | Self::Trigger { name } => same(name, by),
            Self::Column { table, name } => same(name, by) || same(&format!("{table}.{name}"), by),
            Self::Rls { .. } | Self::Privilege { .. } | Self::Type { .. } | Self::Routine { .. } => false,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constraint { name } => write!(f, "constraint {name}"),
            Self::Column { table, name } if table.is_empty() => write!(f, "column {name}"),
            Self::Column { table, name } => write!(f, "column {table}.{name}"),
            Self::Function { name } => write!(f, "function {name}"),
            Self::Trigger { name } => write!(f, "trigger {name}"),
            Self::Rls { table } => write!(f, "rls {table}"),
            Self::Privilege { object } => write!(f, "privilege {object}"),
            Self::Type { name } => write!(f, "type {name}"),
            Self::Routine { name } => write!(f, "routine {name}"),
        }
    }
}

/// A statement that the database refused. Connections that break and time limits are no refusals (rule 11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// The SQLSTATE, or the result code of SQLite; `None` when the statement cannot even be put to the database.
    pub sqlstate: Option<String>,
    /// What refused.
    pub cause: Option<Cause>,
    /// The message of the server.
    pub message: String,
    /// Its detail.
    pub detail: Option<String>,
    /// Its hint.
    pub hint: Option<String>,
    /// The character of the statement at which the error lies, from 1.
    pub position: Option<usize>,
}

impl Refusal {
    /// A refusal that no code names.
    #[must_use]
    pub fn without_code(message: impl Into<String>) -> Self {
        Self { sqlstate: None, cause: None, message: cut(message), detail: None, hint: None, position: None }
    }

    /// Whether a check that names `by` means what refused. SQLite says names in the case in which a file has them, and
    /// compares them without it.
    pub(crate) fn is_by(&self, by: &str) -> bool {
        let is_sqlite = self.sqlstate.as_ref().is_some_and(|code| code.starts_with("SQLITE_"));
        let same = if is_sqlite { str::eq_ignore_ascii_case } else { |one: &str, other: &str| one == other };
        self.cause.as_ref().is_some_and(|cause| cause.is_meant_by(by, same))
    }

    /// Whether what refused is that the database finds its own file damaged, or to be no database at all.
    #[must_use]
    pub fn finds_damage(&self) -> bool {
        self.sqlstate.as_ref().is_some_and(|code| code.starts_with("SQLITE_CORRUPT") || code == "SQLITE_NOTADB")
    }

    /// The code and the cause, which is what an expectation names and a result may hold: the message may hold values.
    #[must_use]
    pub fn summary(&self) -> String {
        match (&self.sqlstate, &self.cause) {
            (Some(code), Some(cause)) => format!("{code} {cause}"),
            (Some(code), None) => code.clone(),
            (None, _) => self.message.clone(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sqlstate {
            Some(code) => write!(f, "{code} {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn means(cause: &Cause, code: &str, by: &str) -> bool {
        let refusal =
            Refusal { sqlstate: Some(code.to_owned()), cause: Some(cause.clone()), ..Refusal::without_code("refused") };
        refusal.is_by(by)
    }

    #[test]
    fn a_bare_name_means_a_constraint_function_or_column() {
        let column = Cause::Column { table: "t".into(), name: "c".into() };
        for by in ["c", "t.c", "column t.c"] {
            assert!(means(&column, "23514", by), "{by}");
        }
        for by in ["d", "u.c", "constraint c", "t"] {
            assert!(!means(&column, "23514", by), "{by}");
        }
        assert!(means(&Cause::Constraint { name: "ck".into() }, "23514", "ck"));
        assert!(!means(&Cause::Constraint { name: "ck".into() }, "23514", "function ck"));
    }

    #[test]
    fn two_refusals_that_share_a_code_are_told_apart_only_by_the_whole_cause() {
        let rls = Cause::Rls { table: "events".into() };
        assert!(means(&rls, "23514", "rls events"));
        assert!(!means(&rls, "23514", "events"));
        assert!(!means(&rls, "23514", "privilege events"));
    }

    #[test]
    fn names_have_a_case_on_postgresql_and_none_on_sqlite() {
        let column = Cause::Column { table: "Orders".into(), name: "Size".into() };
        for by in ["orders.size", "SIZE", "column orders.size"] {
            assert!(means(&column, "SQLITE_CONSTRAINT_NOTNULL", by), "{by}");
            assert!(!means(&column, "23502", by), "{by}");
        }
        assert!(!means(&column, "SQLITE_CONSTRAINT_NOTNULL", "orders.side"));
    }
}
