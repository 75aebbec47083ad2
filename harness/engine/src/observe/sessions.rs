//! Steps on named sessions: each is a connection of its own, which commits for real, waits for others and is waited for.

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::pin,
    time::Duration,
};

use phasegate_database::{Backend, Error, Ran, Session, refusal_of};
use phasegate_evidence::{
    Reason,
    judge::{Observation, Sequence, SequenceSeen, Step, StepSeen},
};
use tokio::{
    task::JoinHandle,
    time::{Instant, MissedTickBehavior, interval_at},
};

use super::{own_database::OwnDatabase, steps::try_step};

/// How often a step that has not ended is looked at. What is seen depends on the locks alone, never on this.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// How the check's own session is called where it holds up a named one.
const UNNAMED: &str = "the check's own session";

/// What holds for every step that does not say otherwise.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner<'a> {
    pub(super) role: Option<&'a str>,
    pub(super) settings: &'a BTreeMap<String, String>,
    pub(super) limit: Duration,
}

/// The sessions of one check.
struct Sessions<'a> {
    on: OwnDatabase<'a>,
    manner: Manner<'a>,
    /// Sees who waits for whom.
    watcher: Session,
    backends: BTreeMap<Backend, String>,
    /// The check's own session.
    unnamed: Backend,
    idle: BTreeMap<String, (Backend, Session)>,
    waiting: BTreeMap<String, Waiting>,
}

/// A step that has not ended.
struct Waiting {
    /// Its ordinal, from 0.
    step: usize,
    backend: Backend,
    task: JoinHandle<(Session, Result<Ran, Error>)>,
    blocked_by: Vec<String>,
}

/// Until when a step is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    /// It has ended.
    Ended,
    /// It has ended, or waits for a session of the check.
    HeldUp,
}

/// What a step came to that was watched, and the sessions that it was last seen to wait for.
struct Watched<T> {
    /// `None` where it still waits.
    ended: Option<T>,
    held_up_by: Vec<String>,
}

/// What a step came to.
type Outcome = Result<StepSeen, Reason>;

/// Tries steps in turn, up to the first that does not end as it says. `unnamed` runs those that name no session.
pub(super) async fn sequence(
    unnamed: &mut Session,
    expected: &Sequence,
    manner: Manner<'_>,
    on: OwnDatabase<'_>,
) -> Result<Observation, Error> {
    let mut watcher = on.host.connect(on.database).await?;
    watcher.limit(manner.limit);
    let backend = unnamed.backend().await?;
    let backends = BTreeMap::from([(backend, UNNAMED.to_owned())]);
    let (idle, waiting) = (BTreeMap::new(), BTreeMap::new());
    let mut sessions = Sessions { on, manner, watcher, backends, unnamed: backend, idle, waiting };
    let mut seen = Vec::new();
    let outcome = sessions.try_steps(unnamed, &expected.steps, &mut seen).await?;
    sessions.close().await?;
    Ok(match outcome {
        Ok(()) => Observation::Sequence(SequenceSeen { steps: seen }),
        Err(reason) => Observation::Broken { reason },
    })
}

