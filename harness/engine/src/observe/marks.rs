//! What trying something leaves on its session for whatever comes next: a setting that was once set within a transaction is
//! the empty text afterwards, and no longer unset.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use phasegate_database::{Database, Error, Host, Session};
use phasegate_evidence::judge::{Check, Expectation, Neighbour, Step};

/// The settings that a check or a finding sets.
#[derive(Debug)]
pub(crate) struct Marks<'a> {
    /// Those that are the empty text afterwards.
    left: BTreeSet<&'a str>,
    /// Those that are set before anything could meet what another left of them.
    set_first: BTreeSet<&'a str>,
    /// Whether SQL sets settings as well, whose names are not known.
    by_sql: bool,
}

impl<'a> Marks<'a> {
    /// Those of a check.
    pub(crate) fn of_check(check: &'a Check) -> Self {
        let mut marks = match &check.expectation {
            // What stands in `given` runs before the first step.
            Expectation::Sequence(sequence) if check.given.is_none() => Self::of_steps(&sequence.steps),
            Expectation::Sequence(sequence) => Self { set_first: BTreeSet::new(), ..Self::of_steps(&sequence.steps) },
            _ => Self { left: BTreeSet::new(), set_first: BTreeSet::new(), by_sql: sql_of(check).any(sets) },
        };
        marks.left.extend(marking(&check.settings));
        marks.set_first.extend(marking(&check.settings));
        marks.by_sql |= check.given.as_deref().is_some_and(sets);
        marks
    }

    /// Those of steps.
    pub(crate) fn of_steps(steps: &'a [Step]) -> Self {
        let left: BTreeSet<&str> = steps.iter().flat_map(|step| marking(&step.settings)).collect();
        let by_each = |name: &&&str| steps.iter().all(|step| step.settings.contains_key(**name));
        let set_first = left.iter().filter(by_each).copied().collect();
        Self { left, set_first, by_sql: steps.iter().any(|step| sets(&step.run)) }
    }

    /// Whether nothing is left.
    fn are_none(&self) -> bool {
        self.left.is_empty() && !self.by_sql
    }
}

/// The settings that are not the server's own. Those are after a rollback what they were before, and have no dot in their
/// names.
fn marking(settings: &BTreeMap<String, String>) -> impl Iterator<Item = &str> {
    settings.keys().map(String::as_str).filter(|name| name.contains('.'))
}

/// The SQL that a check runs on the session that it shares with others, but for `given` and steps.
fn sql_of(check: &Check) -> impl Iterator<Item = &str> {
    let (first, second) = match &check.expectation {
        Expectation::Rows(rows) => (Some(&rows.query), rows.examined.as_ref()),
        Expectation::Violations(violations) => (Some(&violations.query), Some(&violations.examined)),
        Expectation::Accepts(accepts) => (Some(&accepts.write), None),
        Expectation::Rejects(rejects) => match &rejects.neighbour {
            Neighbour::Write(write) => (Some(&rejects.write), Some(write)),
            Neighbour::SwitchedOff(_) | Neighbour::None(_) => (Some(&rejects.write), None),
        },
        // A plan is made and not run, and steps have marks of their own.
        Expectation::Plan(_)
        | Expectation::Sequence(_)
        | Expectation::Catalog(_)
        | Expectation::Changes(_)
        | Expectation::Unchanged(_)
        | Expectation::Rollback(_)
        | Expectation::Tap(_) => (None, None),
    };
    first.into_iter().chain(second).map(String::as_str)
}

/// Whether SQL sets a setting, as far as words tell: one that is taken for setting some costs a session and nothing else.
pub(crate) fn sets(sql: &str) -> bool {
    let sql = sql.to_lowercase();
    let is_of_a_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '"');
    let mut words = sql.split(|letter| !is_of_a_word(letter)).filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        let of_a_setting = |next: &&str| matches!(*next, "local" | "session") || next.contains('.');
        if word.ends_with("set_config") || (matches!(word, "set" | "reset") && words.peek().is_some_and(of_a_setting)) {
            return true;
        }
    }
    false
}

/// A session for what leaves marks. Whatever could meet the mark of another gets a new one.
#[derive(Debug, Default)]
pub(crate) struct MarkedSession {
    session: Option<Session>,
    left: BTreeSet<String>,
    by_sql: bool,
    existing: Option<Existing>,
    /// Whether functions of the author's own set settings, so that whoever calls one leaves a mark.
    by_functions: bool,
}

