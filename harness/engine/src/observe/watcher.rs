//! Who waits for whom among the sessions of a check, seen by a connection of its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use phasegate_database::{Backend, Error, Session};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// How often a step that has not ended is looked at. What is seen depends on the locks alone, never on this.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A connection that sees who waits for whom.
pub(super) struct Watcher {
    session: Session,
    /// The sessions of the check.
    names: BTreeMap<Backend, String>,
}

/// Until when a step is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// It has ended.
    Ended,
    /// It has ended, or waits for a session of the check.
    HeldUp,
}

/// What was seen of a step.
pub(super) struct Watched<T> {
    /// What it came to; `None` where it still waits.
    pub(super) ended: Option<T>,
    /// The sessions that it was last seen to wait for.
    pub(super) held_up_by: Vec<String>,
}

impl Watcher {
    pub(super) fn new(mut session: Session, limit: Duration) -> Self {
        session.limit(limit);
        Self { session, names: BTreeMap::new() }
    }

    /// Makes a session of the check known by its name.
    pub(super) fn know(&mut self, backend: Backend, name: &str) {
        self.names.insert(backend, name.to_owned());
    }

    /// Waits for a step.
    pub(super) async fn watch<T>(
        &mut self,
        backend: Backend,
        step: &mut (impl Future<Output = T> + Unpin),
        until: Until,
    ) -> Result<Watched<T>, Error> {
        let mut looks = interval_at(Instant::now() + LOOK_EVERY, LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut held_up_by = Vec::new();
        loop {
            tokio::select! {
                biased;
                ended = &mut *step => return Ok(Watched { ended: Some(ended), held_up_by }),
                _ = looks.tick() => {}
            }
            let met = self.look(backend).await?;
            if met.is_empty() {
                // It goes on, or its time limit has just ended its wait and is about to say so.
                continue;
            }
            held_up_by = met;
            if until == Until::HeldUp {
                return Ok(Watched { ended: None, held_up_by });
            }
        }
    }

    /// The sessions of the check that hold this one up just now.
    pub(super) async fn look(&mut self, backend: Backend) -> Result<Vec<String>, Error> {
        let met = self.session.blockers_of(backend).await?;
        let names: BTreeSet<&String> = met.iter().filter_map(|backend| self.names.get(backend)).collect();
        Ok(names.into_iter().cloned().collect())
    }

    pub(super) async fn close(self) -> Result<(), Error> {
        self.session.close().await
    }
}
