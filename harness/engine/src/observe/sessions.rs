//! Steps on named sessions: each is a connection of its own, which commits for real, waits for others and is waited for.

use std::{collections::BTreeMap, pin::pin, time::Duration};

use phasegate_database::{Backend, Database, Error, Host, Ran, Session, refusal_of};
use phasegate_evidence::{
    Reason, Size,
    judge::{Observation, Sequence, SequenceSeen, Step, StepSeen},
};
use tokio::task::JoinHandle;

use super::{
    steps::try_step,
    watcher::{Until, Watcher},
};

/// A database on which nothing else is tried, before or after.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OwnDatabase<'a> {
    pub(crate) host: &'a Host,
    pub(crate) database: &'a Database,
}

/// How the check's own session is called where it holds up a named one.
const UNNAMED: &str = "the check's own session";

/// What holds for every step that does not say otherwise.
#[derive(Debug, Clone, Copy)]
pub(super) struct StepDefaults<'a> {
    pub(super) role: Option<&'a str>,
    pub(super) settings: &'a BTreeMap<String, String>,
    pub(super) limit: Duration,
    pub(super) size: Size,
}

/// The sessions of one check.
struct Sessions<'a> {
    on: OwnDatabase<'a>,
    defaults: StepDefaults<'a>,
    watcher: Watcher,
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

/// Why a step came to no outcome.
enum Broke {
    /// It outlived its time limit, and this says for whom it waited.
    TimedOut(Reason),
    /// Something else broke.
    Otherwise(Error),
}

impl From<Error> for Broke {
    fn from(error: Error) -> Self {
        Self::Otherwise(error)
    }
}

/// Tries steps in turn, up to the first that does not end as it says. `unnamed` runs those that name no session.
pub(super) async fn sequence(
    unnamed: &mut Session,
    expected: &Sequence,
    defaults: StepDefaults<'_>,
    on: OwnDatabase<'_>,
) -> Result<Observation, Error> {
    let mut watcher = Watcher::new(on.host.connect(on.database).await?, defaults.limit);
    let backend = unnamed.backend().await?;
    watcher.know(backend, UNNAMED);
    let (idle, waiting) = (BTreeMap::new(), BTreeMap::new());
    let mut sessions = Sessions { on, defaults, watcher, unnamed: backend, idle, waiting };
    let mut seen = Vec::new();
    let seen = match sessions.try_steps(unnamed, &expected.steps, &mut seen).await {
        Ok(()) => Observation::Sequence(SequenceSeen { steps: seen }),
        Err(Broke::TimedOut(reason)) => Observation::Broken { reason },
        Err(Broke::Otherwise(error @ Error::TooLarge(_))) => {
            sessions.close().await?;
            return Err(error);
        }
        Err(Broke::Otherwise(error)) => return Err(error),
    };
    sessions.close().await?;
    Ok(seen)
}