/// What a session on a database that exists is held to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Existing {
    /// Whether it may write nothing.
    pub(crate) read_only: bool,
    /// How long it waits for a lock.
    pub(crate) lock: Duration,
    /// How long it stays within a transaction without a statement.
    pub(crate) idle: Duration,
}

impl Existing {
    /// Holds a session to it.
    pub(crate) async fn hold(self, session: &mut Session) -> Result<(), Error> {
        session.beside_others(self.lock, self.idle).await?;
        if self.read_only { session.read_only().await } else { Ok(()) }
    }
}

impl MarkedSession {
    /// One on a database that exists, or not.
    pub(crate) fn on(existing: Option<Existing>) -> Self {
        Self { existing, ..Self::default() }
    }

    /// Looks for functions that set settings, on a session that is at hand.
    pub(crate) async fn look_for_functions(&mut self, session: &mut Session) -> Result<(), Error> {
        self.by_functions = session.functions_set_settings().await?;
        Ok(())
    }

    /// Whether what leaves these marks is to be tried here.
    pub(crate) fn takes(&self, marks: &Marks<'_>) -> bool {
        self.by_functions || !marks.are_none()
    }

    /// A session on which nothing of another can be met.
    pub(crate) async fn ready_for(
        &mut self,
        marks: &Marks<'_>,
        host: &Host,
        database: &Database,
    ) -> Result<&mut Session, Error> {
        let by_sql = marks.by_sql || self.by_functions;
        if self.by_sql || by_sql || !self.left.iter().all(|name| marks.set_first.contains(name.as_str())) {
            self.close().await?;
        }
        self.left.extend(marks.left.iter().map(|&name| name.to_owned()));
        self.by_sql = by_sql;
        let session = match self.session.take() {
            Some(session) => session,
            None => {
                let mut session = host.connect(database).await?;
                if let Some(existing) = self.existing {
                    existing.hold(&mut session).await?;
                }
                session
            }
        };
        Ok(self.session.insert(session))
    }

    /// Ends what was rolled back, so that nobody waits for its locks.
    pub(crate) async fn flush(&mut self) -> Result<(), Error> {
        match &mut self.session {
            Some(session) => session.flush().await,
            None => Ok(()),
        }
    }

    /// Closes the session, if there is one. Another is opened where it is needed.
    pub(crate) async fn close(&mut self) -> Result<(), Error> {
        self.left.clear();
        self.by_sql = false;
        match self.session.take() {
            Some(session) => session.close().await,
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use phasegate_evidence::judge::{Accepts, Rejection, Rejects, Rows};

    use super::*;

    #[test]
    fn sql_that_sets_a_setting_is_told_however_it_is_written() {
        for sql in [
            "SET app.tenant = 'x'",
            "set  \n local app.tenant to 'x'",
            "INSERT INTO t VALUES (1); SET SESSION app.tenant = 'x'",
            "SELECT pg_catalog.set_config('app.tenant', 'x', true)",
            "SET \"app\".tenant = 'x'",
            "RESET app.tenant",
        ] {
            assert!(sets(sql), "{sql}");
        }
        for sql in ["UPDATE t SET a = 1.5", "SET search_path = x", "SELECT 'offset a.b'", "SELECT reset FROM t"] {
            assert!(!sets(sql), "{sql}");
        }
    }

    #[test]
    fn a_check_leaves_a_mark_whichever_of_its_statements_sets_the_setting() {
        let (sets, plain) = ("SET LOCAL app.tenant = 'x'; SELECT 1".to_owned(), "SELECT 1".to_owned());
        let rows = |query: &String, examined: &String| {
            let (query, examined) = (query.clone(), Some(examined.clone()));
            Expectation::Rows(Rows { query, rows: Vec::new(), examined })
        };
        let rejects = |write: &String, neighbour: &String| {
            let (write, neighbour) = (write.clone(), Neighbour::Write(neighbour.clone()));
            let rejects = Rejection { sqlstate: "23505".to_owned(), by: "i".to_owned() };
            Expectation::Rejects(Rejects { write, rejects, neighbour })
        };
        let accepts = |write: &String| Expectation::Accepts(Accepts { write: write.clone(), rows: 1 });
        for (expectation, leaves) in [
            (rows(&sets, &plain), true),
            (rows(&plain, &sets), true),
            (rejects(&sets, &plain), true),
            (rejects(&plain, &sets), true),
            (accepts(&sets), true),
            (rows(&plain, &plain), false),
            (rejects(&plain, &plain), false),
            (accepts(&plain), false),
        ] {
            let check = Check::new("1.1.1", "t", expectation);
            assert_eq!(!Marks::of_check(&check).are_none(), leaves, "{:?}", check.expectation);
        }
    }
}
