//! A server that somebody else runs, named by a database URL.

use std::fmt::Write as _;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};

use crate::error::ServerError;

/// Where it is.
#[derive(Clone)]
pub(crate) struct External {
    options: PgConnectOptions,
    /// Everything before the database's name, and everything after it.
    before: String,
    after: String,
    database: String,
}

impl External {
    /// Reads a database URL. No message of this holds the password.
    pub(crate) fn read(url: &str) -> Result<Self, ServerError> {
        let wrong = |reason: &str| ServerError::DatabaseUrl { reason: reason.to_owned() };
        let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("it is no URL"))?;
        if !matches!(scheme, "postgres" | "postgresql") {
            return Err(ServerError::DatabaseUrl { reason: format!("it begins with {scheme}://") });
        }
        let (place, after) = match rest.find('?') {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let (authority, path) = place.split_once('/').unwrap_or((place, ""));
        let options = PgConnectOptions::from_str(url).map_err(|error| {
            // The parser's own words never hold more than the part that it could not read; the password may be it.
            ServerError::DatabaseUrl { reason: blank(&error.to_string(), authority) }
        })?;
        let database = options.get_database().unwrap_or(options.get_username()).to_owned();
        if path.contains('/') {
            return Err(wrong("its database has a slash in its name"));
        }
        Ok(Self { options, before: format!("postgresql://{authority}/"), after: after.to_owned(), database })
    }

    /// Connects to the database that the URL names.
    pub(crate) async fn connect(&self) -> Result<PgConnection, ServerError> {
        self.options.connect().await.map_err(|error| ServerError::Refused {
            dsn: self.redacted(),
            reason: match &error {
                sqlx::Error::Database(error) => match error.code() {
                    Some(code) => format!("{} (SQLSTATE {code})", error.message()),
                    None => error.message().to_owned(),
                },
                error => error.to_string(),
            },
        })
    }

    pub(crate) fn options(&self, database: &str) -> PgConnectOptions {
        self.options.clone().database(database)
    }

    pub(crate) fn url(&self, database: &str) -> String {
        format!("{}{}{}", self.before, escaped(database), self.after)
    }

    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    /// The URL without its password, and without parameters, of which one may be a password as well.
    pub(crate) fn redacted(&self) -> String {
        let place = self.before.trim_start_matches("postgresql://");
        let (user, host) = place.rsplit_once('@').unwrap_or(("", place));
        let user = user.split(':').next().unwrap_or_default();
        let at = if user.is_empty() { "" } else { "@" };
        format!("postgresql://{user}{at}{host}{}", escaped(&self.database))
    }
}

impl std::fmt::Debug for External {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_tuple("External").field(&self.redacted()).finish()
    }
}

/// Takes the password of `authority` out of a message.
fn blank(message: &str, authority: &str) -> String {
    let password = authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':')).map(|(_, password)| password);
    match password {
        Some(password) if !password.is_empty() => message.replace(password, "***"),
        _ => message.to_owned(),
    }
}

/// The URL of the server's database `postgres`, and the name of the database that a URL names: whoever copies a database must
/// not be connected to it.
///
/// # Errors
///
/// When it is no database URL.
pub fn beside(url: &str) -> Result<(String, String), ServerError> {
    let external = External::read(url)?;
    Ok((external.url("postgres"), external.database().to_owned()))
}

/// A database's name as part of a URL's path.
pub(crate) fn escaped(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_keeps_everything_else_of_the_url() {
        let external = External::read("postgres://me:secret@db.example:5433/app?sslmode=disable").unwrap();
        assert_eq!(external.url("a b"), "postgresql://me:secret@db.example:5433/a%20b?sslmode=disable");
        assert_eq!(external.database(), "app");
    }

    #[test]
    fn a_password_is_never_shown() {
        let external = External::read("postgres://me:s3cr3t@db.example/app?password=s3cr3t").unwrap();
        assert_eq!(external.redacted(), "postgresql://me@db.example/app");
        assert!(!format!("{external:?}").contains("s3cr3t"));
        let error = External::read("postgres://me:s3cr3t@db.example:s3cr3t/app").unwrap_err();
        assert!(!error.to_string().contains("s3cr3t"), "{error}");
    }

    #[test]
    fn something_else_than_a_postgresql_url_is_refused_with_the_form_to_write() {
        let error = External::read("host=localhost dbname=app").unwrap_err();
        assert_eq!(
            error.to_string(),
            "failed to read the database URL: it is no URL; write it as postgresql://user:password@host:port/database"
        );
        assert!(External::read("mysql://localhost/app").unwrap_err().to_string().contains("begins with mysql://"));
    }
}
