//! A session as a person has it who sits at a prompt: each statement commits by itself unless a transaction was begun, and
//! others can see whom it waits for.

use std::collections::BTreeMap;

use super::{PostgresSession, split::one_by_one};
use crate::{Backend, Error, Literal, Ran, size::Keep};

/// The SQLSTATE of whatever is said in a transaction that has failed, but for its end.
const IN_FAILED_TRANSACTION: &str = "25P02";

impl PostgresSession {
    pub(crate) async fn run_each(&mut self, sql: &str, keep: Keep) -> Result<Ran, Error> {
        let mut whole = Ran::default();
        for statement in one_by_one(sql)? {
            match self.run_keeping(statement, keep).await {
                Ok(ran) => whole = Ran { affected: whole.affected + ran.affected, table: ran.table },
                Err(error) => {
                    // A refusal is told before the locks are let go of: the answer to the next message comes after that.
                    self.run("").await?;
                    return Err(error);
                }
            }
        }
        Ok(whole)
    }

    pub(crate) async fn set_for_step(
        &mut self,
        role: Option<&str>,
        settings: &BTreeMap<&str, &str>,
    ) -> Result<(), Error> {
        let now = settings.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned())));
        let mut wanted: BTreeMap<String, Option<String>> =
            self.set_for_steps.iter().map(|name| (name.clone(), None)).collect();
        wanted.extend(now);
        // The role goes first where it is given up, and comes last where it is taken on: it may not set everything.
        let given_up = wanted.remove("role").map(|_| ("role".to_owned(), None));
        let taken_on = role.map(|role| ("role".to_owned(), Some(role.to_owned())));
        let all: Vec<(String, Option<String>)> = given_up.into_iter().chain(wanted).chain(taken_on).collect();
        if all.is_empty() {
            return Ok(());
        }
        let calls = all.iter().map(|(name, value)| {
            let value = value.as_ref().map_or("NULL".to_owned(), |value| Literal(value).to_string());
            format!("set_config({}, {value}, false)", Literal(name))
        });
        let set = format!("SELECT {}", calls.collect::<Vec<_>>().join(", "));
        self.set_for_steps.extend(all.into_iter().map(|(name, _)| name));
        match self.run(&set).await {
            // Nothing but the end of the transaction is heard now, and whoever ends it needs no role.
            Err(Error::Refused(refusal)) if refusal.sqlstate.as_deref() == Some(IN_FAILED_TRANSACTION) => Ok(()),
            set => set.map(drop),
        }
    }

    pub(crate) async fn backend(&mut self) -> Result<Backend, Error> {
        let ran = self.run("SELECT pg_backend_pid()").await?;
        let pid = ran.table.single().and_then(|pid| pid.parse().ok());
        pid.map(Backend).ok_or_else(|| Error::mistake("the server does not say which process serves a session"))
    }

    pub(crate) async fn blockers_of(&mut self, waiting: Backend) -> Result<Vec<Backend>, Error> {
        let query = format!("SELECT unnest(pg_blocking_pids({}))", Literal(&waiting.0.to_string()));
        let found = self.run(&query).await?.table;
        let backend = |row: &Vec<Option<String>>| row.first()?.as_ref()?.parse().ok().map(Backend);
        Ok(found.rows.iter().filter_map(backend).collect())
    }
}
