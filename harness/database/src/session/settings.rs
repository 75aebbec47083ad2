//! Who acts on a session, what is set on it, and what it leaves.

use std::{collections::BTreeMap, time::Duration};

use phasegate_evidence::Refusal;

use super::{Actors, Connection, ONE_SESSION, Session};
use crate::{Error, postgres};

impl Session {
    /// Leaves the session as a new one is. Not within a transaction.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn renew(&mut self) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.renew().await,
            Connection::Sqlite(_) => Ok(()),
        }
    }

    /// Leaves role and settings as a new transaction finds them, within one that goes on.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn reset_settings(&mut self) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.reset_settings().await,
            Connection::Sqlite(_) => Ok(()),
        }
    }

    /// Takes on a role until the end of the transaction.
    ///
    /// # Errors
    /// When the role does not exist or this kind of database has none.
    pub async fn become_role(&mut self, role: &str) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.set_role(role).await,
            Connection::Sqlite(_) => Err(Refusal::without_code("SQLite has no roles").into()),
        }
    }

    /// Acts as a role as if it had logged in, from now on or until the end of the transaction.
    ///
    /// # Errors
    /// When the role does not exist or this kind of database has none.
    pub async fn act_as(&mut self, role: &str, until_the_end_of_the_transaction: bool) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.act_as(role, until_the_end_of_the_transaction).await,
            Connection::Sqlite(_) => Err(Refusal::without_code("SQLite has no roles").into()),
        }
    }

    /// Who acts now.
    ///
    /// # Errors
    /// When the server does not say.
    pub async fn acts_as(&mut self) -> Result<Actors, Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.acts_as().await,
            Connection::Sqlite(_) => Ok(Actors::default()),
        }
    }

    /// Whether functions of the author's own set settings, which are the empty text afterwards and no longer unset.
    ///
    /// # Errors
    /// When the server does not say.
    pub async fn functions_set_settings(&mut self) -> Result<bool, Error> {
        match &mut self.connection {
            Connection::Postgres(session) => postgres::functions_set_settings(session).await,
            Connection::Sqlite(_) => Ok(false),
        }
    }

    /// What the session holds that the end of its transaction does not take away, each in words: settings, locks, temporary
    /// objects.
    ///
    /// # Errors
    /// When the server does not say.
    pub async fn left_behind(&mut self) -> Result<Vec<String>, Error> {
        match &mut self.connection {
            Connection::Postgres(session) => postgres::left_behind(session).await,
            Connection::Sqlite(_) => Ok(Vec::new()),
        }
    }

    /// Sets one transaction-local setting.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.set_config(name, value).await,
            Connection::Sqlite(_) => Err(Refusal::without_code("SQLite has no settings of this kind").into()),
        }
    }

    /// Lets nothing be written by this session from now on, where the kind of database can.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn read_only(&mut self) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.run("SET default_transaction_read_only = on").await.map(drop),
            Connection::Sqlite(session) => session.run("PRAGMA query_only = on").map(drop),
        }
    }

    /// Holds up nobody else: no lock is waited for any longer than this, and a transaction that nobody goes on with ends.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn beside_others(&mut self, lock: Duration, idle: Duration) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.beside_others(lock, idle).await,
            Connection::Sqlite(_) => Ok(()),
        }
    }

    /// Gives every statement from now on a time limit. Must not be called within a transaction, which could undo it.
    pub fn limit(&mut self, limit: Duration) {
        match &mut self.connection {
            Connection::Postgres(session) => session.limit(limit),
            Connection::Sqlite(session) => session.limit(limit),
        }
    }

    /// Takes on a role and settings for what is run next, and gives up those of the call before.
    ///
    /// # Errors
    /// When the role or a setting is refused; when this kind of database lacks the capability `sessions`.
    pub async fn set_for_step(&mut self, role: Option<&str>, settings: &BTreeMap<&str, &str>) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.set_for_step(role, settings).await,
            Connection::Sqlite(_) => Err(Error::mistake(ONE_SESSION)),
        }
    }
}
