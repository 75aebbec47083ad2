//! What a state holds, read once for whoever will ask for it.

use std::{collections::BTreeMap, sync::Arc};

use phasegate_database::{Database, Error, Session, TableRows, refusal_of};
use phasegate_evidence::{Catalog, Refusal, Table, TableContent, judge::Expectation};

use super::{State, States, all::Keeping, state::Wanted};
use crate::likeness::nearest;

impl States {
    /// What each table holds after a phase that failed, and what the books of migration tools say, read as whoever runs us.
    pub(super) async fn contents(
        &self,
        session: &mut Session,
        catalog: Option<&Catalog>,
    ) -> Result<(BTreeMap<String, TableContent>, BTreeMap<String, Table>), Error> {
        session.renew().await?;
        session.limit(self.limits.phase);
        let tables: Vec<String> = catalog.into_iter().flat_map(Catalog::tables).map(str::to_owned).collect();
        let contents = TableRows::take(session, &tables, &[]).await?.contents();
        let revisions = match catalog {
            Some(catalog) => session.revisions(catalog, self.limits.size).await?,
            None => BTreeMap::new(),
        };
        Ok((contents, revisions))
    }

    /// Reads what a state holds. What a phase left in the session ends here, with the phase.
    pub(crate) async fn read(&self, database: Database, session: &mut Session, phases: usize) -> Result<State, Error> {
        session.renew().await?;
        session.limit(self.limits.phase);
        let catalog = Arc::new(session.catalog().await?);
        self.read_as(database, session, phases, catalog, &[]).await
    }

    /// Reads what a state of this catalog holds, without the columns that were added since.
    pub(crate) async fn read_as(
        &self,
        database: Database,
        session: &mut Session,
        phases: usize,
        catalog: Arc<Catalog>,
        added: &[String],
    ) -> Result<State, Error> {
        let tables: Vec<String> = catalog.tables().map(str::to_owned).collect();
        let rows = TableRows::take(session, &tables, added).await?;
        let mut wanted = BTreeMap::new();
        for (tables, except) in self.wanted_after(phases, &catalog) {
            if except.is_empty()
                && let Some(rows) = rows.among(&tables)
            {
                wanted.insert((tables, except), Ok(Arc::new(rows)));
                continue;
            }
            let left_out = [except.as_slice(), added].concat();
            // A table that a scenario leaves out is missed by the check that asks for it, if the run comes so far.
            let rows = refusal_of(TableRows::take(session, &tables, &left_out).await)?.map(Arc::new);
            let rows = rows.map_err(|refusal| with_the_nearest(refusal, &catalog, &tables));
            wanted.insert((tables, except), rows);
        }
        let revisions = session.revisions(&catalog, self.limits.size).await?;
        Ok(State { database, catalog, rows, revisions, wanted })
    }

    /// The baseline of this catalog long after it, with those of its rows that proofs of the way back compare with, where they
    /// are still what was recorded of them.
    pub(crate) async fn read_wanted(
        &self,
        database: Database,
        session: &mut Session,
        catalog: Arc<Catalog>,
        added: &[String],
        is_recorded: &(dyn Fn(&BTreeMap<String, TableContent>) -> bool + Sync),
    ) -> Result<State, Error> {
        let mut wanted = BTreeMap::new();
        for (tables, except) in self.wanted_after(0, &catalog) {
            let left_out = [except.as_slice(), added].concat();
            let rows = match refusal_of(TableRows::take(session, &tables, &left_out).await)? {
                Ok(rows) if except.is_empty() && is_recorded(&rows.contents()) => Ok(Arc::new(rows)),
                Ok(_) => Err(Refusal::without_code("the rows of the baseline are gone")),
                Err(refusal) => Err(refusal),
            };
            wanted.insert((tables, except), rows);
        }
        Ok(State { wanted, ..State::existing(database, Catalog::clone(&catalog)) })
    }

    /// The rows that checks will ask for in the state after so many phases, of this catalog: those of kind `unchanged` in the
    /// next phase, and those of kind `rollback` that lead back to it.
    fn wanted_after(&self, phases: usize, catalog: &Catalog) -> Vec<Wanted> {
        let of_check = |index: usize, expectation: &Expectation| match expectation {
            Expectation::Unchanged(claim) if index == phases => Some((claim.tables.clone(), claim.except.clone())),
            Expectation::Rollback(claim) if claim.to.state(index) == phases => {
                Some((self.suite.books().tables_of(claim, catalog), Vec::new()))
            }
            _ => None,
        };
        let checks = self.suite.checks();
        let mut wanted: Vec<Wanted> =
            checks.filter_map(|(index, _, check)| of_check(index, &check.expectation)).collect();
        wanted.sort();
        wanted.dedup();
        wanted
    }

    /// Rows of some tables of a state, without some columns.
    pub(crate) async fn rows(
        &self,
        state: &State,
        tables: &[String],
        except: &[String],
    ) -> Result<Arc<TableRows>, Error> {
        if let Some(rows) = state.wanted.get(&(tables.to_vec(), except.to_vec())) {
            return Ok(rows.clone()?);
        }
        if self.keeping == Keeping::Last {
            // The database has gone on, and would show the rows of a later state.
            let missing = format!("a table of {} was not there", tables.join(", "));
            return Err(Refusal::without_code(missing).into());
        }
        let mut copy = self.working_copy_of(state).await?;
        let rows = refusal_of(TableRows::take(&mut copy.session, tables, except).await)?;
        self.clear(copy).await?;
        Ok(Arc::new(rows.map_err(|refusal| with_the_nearest(refusal, &state.catalog, tables))?))
    }
}

/// A refusal to read tables, with the name that is most like that of the first which is not there.
fn with_the_nearest(refusal: Refusal, catalog: &Catalog, tables: &[String]) -> Refusal {
    let Some(missing) = tables.iter().find(|table| catalog.tables().all(|there| there != *table)) else {
        return refusal;
    };
    match nearest(missing, catalog.tables()) {
        Some(nearest) => Refusal { message: format!("{}; the nearest is `{nearest}`", refusal.message), ..refusal },
        None => refusal,
    }
}
