//! A PostgreSQL session. Statements go by the simple query protocol, as psql sends them: several in one message, and
//! every value back in the server's own text form.

use futures_util::TryStreamExt;
use sqlx::{
    AssertSqlSafe, Column, ConnectOptions, Connection, Either, PgConnection, Row, ValueRef,
    postgres::{PgConnectOptions, PgDatabaseError, PgErrorPosition, PgRow},
};

use crate::sql::Literal;

use super::{
    Cause, DbError, Ran,
    table::{Cell, Table},
};

/// A PostgreSQL connection.
#[derive(Debug)]
pub struct PostgresSession {
    connection: PgConnection,
    /// Statements that begin and end transactions, to be sent ahead of the next one and in the same message: most of
    /// what a check costs is waiting for the server's answer.
    ahead: String,
}

impl PostgresSession {
    /// Connects, and fixes what the text form of values depends on.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn connect(options: &PgConnectOptions) -> Result<Self, DbError> {
        let options = options.clone().disable_statement_logging().application_name("phasegate").options([
            ("timezone", "UTC"),
            ("datestyle", "ISO"),
            ("intervalstyle", "postgres"),
            ("extra_float_digits", "1"),
            ("bytea_output", "hex"),
            ("client_min_messages", "warning"),
        ]);
        let connection = PgConnection::connect_with(&options).await.map_err(|e| from_sqlx(&e))?;
        Ok(Self { connection, ahead: String::new() })
    }

    /// Runs one or more statements.
    ///
    /// # Errors
    /// At the first statement that is refused.
    pub async fn run(&mut self, sql: &str) -> Result<Ran, DbError> {
        let ahead = std::mem::take(&mut self.ahead);
        let outcome =
            if ahead.is_empty() { self.stream(sql).await } else { self.stream(&format!("{ahead}{sql}")).await };
        outcome.map_err(|error| {
            let mut error = from_sqlx(&error);
            error.position = error.position.and_then(|at| at.checked_sub(ahead.chars().count())).filter(|at| *at > 0);
            error
        })
    }

    /// Sends a statement of transaction control with the next one. It must be one that cannot fail.
    pub(crate) fn ahead(&mut self, sql: &str) {
        self.ahead.push_str(sql);
        self.ahead.push_str("; ");
    }

    /// Sends what waits.
    async fn settle_ahead(&mut self) -> Result<(), DbError> {
        if self.ahead.is_empty() { Ok(()) } else { self.run("").await.map(drop) }
    }

    async fn stream(&mut self, sql: &str) -> Result<Ran, sqlx::Error> {
        let mut ran = Ran::default();
        let mut fresh = true;
        let mut stream = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_many(&mut self.connection);
        while let Some(item) = stream.try_next().await? {
            match item {
                Either::Left(done) => {
                    if fresh {
                        ran.table = Table::default();
                    }
                    fresh = true;
                    ran.affected += done.rows_affected();
                }
                Either::Right(row) => {
                    if fresh {
                        ran.table = Table { columns: column_names(&row), rows: Vec::new() };
                        fresh = false;
                    }
                    ran.table.rows.push(cells(&row)?);
                }
            }
        }
        Ok(ran)
    }

    /// Runs a query of ours that gives pairs of text. It is prepared, so that its plan is made once a session.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn pairs(&mut self, query: &str) -> Result<Vec<(Option<String>, Option<String>)>, DbError> {
        self.settle_ahead().await?;
        let query = sqlx::query_as(AssertSqlSafe(query.to_owned()));
        query.fetch_all(&mut self.connection).await.map_err(|error| from_sqlx(&error))
    }

    /// Takes on a role until the end of the transaction.
    ///
    /// # Errors
    /// When the role does not exist or may not be taken on.
    pub async fn set_role(&mut self, role: &str) -> Result<(), DbError> {
        self.set_config("role", role).await
    }

    /// Sets a setting until the end of the transaction.
    ///
    /// # Errors
    /// When the server refuses it.
    pub async fn set_config(&mut self, name: &str, value: &str) -> Result<(), DbError> {
        let set = format!("SELECT set_config({}, {}, true)", Literal(name), Literal(value));
        self.run(&set).await.map(drop)
    }

    /// Closes the connection in good order.
    ///
    /// # Errors
    /// When it is already broken.
    pub async fn close(self) -> Result<(), DbError> {
        self.connection.close().await.map_err(|error| from_sqlx(&error))
    }
}

