//! Errors of PostgreSQL: what was refused and by what, or that nothing was.

use std::time::Duration;

use phasegate_evidence::{Cause, Refusal, cut};
use sqlx::postgres::{PgDatabaseError, PgErrorPosition};

use crate::Error;

/// The SQLSTATE of a statement that was cancelled, as its time limit does.
const QUERY_CANCELED: &str = "57014";

/// An error of sqlx in our terms; `limit` is the time limit that a statement had.
pub(crate) fn from_sqlx(error: &sqlx::Error, limit: Option<Duration>) -> Error {
    let Some(database) = error.as_database_error().and_then(|e| e.try_downcast_ref::<PgDatabaseError>()) else {
        return match error {
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
                Error::ConnectionLost(error.to_string())
            }
            other => Error::mistake(other.to_string()),
        };
    };
    match database.code() {
        QUERY_CANCELED if database.message().contains("statement timeout") => {
            Error::TimedOut(limit.unwrap_or_default())
        }
        // Shut down, crashed, going down, dropped, idle for too long, or the class of broken connections.
        "57P01" | "57P02" | "57P03" | "57P04" | "57P05" | "25P03" => {
            Error::ConnectionLost(database.message().to_owned())
        }
        code if code.starts_with("08") => Error::ConnectionLost(database.message().to_owned()),
        // Full disk, no memory, a device that fails: none of them is an answer to what was asked.
        "53100" | "53200" | "58030" => Error::OutOfResources(database.message().to_owned()),
        _ => Error::Refused(refusal(database)),
    }
}

fn refusal(error: &PgDatabaseError) -> Refusal {
    Refusal {
        sqlstate: Some(error.code().to_owned()),
        cause: cause(error),
        message: cut(error.message()),
        detail: error.detail().map(cut),
        hint: error.hint().map(cut),
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
            .map(|name| Cause::Constraint { name: hypertable_name(name, error.table()).to_owned() })
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
    // A function has its arguments behind its name; `inline_code_block`, which is a DO, has none.
    let name = line.strip_prefix("PL/pgSQL function ")?.split('(').next()?.split(" line ").next()?;
    let bare = name.rsplit('.').next()?;
    Some(Cause::Function { name: bare.trim_matches('"').to_owned() })
}

/// TimescaleDB names the constraints and indexes of a chunk `3_12_name` and `_hyper_3_12_chunk_name`, and later versions
/// `12_name`, which alone could be the author's own; the author of a schema knows only `name`.
fn hypertable_name<'n>(name: &'n str, table: Option<&str>) -> &'n str {
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
    } else if table.is_some_and(|table| table.starts_with("_hyper_"))
        && let Some(end) = digits(name)
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
            assert_eq!(hypertable_name(met, None), own, "{met}");
        }
    }

    #[test]
    fn one_number_is_that_of_a_chunk_on_a_chunk_alone() {
        assert_eq!(hypertable_name("12_bars_pkey", Some("_hyper_3_12_chunk")), "bars_pkey");
        assert_eq!(hypertable_name("12_bars_pkey", Some("bars")), "12_bars_pkey");
        assert_eq!(hypertable_name("bars_pkey", Some("_hyper_3_12_chunk")), "bars_pkey");
    }
}