impl Sessions<'_> {
    async fn try_steps(
        &mut self,
        unnamed: &mut Session,
        steps: &[Step],
        seen: &mut Vec<StepSeen>,
    ) -> Result<Result<(), Reason>, Error> {
        let failed = |seen: &[StepSeen]| steps.iter().zip(seen).any(|(step, seen)| step.judge(seen).is_some());
        for (index, step) in steps.iter().enumerate() {
            let tried = match &step.session {
                None => self.on_the_unnamed(unnamed, index, step).await?,
                Some(name) => {
                    if let Err(reason) = self.collect(name, seen).await? {
                        return Ok(Err(reason));
                    }
                    if failed(seen) {
                        return Ok(Ok(()));
                    }
                    self.on_a_named(name, index, step).await?
                }
            };
            match tried {
                Ok(outcome) => seen.push(outcome),
                Err(reason) => return Ok(Err(reason)),
            }
            if let Err(reason) = self.collect_all_let_go(seen).await? {
                return Ok(Err(reason));
            }
            if failed(seen) {
                return Ok(Ok(()));
            }
        }
        let waiting: Vec<String> = self.waiting.keys().cloned().collect();
        for name in waiting {
            if let Err(reason) = self.collect(&name, seen).await? {
                return Ok(Err(reason));
            }
        }
        Ok(Ok(()))
    }

    /// A step on the check's own session and in its transaction.
    async fn on_the_unnamed(&mut self, unnamed: &mut Session, index: usize, step: &Step) -> Result<Outcome, Error> {
        let mut attempt = pin!(try_step(unnamed, step, self.manner.role));
        let watched = self.watch(self.unnamed, &mut attempt, Until::Ended).await?;
        let outcome = watched.ended.ok_or_else(|| Error::mistake("a step was left before its end"))?;
        told(index, outcome, &watched.held_up_by)
    }

    /// A step on a named session. One that must wait is left waiting.
    async fn on_a_named(&mut self, name: &str, index: usize, step: &Step) -> Result<Outcome, Error> {
        let (backend, mut session) = match self.idle.remove(name) {
            Some(open) => open,
            None => self.open(name).await?,
        };
        let mut settings = self.manner.settings.clone();
        settings.extend(step.settings.clone());
        let role = step.role.clone().or_else(|| self.manner.role.map(str::to_owned));
        let run = step.run.clone();
        let task = tokio::spawn(async move {
            let settings = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let ran = match session.stand(role.as_deref(), &settings).await {
                Ok(()) => session.run_each(&run).await,
                Err(error) => Err(error),
            };
            (session, ran)
        });
        let until = if step.blocked_by.is_some() { Until::HeldUp } else { Until::Ended };
        self.wait(name, Waiting { step: index, backend, task, blocked_by: Vec::new() }, until).await
    }

    async fn open(&mut self, name: &str) -> Result<(Backend, Session), Error> {
        let mut session = self.on.host.connect(self.on.database).await?;
        session.limit(self.manner.limit);
        let backend = session.backend().await?;
        self.backends.insert(backend, name.to_owned());
        Ok((backend, session))
    }

    /// Waits for a step, and puts its session back to where it then belongs.
    async fn wait(&mut self, name: &str, mut waiting: Waiting, until: Until) -> Result<Outcome, Error> {
        let watched = self.watch(waiting.backend, &mut waiting.task, until).await;
        let watched = match watched {
            Ok(watched) => watched,
            Err(error) => {
                waiting.task.abort();
                return Err(error);
            }
        };
        let Some(ended) = watched.ended else {
            if waiting.blocked_by.is_empty() {
                waiting.blocked_by = watched.held_up_by;
            }
            let seen = StepSeen::waiting(waiting.blocked_by.clone());
            self.waiting.insert(name.to_owned(), waiting);
            return Ok(Ok(seen));
        };
        let (session, ran) = match ended {
            Ok(ended) => ended,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(error) => return Err(Error::mistake(error.to_string())),
        };
        self.idle.insert(name.to_owned(), (waiting.backend, session));
        let outcome = refusal_of(ran).map(|ran| match ran {
            Ok(ran) => StepSeen::accepted(ran.affected, ran.table),
            Err(refusal) => StepSeen::refused(refusal),
        });
        let outcome = outcome.map(|seen| StepSeen { blocked_by: waiting.blocked_by, ..seen });
        told(waiting.step, outcome, &watched.held_up_by)
    }

    /// Waits for the end of the step that a session has left waiting, if it has.
    async fn collect(&mut self, name: &str, seen: &mut [StepSeen]) -> Result<Result<(), Reason>, Error> {
        match self.waiting.remove(name) {
            None => Ok(Ok(())),
            Some(waiting) => self.put(name, waiting, Until::Ended, seen).await,
        }
    }

    /// Waits for the end of each step that no session of the check holds up any more, so that what comes next finds it
    /// done.
    async fn collect_all_let_go(&mut self, seen: &mut [StepSeen]) -> Result<Result<(), Reason>, Error> {
        while let Some(name) = self.one_let_go().await? {
            let Some(waiting) = self.waiting.remove(&name) else { continue };
            if let Err(reason) = self.put(&name, waiting, Until::HeldUp, seen).await? {
                return Ok(Err(reason));
            }
        }
        Ok(Ok(()))
    }

    /// A session whose step no session of the check holds up any more.
    async fn one_let_go(&mut self) -> Result<Option<String>, Error> {
        let waiting: Vec<(String, Backend)> =
            self.waiting.iter().map(|(name, waiting)| (name.clone(), waiting.backend)).collect();
        for (name, backend) in waiting {
            if self.look(backend).await?.is_empty() {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    async fn put(
        &mut self,
        name: &str,
        waiting: Waiting,
        until: Until,
        seen: &mut [StepSeen],
    ) -> Result<Result<(), Reason>, Error> {
        let step = waiting.step;
        Ok(self.wait(name, waiting, until).await?.map(|outcome| {
            if let Some(left) = seen.get_mut(step) {
                *left = outcome;
            }
        }))
    }

    async fn watch<T>(
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
            held_up_by = self.look(backend).await?;
            if until == Until::HeldUp && !held_up_by.is_empty() {
                return Ok(Watched { ended: None, held_up_by });
            }
        }
    }

    /// The sessions of the check that hold this one up just now.
    async fn look(&mut self, backend: Backend) -> Result<Vec<String>, Error> {
        let met = self.watcher.blockers_of(backend).await?;
        let names: BTreeSet<&String> = met.iter().filter_map(|backend| self.backends.get(backend)).collect();
        Ok(names.into_iter().cloned().collect())
    }

    /// Closes every session that does not wait any more; what still waits goes with its database.
    async fn close(mut self) -> Result<(), Error> {
        for (_, (_, session)) in std::mem::take(&mut self.idle) {
            session.close().await?;
        }
        Ok(())
    }
}

impl Drop for Sessions<'_> {
    fn drop(&mut self) {
        for waiting in self.waiting.values() {
            waiting.task.abort();
        }
    }
}

/// An outcome, where a time limit that was outlived is told with the step and whom it waited for.
fn told(step: usize, outcome: Result<StepSeen, Error>, held_up_by: &[String]) -> Result<Outcome, Error> {
    match outcome {
        Err(error @ Error::TimedOut(_)) => {
            let mut reason = error.reason();
            reason.detail = format!("step {}: {}", step + 1, reason.detail);
            if !held_up_by.is_empty() {
                reason.detail.push_str(&format!("; it waited for {}", held_up_by.join(" and ")));
            }
            Ok(Err(reason))
        }
        outcome => outcome.map(Ok),
    }
}