fn column_names(row: &PgRow) -> Vec<String> {
    row.columns().iter().map(|column| column.name().to_owned()).collect()
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

/// An error of sqlx in our terms.
pub(crate) fn from_sqlx(error: &sqlx::Error) -> DbError {
    let Some(error) = error.as_database_error().and_then(|e| e.try_downcast_ref::<PgDatabaseError>()) else {
        return DbError::harness(format!("the connection failed: {error}"));
    };
    DbError {
        sqlstate: Some(error.code().to_owned()),
        cause: cause(error),
        message: error.message().to_owned(),
        detail: error.detail().map(str::to_owned),
        hint: error.hint().map(str::to_owned),
        position: match error.position() {
            Some(PgErrorPosition::Original(position)) => Some(position),
            _ => None,
        },
    }
}

/// What refused: from the fields of the error where the server fills them, from the message (which the sessions ask for
/// in English) where it does not.
fn cause(error: &PgDatabaseError) -> Option<Cause> {
    let message = error.message();
    match error.code() {
        "23502" => error.column().map(|column| Cause::Column {
            table: error.table().unwrap_or_default().to_owned(),
            name: column.to_owned(),
        }),
        "42501" => quoted(message)
            .map(|name| {
                if message.contains("row-level security") {
                    Cause::Rls { table: name }
                } else {
                    Cause::Privilege { object: name }
                }
            })
            .or_else(|| {
                let object = message.strip_prefix("permission denied for ")?.rsplit(' ').next()?;
                Some(Cause::Privilege { object: object.to_owned() })
            }),
        "22001" => after(message, "value too long for type ").map(|name| Cause::Type { name }),
        "22003" if message == "numeric field overflow" => Some(Cause::Type { name: "numeric".to_owned() }),
        "22003" => message.strip_suffix(" out of range").map(|name| Cause::Type { name: name.to_owned() }),
        "22P02" => after(message, "invalid input syntax for type ")
            .map(|rest| rest.split(':').next().unwrap_or_default().to_owned())
            .or_else(|| {
                after(message, "invalid input value for enum ")
                    .and_then(|r| r.split(':').next().map(|name| name.trim().trim_matches('"').to_owned()))
            })
            .map(|name| Cause::Type { name }),
        _ => error
            .constraint()
            .map(|name| Cause::Constraint { name: hypertable_name(name).to_owned() })
            .or_else(|| raising_function(error)),
    }
    .or_else(|| error.routine().map(|name| Cause::Routine { name: name.to_owned() }))
}

/// The function that raised, from the first line of the context.
fn raising_function(error: &PgDatabaseError) -> Option<Cause> {
    if error.routine() != Some("exec_stmt_raise") {
        return None;
    }
    let line = error.r#where()?.lines().next()?;
    let name = line.strip_prefix("PL/pgSQL function ")?.split('(').next()?;
    let bare = name.rsplit('.').next()?;
    Some(Cause::Function { name: bare.trim_matches('"').to_owned() })
}

/// TimescaleDB names the constraints and indexes of a chunk `3_12_name` and `_hyper_3_12_chunk_name`; the author of a
/// schema knows only `name`.
fn hypertable_name(name: &str) -> &str {
    let digits = |text: &'_ str| -> Option<usize> {
        let end = text.find(|c: char| !c.is_ascii_digit())?;
        (end > 0).then_some(end)
    };
    let numbers = |text: &'_ str| -> Option<usize> {
        let first = digits(text)?;
        let rest = text[first..].strip_prefix('_')?;
        Some(first + 1 + digits(rest)?)
    };
    if let Some(rest) = name.strip_prefix("_hyper_") {
        if let Some(end) = numbers(rest)
            && let Some(own) = rest[end..].strip_prefix("_chunk_")
        {
            return own;
        }
    } else if let Some(end) = numbers(name)
        && let Some(own) = name[end..].strip_prefix('_')
    {
        return own;
    }
    name
}

fn after(message: &str, prefix: &str) -> Option<String> {
    message.strip_prefix(prefix).map(str::to_owned)
}

fn quoted(message: &str) -> Option<String> {
    let mut parts = message.split('"');
    parts.next()?;
    parts.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::hypertable_name;

    #[test]
    fn the_names_of_a_chunk_are_mapped_back_to_those_of_its_hypertable() {
        for (met, own) in [
            ("1_12_bars_pkey", "bars_pkey"),
            ("_hyper_3_7_chunk_idx_bars_time", "idx_bars_time"),
            ("ck_plain", "ck_plain"),
            ("_hyper_bars", "_hyper_bars"),
            ("12_bars", "12_bars"),
        ] {
            assert_eq!(hypertable_name(met), own, "{met}");
        }
    }
}