impl Sessions<'_> {
    async fn try_steps(
        &mut self,
        unnamed: &mut Session,
        steps: &[Step],
        seen: &mut Vec<StepSeen>,
    ) -> Result<(), Broke> {
        let failed = |seen: &[StepSeen]| steps.iter().zip(seen).any(|(step, seen)| step.judge(seen).is_some());
        for (index, step) in steps.iter().enumerate() {
            let outcome = match &step.session {
                None => self.on_the_unnamed(unnamed, index, step).await?,
                Some(name) => {
                    self.collect(name, seen).await?;
                    if failed(seen) {
                        return Ok(());
                    }
                    self.on_a_named(name, index, step).await?
                }
            };
            seen.push(outcome);
            self.collect_all_let_go(seen).await?;
            if failed(seen) {
                return Ok(());
            }
        }
        let waiting: Vec<String> = self.waiting.keys().cloned().collect();
        for name in waiting {
            self.collect(&name, seen).await?;
        }
        Ok(())
    }

    /// A step on the check's own session and in its transaction.
    async fn on_the_unnamed(&mut self, unnamed: &mut Session, index: usize, step: &Step) -> Result<StepSeen, Broke> {
        let mut attempt = pin!(try_step(unnamed, step, self.defaults.role, self.defaults.size));
        let watched = self.watcher.watch(self.unnamed, &mut attempt, Until::Ended).await?;
        let outcome = watched.ended.ok_or_else(|| Error::mistake("a step was left before its end"))?;
        outcome_of(index, outcome, &watched.held_up_by)
    }

    /// A step on a named session. One that must wait is left waiting.
    async fn on_a_named(&mut self, name: &str, index: usize, step: &Step) -> Result<StepSeen, Broke> {
        let (backend, mut session) = match self.idle.remove(name) {
            Some(open) => open,
            None => self.open(name).await?,
        };
        let mut settings = self.defaults.settings.clone();
        settings.extend(step.settings.clone());
        let role = step.role.clone().or_else(|| self.defaults.role.map(str::to_owned));
        let (run, size) = (step.run.clone(), self.defaults.size);
        let task = tokio::spawn(async move {
            let settings = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let ran = match session.set_for_step(role.as_deref(), &settings).await {
                Ok(()) => session.run_each(&run, size).await,
                Err(error) => Err(error),
            };
            (session, ran)
        });
        let until = if step.blocked_by.is_some() { Until::HeldUp } else { Until::Ended };
        self.wait(name, Waiting { step: index, backend, task, blocked_by: Vec::new() }, until).await
    }

    async fn open(&mut self, name: &str) -> Result<(Backend, Session), Error> {
        let mut session = self.on.host.connect(self.on.database).await?;
        session.limit(self.defaults.limit);
        let backend = session.backend().await?;
        self.watcher.know(backend, name);
        Ok((backend, session))
    }

    /// Waits for a step, and puts its session back to where it then belongs.
    async fn wait(&mut self, name: &str, mut waiting: Waiting, until: Until) -> Result<StepSeen, Broke> {
        let watched = self.watcher.watch(waiting.backend, &mut waiting.task, until).await?;
        let Some(ended) = watched.ended else {
            if waiting.blocked_by.is_empty() {
                waiting.blocked_by = watched.held_up_by;
            }
            let seen = StepSeen::waiting(waiting.blocked_by.clone());
            self.waiting.insert(name.to_owned(), waiting);
            return Ok(seen);
        };
        let (session, ran) = match ended {
            Ok(ended) => ended,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(error) => return Err(Error::mistake(error.to_string()).into()),
        };
        self.idle.insert(name.to_owned(), (waiting.backend, session));
        let outcome = refusal_of(ran).map(|ran| match ran {
            Ok(ran) => StepSeen::accepted(ran.affected, ran.table),
            Err(refusal) => StepSeen::refused(refusal),
        });
        let blocked_by = std::mem::take(&mut waiting.blocked_by);
        let held_up_by = if watched.held_up_by.is_empty() { &blocked_by } else { &watched.held_up_by };
        let seen = outcome_of(waiting.step, outcome, held_up_by)?;
        Ok(StepSeen { blocked_by, ..seen })
    }

    /// Waits for the end of the step that a session has left waiting, if it has.
    async fn collect(&mut self, name: &str, seen: &mut [StepSeen]) -> Result<(), Broke> {
        match self.waiting.remove(name) {
            None => Ok(()),
            Some(waiting) => self.put(name, waiting, Until::Ended, seen).await,
        }
    }

    /// Waits for the end of each step that no session of the check holds up any more, so that what comes next finds it
    /// done.
    async fn collect_all_let_go(&mut self, seen: &mut [StepSeen]) -> Result<(), Broke> {
        while let Some((name, waiting)) = self.one_let_go().await? {
            self.put(&name, waiting, Until::HeldUp, seen).await?;
        }
        Ok(())
    }

    /// A step that no session of the check holds up any more.
    async fn one_let_go(&mut self) -> Result<Option<(String, Waiting)>, Error> {
        let mut let_go = None;
        for (name, waiting) in &self.waiting {
            if self.watcher.look(waiting.backend).await?.is_empty() {
                let_go = Some(name.clone());
                break;
            }
        }
        Ok(let_go.and_then(|name| self.waiting.remove_entry(&name)))
    }

    /// Waits for a step that was left waiting, and puts what became of it into its place.
    async fn put(&mut self, name: &str, waiting: Waiting, until: Until, seen: &mut [StepSeen]) -> Result<(), Broke> {
        let step = waiting.step;
        let outcome = self.wait(name, waiting, until).await?;
        if let Some(left) = seen.get_mut(step) {
            *left = outcome;
        }
        Ok(())
    }

    /// Closes every session that does not wait any more; what still waits goes with its database.
    async fn close(self) -> Result<(), Error> {
        for (_, session) in self.idle.into_values() {
            session.close().await?;
        }
        self.watcher.close().await
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An outcome, where a time limit that was outlived is told with the step and whom it waited for.
fn outcome_of(step: usize, outcome: Result<StepSeen, Error>, held_up_by: &[String]) -> Result<StepSeen, Broke> {
    outcome.map_err(|error| {
        if !matches!(error, Error::TimedOut(_)) {
            return Broke::Otherwise(error);
        }
        let mut reason = error.reason();
        reason.detail = format!("step {}: {}", step + 1, reason.detail);
        if !held_up_by.is_empty() {
            reason.detail.push_str(&format!("; it waited for {}", held_up_by.join(" and ")));
        }
        Broke::TimedOut(reason)
    })
}
