//! A PostgreSQL session. Statements go by the simple query protocol, as psql sends them: several in one message, and
//! every value back in the server's own text form.

use std::{collections::BTreeSet, time::Duration};

use futures_util::TryStreamExt;
use phasegate_evidence::Cell;
use sqlx::{
    AssertSqlSafe, Column, ConnectOptions, Connection, Either, Executor, PgConnection, Row, SqlSafeStr, ValueRef,
    postgres::{PgConnectOptions, PgRow},
};

use super::{error::from_sqlx, untransacted::RENEW};
use crate::{
    Actors, Error, Literal, Ran,
    size::{Keep, Rows},
};

/// A PostgreSQL connection.
#[derive(Debug)]
pub struct PostgresSession {
    connection: PgConnection,
    /// Statements that begin and end transactions, to be sent ahead of the next one and in the same message: most of
    /// what a check costs is waiting for the server's answer.
    ahead: String,
    /// How long a statement may take.
    limit: Option<Duration>,
    /// What was set for single steps, to be set back before the next.
    pub(super) set_for_steps: BTreeSet<String>,
    /// How many statements of the last message were answered.
    answered: usize,
    /// Whether the server owes the answer to a statement that nobody waits for any more: every other would wait for it.
    abandoned: bool,
}

/// How much longer than its limit a statement is waited for, by a server that does not even say that it cancelled it.
const LIMIT_GRACE: Duration = Duration::from_secs(5);

