//! The gates of a phase, judged on clones of the state after it, or on a database that exists.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use phasegate_database::{Database, Error, Host, Session, refusal_of};
use phasegate_evidence::{
    Bookkeeping, Catalog, ServerFacts,
    judge::{Check, Expectation, Judging, inapplicable},
};

use crate::{
    Limits,
    happened::{Judgement, Log, Planned},
    observe::{Context, Existing, KnownCatalog, MarkedSession, Marks, try_check, try_check_apart},
    states::{RowsBefore, State, States},
    stop::Stop,
};

/// How many checks make a further session worth its clone.
pub(crate) const CHECKS_PER_SESSION: usize = 200;
/// How many sessions judge at once at the most.
const SESSIONS_MAX: usize = 4;

/// What all checks of a phase share.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    pub(crate) host: &'a Host,
    pub(crate) server: &'a ServerFacts,
    pub(crate) judging: Judging,
    /// How long a statement of a check may take that does not say otherwise, and how much it may give.
    pub(crate) limits: Limits,
    /// The catalog before the phase, where a run knows it.
    pub(crate) before: Option<&'a Catalog>,
    /// The catalog after it.
    pub(crate) after: &'a Catalog,
    /// The tables that are neither change nor loss.
    pub(crate) books: Bookkeeping<'a>,
    /// The rows before it, for each check of kind `unchanged`.
    pub(crate) rows: &'a BTreeMap<String, RowsBefore>,
}

impl<'a> Setting<'a> {
    /// The state in which a check is tried.
    fn context(&self, check: &Check) -> Context<'a> {
        Context {
            server: self.server,
            judging: self.judging,
            limits: self.limits,
            before: self.before,
            books: self.books,
            known: None,
            rows: self.rows.get(&check.id),
            own: None,
        }
    }

    /// What sessions are held to where the database is somebody else's.
    fn existing(&self) -> Option<Existing> {
        let read_only = match self.judging {
            Judging::Check => false,
            Judging::CheckReadOnly => true,
            Judging::Run | Judging::Prove => return None,
        };
        Some(Existing { read_only, lock: self.limits.lock, idle: self.limits.check })
    }

    /// The session of the checks that leave marks on theirs.
    pub(crate) fn marked(&self) -> MarkedSession {
        MarkedSession::on(self.existing())
    }

    /// Holds a session to that.
    pub(crate) async fn hold(&self, session: &mut Session) -> Result<(), Error> {
        match self.existing() {
            Some(existing) => existing.hold(session).await,
            None => Ok(()),
        }
    }
}

/// Judges checks on a clone that is theirs. Each session has a clone of its own, so that no check waits for a lock of
/// another; what a check writes is rolled back. Checks that commit go first, while nobody is connected to the clone, each
/// on a clone of it that is dropped after it. A session that is there already judges where nothing has to be cloned.
pub(crate) async fn judge_on_clones(
    setting: Setting<'_>,
    on: &Database,
    there: Option<Session>,
    checks: &[Planned<'_>],
    log: &Log<'_, '_>,
) -> Result<(), Stop> {
    let (apart, checks): (Vec<Planned<'_>>, Vec<Planned<'_>>) =
        checks.iter().partition(|(_, check)| check.expectation.commits());
    if let Some(session) = there {
        if apart.is_empty() && checks.len() <= CHECKS_PER_SESSION {
            return judge_on(setting, session, on, &checks, log).await;
        }
        session.close().await?;
    }
    judge_apart(setting, on, &apart, log).await?;
    if log.is_broken() {
        return Ok(());
    }
    let sessions = checks.len().div_ceil(CHECKS_PER_SESSION).clamp(1, SESSIONS_MAX);
    let share = checks.len().div_ceil(sessions).max(1);
    let mut databases = vec![on.clone()];
    for _ in 1..sessions {
        databases.push(setting.host.clone_of(on).await?);
    }
    let mut shares = Vec::new();
    for (database, share) in databases.iter().zip(checks.chunks(share)) {
        shares
            .push(async move { judge_on(setting, setting.host.connect(database).await?, database, share, log).await });
    }
    futures_util::future::try_join_all(shares).await?;
    for clone in databases.iter().skip(1) {
        log.cleared(setting.host.drop_database(clone).await)?;
    }
    Ok(())
}

/// Judges checks that commit, each on a clone that is dropped after it. Nobody may be connected to the database.
pub(crate) async fn judge_apart(
    setting: Setting<'_>,
    on: &Database,
    checks: &[Planned<'_>],
    log: &Log<'_, '_>,
) -> Result<(), Stop> {
    for planned in checks {
        let start = Instant::now();
        let seen = try_check_apart(setting.host, on, planned.1, setting.context(planned.1)).await?;
        log.judged(Judgement::of(*planned, seen, start.elapsed()))?;
        if log.is_broken() {
            break;
        }
    }
    Ok(())
}

/// Judges checks one after the other, on a database that nobody else changes.
async fn judge_on(
    setting: Setting<'_>,
    mut session: Session,
    database: &Database,
    checks: &[Planned<'_>],
    log: &Log<'_, '_>,
) -> Result<(), Stop> {
    let mut marked = setting.marked();
    judge_with(setting, (&mut session, &mut marked), database, checks, log).await?;
    marked.close().await?;
    Ok(session.close().await?)
}

/// Judges checks one after the other on a session that is theirs, and on another those that leave marks on theirs.
pub(crate) async fn judge_with(
    setting: Setting<'_>,
    (session, marked): (&mut Session, &mut MarkedSession),
    database: &Database,
    checks: &[Planned<'_>],
    log: &Log<'_, '_>,
) -> Result<(), Stop> {
    session.limit(setting.limits.check);
    let applicable = checks.iter().map(|(_, check)| *check);
    let applicable = applicable.filter(|check| inapplicable(check, setting.judging, setting.server).is_none());
    let declaring: Vec<&Expectation> = applicable.map(|check| &check.expectation).collect();
    let known = KnownCatalog::of(setting.after.clone(), session, declaring).await?;
    marked.look_for_functions(session).await?;
    for (gate, check) in checks {
        let context = Context { known: Some(&known), ..setting.context(check) };
        let start = Instant::now();
        let marks = Marks::of_check(check);
        let seen = if marked.takes(&marks) {
            session.flush().await?;
            try_check(marked.ready_for(&marks, setting.host, database).await?, check, context).await
        } else {
            marked.flush().await?;
            try_check(session, check, context).await
        };
        let judgement = Judgement::of((gate, check), seen, start.elapsed());
        let is_over = judgement.broke().is_some();
        log.judged(judgement)?;
        if is_over {
            // Nothing more can be tried.
            return Ok(());
        }
    }
    Ok(())
}

/// The rows before a phase that its checks of kind `unchanged` compare.
pub(crate) async fn rows_before(
    states: &States,
    before: Option<&Arc<State>>,
    checks: &[Planned<'_>],
) -> Result<BTreeMap<String, RowsBefore>, Error> {
    let mut rows = BTreeMap::new();
    for (_, check) in checks {
        if let Expectation::Unchanged(claim) = &check.expectation
            && let Some(before) = before
        {
            // Rows that cannot be read are none, and the check says why.
            rows.insert(check.id.clone(), refusal_of(states.rows(before, &claim.tables, &claim.except).await)?);
        }
    }
    Ok(rows)
}
