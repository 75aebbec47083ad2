//! All that is asked of the state after a phase: its checks, its findings and the proofs of the way back. It is asked where
//! the state lies, in transactions that are rolled back, or on clones of it.

use std::time::Instant;

use phasegate_database::{Database, refusal_of};
use phasegate_evidence::judge::{Expectation, Observation, Rollback};

use crate::{
    findings::{findings_commit, try_findings, try_findings_apart, try_findings_with},
    gates::{CHECKS_PER_SESSION, Setting, judge_apart, judge_on_clones, judge_with},
    happened::{Judgement, Log, Planned},
    observe::broken,
    rollback::WayBack,
    states::States,
    stop::Stop,
    suite::Phase,
};

/// A phase, and what is asked of the state after it.
pub(crate) struct Asked<'a, 'p, 'l, 'e> {
    pub(crate) states: &'a States,
    pub(crate) phase: &'a Phase,
    /// The database that holds the state.
    pub(crate) on: &'p Database,
    pub(crate) setting: Setting<'p>,
    pub(crate) checks: &'p [Planned<'a>],
    pub(crate) proofs: &'p [Planned<'a>],
    pub(crate) way: WayBack<'p, 'l, 'e>,
    /// Whether findings are shown.
    pub(crate) shows: bool,
    pub(crate) log: &'p Log<'l, 'e>,
}

impl Asked<'_, '_, '_, '_> {
    /// Asks it of a database that exists.
    pub(crate) async fn of_existing(&self) -> Result<(), Stop> {
        let mut session = self.states.session(self.on).await?;
        self.setting.hold(&mut session).await?;
        let mut marked = self.setting.marked();
        judge_with(self.setting, (&mut session, &mut marked), self.on, self.checks, self.log).await?;
        if self.log.is_broken() {
            return Ok(());
        }
        marked.close().await?;
        session.flush().await?;
        Ok(self.states.leave(self.on, session).await?)
    }

    /// Asks it of a state that was laid.
    pub(crate) async fn of_state(&self) -> Result<(), Stop> {
        // Where there are many checks, several sessions are faster, each on a clone.
        if self.states.judged_in_place() && self.checks.len() <= CHECKS_PER_SESSION {
            self.in_place().await
        } else {
            self.on_clones().await
        }
    }

    /// One thing after the other, on the session that laid the state. What no rollback takes back is put back.
    async fn in_place(&self) -> Result<(), Stop> {
        let mut session = self.states.session(self.on).await?;
        let Ok(sequences) = refusal_of(session.sequences().await)? else {
            session.close().await?;
            return self.on_clones().await;
        };
        let (apart, checks): (Vec<Planned<'_>>, Vec<Planned<'_>>) =
            self.checks.iter().partition(|(_, check)| check.expectation.commits());
        let mut marked = self.setting.marked();
        judge_with(self.setting, (&mut session, &mut marked), self.on, &checks, self.log).await?;
        if self.shows && !self.log.is_broken() {
            try_findings_with(self.states, self.phase, (&mut session, &mut marked), self.on, self.log).await?;
        }
        if !self.log.is_broken() {
            marked.close().await?;
        }
        for planned in self.proofs {
            if self.log.is_broken() {
                break;
            }
            let start = Instant::now();
            let Expectation::Rollback(claim) = &planned.1.expectation else { continue };
            let seen = match self.way.prove_in_place(self.on, &mut session, (&planned.1.id, claim)).await {
                Ok(Some(seen)) => seen,
                Ok(None) => {
                    session.put_back(&sequences).await?;
                    session.close().await?;
                    let seen = self.on_a_clone(&planned.1.id, claim).await?;
                    session = self.states.session(self.on).await?;
                    seen
                }
                Err(error) => broken(&error),
            };
            self.log.judged(Judgement::of(*planned, seen, start.elapsed()))?;
        }
        if self.log.is_broken() {
            // Nobody asks this session anything more.
            return Ok(());
        }
        session.put_back(&sequences).await?;
        session.flush().await?;
        self.states.leave(self.on, session).await?;
        let commits = self.shows && findings_commit(self.states, self.phase);
        if apart.is_empty() && !commits {
            return Ok(());
        }
        self.states.alone(self.on).await?;
        judge_apart(self.setting, self.on, &apart, self.log).await?;
        if commits && !self.log.is_broken() {
            try_findings_apart(self.states, self.phase, self.on, self.log).await?;
        }
        Ok(())
    }

    /// Walks the way on a clone. Nobody may be connected to the state.
    async fn on_a_clone(&self, check: &str, claim: &Rollback) -> Result<Observation, Stop> {
        self.states.alone(self.on).await?;
        let clone = self.states.host().clone_of(self.on).await?;
        let seen = self.way.prove(&clone, check, claim).await;
        self.states.host().drop_database(&clone).await?;
        Ok(seen)
    }

    /// The proofs of the way back, which take longest, beside everything else.
    async fn on_clones(&self) -> Result<(), Stop> {
        self.states.alone(self.on).await?;
        let mut clones = self.states.host().clones(self.on, 1 + self.proofs.len());
        let first = clones.take().await?;
        let judged = async {
            judge_on_clones(self.setting, &first, None, self.checks, self.log).await?;
            if self.shows { try_findings(self.states, self.phase, &first, self.log).await } else { Ok(()) }
        };
        let proved = async {
            for planned in self.proofs {
                let on = clones.take().await?;
                let start = Instant::now();
                let Expectation::Rollback(claim) = &planned.1.expectation else { continue };
                let seen = self.way.prove(&on, &planned.1.id, claim).await;
                let judgement = Judgement::of(*planned, seen, start.elapsed());
                let is_over = judgement.broke().is_some();
                self.log.judged(judgement)?;
                self.log.cleared(self.states.host().drop_database(&on).await)?;
                if is_over {
                    break;
                }
            }
            Ok::<_, Stop>(())
        };
        let (judged, proved) = tokio::join!(judged, proved);
        judged?;
        proved?;
        self.log.cleared(self.states.host().drop_database(&first).await)
    }
}