impl PostgresSession {
    /// Connects, and fixes what the text form of values depends on.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn connect(options: &PgConnectOptions) -> Result<Self, Error> {
        if std::env::var_os("PGOPTIONS").is_some_and(|options| !options.is_empty()) {
            let why = "the environment variable PGOPTIONS would change what every session judges: unset it";
            return Err(Error::mistake(why));
        }
        let options = options.clone().disable_statement_logging().options([
            ("timezone", "UTC"),
            ("datestyle", "ISO"),
            ("intervalstyle", "postgres"),
            ("extra_float_digits", "1"),
            ("bytea_output", "hex"),
            ("client_min_messages", "warning"),
            // Where a text ends is told alike by the server and by whoever reads a suite.
            ("standard_conforming_strings", "on"),
        ]);
        let connection = PgConnection::connect_with(&options).await.map_err(|error| from_sqlx(&error, None))?;
        let (ahead, set_for_steps) = (String::new(), BTreeSet::new());
        Ok(Self { connection, ahead, limit: None, set_for_steps, answered: 0, abandoned: false })
    }

    /// Runs one or more statements, and keeps every row of the last.
    ///
    /// # Errors
    /// At the first statement that is refused.
    pub async fn run(&mut self, sql: &str) -> Result<Ran, Error> {
        self.run_keeping(sql, Keep::All).await
    }

    /// Runs one or more statements, and keeps so much of the rows of the last. The server sends rows as it finds them; what
    /// is one too many ends no statement, and the rest is read past, for as long as the time limit allows.
    pub(crate) async fn run_keeping(&mut self, sql: &str, keep: Keep) -> Result<Ran, Error> {
        self.run_many(sql, 1, keep).await
    }

    /// Runs what may be one statement only. No two statements are without a semicolon between them, and of a text with one
    /// the server itself is asked, since it takes one statement only for a prepared one.
    pub(crate) async fn run_one(&mut self, sql: &str, keep: Keep) -> Result<Ran, Error> {
        if sql.trim_end_matches(|c: char| c == ';' || c.is_whitespace()).contains(';') {
            self.settle_ahead().await?;
            let one = AssertSqlSafe(sql.to_owned()).into_sql_str();
            self.within_limit(1, async |session| session.connection.prepare(one).await.map(drop)).await?;
        }
        self.run_keeping(sql, keep).await
    }

    /// Runs all of these statements, sent in one message. The server gives each the whole time limit.
    pub(crate) async fn run_all(&mut self, statements: &[&str]) -> Result<(), (usize, Error)> {
        self.settle_ahead().await.map_err(|error| (0, error))?;
        // The line break ends a comment that a statement may end with.
        let many = u32::try_from(statements.len()).unwrap_or(u32::MAX);
        let ran = self.run_many(&statements.join("\n;\n"), many, Keep::Nothing).await;
        ran.map(drop).map_err(|error| (self.answered, error))
    }

    /// Runs a COPY ... FROM STDIN, and sends these rows as its client. Gives how many there were.
    pub(crate) async fn copy_in(&mut self, sql: &str, rows: &str) -> Result<u64, Error> {
        self.settle_ahead().await?;
        self.within_limit(1, async |session| {
            let mut copy = session.connection.copy_in_raw(sql).await?;
            copy.send(rows.as_bytes()).await?;
            copy.finish().await
        })
        .await
    }

    async fn run_many(&mut self, sql: &str, statements: u32, keep: Keep) -> Result<Ran, Error> {
        let ahead = std::mem::take(&mut self.ahead);
        let mut before = ahead.chars().count();
        let mut rows = Rows::new(keep);
        let mut outcome = self.send(&format!("{ahead}{sql}"), statements, &mut rows).await;
        // A message that cannot be parsed is refused whole: what is sent ahead has to be done all the same.
        if !ahead.is_empty() && self.answered == 0 && matches!(outcome, Err(Error::Refused(_))) {
            self.send(&ahead, 1, &mut rows).await?;
            before = 0;
            outcome = self.send(sql, statements, &mut rows).await;
        }
        if forgets_prepared(sql) {
            self.connection.clear_cached_statements().await.map_err(|error| from_sqlx(&error, None))?;
        }
        // What came of the rest of a query that nobody could judge any more is not told.
        if rows.are_too_large() && !self.abandoned && !matches!(outcome, Err(Error::ConnectionLost(_))) {
            return Err(rows.end().err().unwrap_or_else(|| Error::mistake("rows were too many and are not")));
        }
        let affected = outcome.map_err(|error| match error {
            Error::Refused(mut refusal) => {
                let own = refusal.position.and_then(|at| at.checked_sub(before));
                refusal.position = own.filter(|at| *at > 0);
                Error::Refused(refusal)
            }
            error => error,
        })?;
        Ok(Ran { affected, table: rows.end()? })
    }

    async fn send(&mut self, sql: &str, statements: u32, rows: &mut Rows) -> Result<u64, Error> {
        let message = sql.to_owned();
        self.within_limit(statements, async |session| session.stream(message, rows).await).await
    }

    /// Waits for what so many statements give, a little longer than the server should let them go on.
    async fn within_limit<T>(
        &mut self,
        statements: u32,
        work: impl AsyncFnOnce(&mut Self) -> Result<T, sqlx::Error>,
    ) -> Result<T, Error> {
        if self.abandoned {
            return Err(Error::ConnectionLost("a statement before has not been answered".to_owned()));
        }
        let Some(limit) = self.limit else {
            return work(self).await.map_err(|error| from_sqlx(&error, None));
        };
        match tokio::time::timeout(limit.saturating_mul(statements) + LIMIT_GRACE, work(self)).await {
            Ok(outcome) => outcome.map_err(|error| from_sqlx(&error, Some(limit))),
            Err(_) => {
                self.abandoned = true;
                Err(Error::TimedOut(limit))
            }
        }
    }

    /// Gives every statement from now on a time limit. Must not be called within a transaction, which could undo it.
    pub(crate) fn limit(&mut self, limit: Duration) {
        if self.limit != Some(limit) {
            self.limit = Some(limit);
            self.ahead(&format!("SET statement_timeout = {}", limit.as_millis()));
        }
    }

    /// Holds up nobody else: no lock is waited for any longer than this, and a transaction that nobody goes on with ends.
    pub(crate) async fn beside_others(&mut self, lock: Duration, idle: Duration) -> Result<(), Error> {
        let [lock, idle] = [lock, idle].map(|limit| limit.as_millis());
        let set = format!("SET lock_timeout = {lock}; SET idle_in_transaction_session_timeout = {idle}");
        self.run(&set).await.map(drop)
    }

    /// Leaves the session as a new one is, but for the plans of its own queries. Not within a transaction.
    pub(crate) async fn renew(&mut self) -> Result<(), Error> {
        self.limit = None;
        self.run(RENEW).await.map(drop)
    }

    /// Leaves role and settings as a new transaction finds them, within one that goes on.
    pub(crate) async fn reset_settings(&mut self) -> Result<(), Error> {
        let limit = self.limit.unwrap_or_default().as_millis();
        self.run(&format!("RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; SET LOCAL statement_timeout = {limit}"))
            .await
            .map(drop)
    }

    /// Sends a statement of transaction control with the next one. It must be one that cannot fail.
    pub(crate) fn ahead(&mut self, sql: &str) {
        self.ahead.push_str(sql);
        self.ahead.push_str("; ");
    }

    /// Sends what waits.
    pub(crate) async fn settle_ahead(&mut self) -> Result<(), Error> {
        if self.ahead.is_empty() { Ok(()) } else { self.run("").await.map(drop) }
    }

    async fn stream(&mut self, sql: String, rows: &mut Rows) -> Result<u64, sqlx::Error> {
        let (mut affected, mut fresh) = (0, true);
        self.answered = 0;
        let mut stream = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_many(&mut self.connection);
        while let Some(item) = stream.try_next().await? {
            match item {
                Either::Left(done) => {
                    if fresh {
                        rows.begin();
                    }
                    fresh = true;
                    self.answered += 1;
                    affected += done.rows_affected();
                }
                Either::Right(row) => {
                    if std::mem::take(&mut fresh) {
                        rows.begin();
                    }
                    if rows.takes(byte_length(&row)?) {
                        rows.push(|| column_names(&row), cells(&row)?);
                    }
                }
            }
        }
        Ok(affected)
    }

    /// Runs a query of ours that gives pairs of text. It is prepared, so that its plan is made once a session.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn pairs(&mut self, query: &str) -> Result<Vec<(Option<String>, Option<String>)>, Error> {
        self.settle_ahead().await?;
        let query = AssertSqlSafe(query.to_owned());
        self.within_limit(1, async |session| sqlx::query_as(query).fetch_all(&mut session.connection).await).await
    }

    /// Takes on a role until the end of the transaction.
    ///
    /// # Errors
    /// When the role does not exist or may not be taken on.
    pub async fn set_role(&mut self, role: &str) -> Result<(), Error> {
        self.set_config("role", role).await
    }

    /// Acts as a role from now on, or until the end of the transaction, so that RESET ROLE leads back to that role: whoever may
    /// becomes the session's user, and others take the role on.
    pub(crate) async fn act_as(&mut self, role: &str, until_the_end_of_the_transaction: bool) -> Result<(), Error> {
        let (role, local) = (Literal(role), until_the_end_of_the_transaction);
        let act = format!(
            "SELECT CASE WHEN current_setting('is_superuser')::boolean THEN set_config('session_authorization', {role}, {local}) \
             ELSE set_config('role', {role}, {local}) END"
        );
        self.run(&act).await.map(drop)
    }

    /// Who acts now.
    pub(crate) async fn acts_as(&mut self) -> Result<Actors, Error> {
        let table = self.run("SELECT session_user, current_user").await?.table;
        let mut names = table.rows.into_iter().flatten().flatten();
        Ok(Actors { session: names.next().unwrap_or_default(), current: names.next().unwrap_or_default() })
    }

    /// Sets a setting until the end of the transaction.
    ///
    /// # Errors
    /// When the server refuses it.
    pub async fn set_config(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let set = format!("SELECT set_config({}, {}, true)", Literal(name), Literal(value));
        self.run(&set).await.map(drop)
    }

    /// Closes the connection in good order.
    ///
    /// # Errors
    /// When it is already broken.
    pub async fn close(self) -> Result<(), Error> {
        self.connection.close().await.map_err(|error| from_sqlx(&error, None))
    }
}

/// Whether SQL may throw away the statements that the session has prepared.
fn forgets_prepared(sql: &str) -> bool {
    let sql = sql.to_lowercase();
    ["deallocate", "discard all"].iter().any(|words| sql.contains(words))
}

fn column_names(row: &PgRow) -> Vec<String> {
    row.columns().iter().map(|column| column.name().to_owned()).collect()
}

/// How many bytes the values of a row have.
fn byte_length(row: &PgRow) -> Result<usize, sqlx::Error> {
    (0..row.columns().len()).try_fold(0, |bytes, index| {
        let value = row.try_get_raw(index)?;
        let own = if value.is_null() { 0 } else { value.as_bytes().map_err(sqlx::Error::Decode)?.len() };
        Ok(bytes + own)
    })
}

fn cells(row: &PgRow) -> Result<Vec<Cell>, sqlx::Error> {
    (0..row.columns().len())
        .map(|index| {
            let value = row.try_get_raw(index)?;
            if value.is_null() {
                return Ok(None);
            }
            let text = value.as_str().map_err(sqlx::Error::Decode)?;
            Ok(Some(text.to_owned()))
        })
        .collect()
}
