//! Applies SQL files statement by statement, or a command, so that an error has a file, a line and a statement.

use std::time::{Duration, Instant};

use phasegate_database::{Actors, Database, Error, Host, Session, Statement, SyntaxFault};
use phasegate_evidence::{ApplyFailure, Refusal};

use crate::{
    applied::{AppliedStatement, Told, micros},
    command::{Commands, run_command},
    suite::{PhaseStep, SqlFile, TransactionMode},
};

/// What a step is applied to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Application<'a> {
    /// Where the database lies.
    pub(crate) host: &'a Host,
    /// The database, which a command is handed as `DATABASE_URL`.
    pub(crate) database: &'a Database,
    /// How long a statement, or the command, may take.
    pub(crate) limit: Duration,
}

/// The way in which a step is applied.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way<'a> {
    /// How statements are put into transactions.
    pub(crate) transaction: TransactionMode,
    /// The role that applies them, if it is not the session's user.
    pub(crate) role: Option<&'a str>,
    /// What becomes of the settings of a file when the next one begins.
    pub(crate) settings: Settings,
    /// How commands are run.
    pub(crate) commands: &'a Commands,
}

/// What becomes of the settings of a file when the next one begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settings {
    /// They hold on: the files are one text.
    Kept,
    /// Each file is applied as a session of its own would: a dump leaves an empty `search_path`, say.
    OfEachFile,
}

/// Applies one step of a phase. With [`TransactionMode::Phase`] nothing of it is left when a statement is refused. Where
/// nobody asks for the progress, the statements of a transaction go in one message, and one by one only when one of them is
/// refused, so that it is named.
pub(crate) async fn apply(
    session: &mut Session,
    on: Application<'_>,
    step: &PhaseStep,
    way: Way<'_>,
    mut told: Told<'_, '_>,
) -> Result<(), ApplyFailure> {
    match step {
        PhaseStep::Command(command) => {
            let outside = |error: Error| failure(&command.line(), 0, 0, &error);
            session.step_aside().map_err(outside)?;
            let url = on.host.url(on.database);
            let sessions = async { session.others().await };
            let outcome = run_command(command, &url, way.commands, on.limit, sessions, &mut told).await;
            session.come_back().map_err(outside)?;
            told.applied(outcome?);
        }
        PhaseStep::Sql(files) => {
            session.limit(on.limit);
            apply_files(session, files, way, told).await?;
        }
    }
    Ok(())
}

async fn apply_files(
    session: &mut Session,
    files: &[SqlFile],
    way: Way<'_>,
    told: Told<'_, '_>,
) -> Result<(), ApplyFailure> {
    if way.transaction == TransactionMode::None {
        // Statements that are sent in one message are one transaction, which some statements do not allow.
        session.flush().await.map_err(outside)?;
        let applied = apply_statements(session, files, way, told).await;
        let applied = match applied {
            Ok(()) => leaves_nothing(session, files, way.transaction).await,
            Err(refused) => {
                // A transaction of the phase's own would refuse whoever reads what is left. On a connection that is lost,
                // what was refused says more.
                let _ = session.left_open().await;
                Err(refused)
            }
        };
        if way.role.is_some() {
            // On a connection that is lost, what was refused says more.
            let renewed = session.renew().await.map_err(outside);
            return applied.and(renewed);
        }
        return applied;
    }
    if !told.asks_for_each() {
        let Err(refused) = in_transaction(session, files, async |session| at_once(session, files, way).await).await
        else {
            return Ok(());
        };
        if refused.broke.is_some() {
            return Err(refused);
        }
        // What is refused once is refused, whatever comes of it when it is tried again to learn its name.
        let named =
            in_transaction(session, files, async |session| apply_statements(session, files, way, Told::nobody()).await);
        return Err(named.await.err().unwrap_or(refused));
    }
    in_transaction(session, files, async |session| apply_statements(session, files, way, told).await).await?;
    // Some temporary tables go with their transaction.
    leaves_nothing(session, files, way.transaction).await
}

/// What a phase leaves in its session is there for the next one here, and for nobody where each has a session of its own.
async fn leaves_nothing(
    session: &mut Session,
    files: &[SqlFile],
    transaction: TransactionMode,
) -> Result<(), ApplyFailure> {
    let mut left = Vec::new();
    if transaction == TransactionMode::None && session.left_open().await.map_err(outside)? {
        left.push("an open transaction".to_owned());
    }
    left.extend(session.left_behind().await.map_err(outside)?);
    if left.is_empty() {
        return Ok(());
    }
    let last = files.last().map_or("", |file| file.path.as_str());
    let why = format!("the phase leaves behind in its session: {}", left.join(", "));
    Err(ApplyFailure::refused(last, 0, 0, &Refusal::without_code(why)))
}

async fn in_transaction(
    session: &mut Session,
    files: &[SqlFile],
    work: impl AsyncFnOnce(&mut Session) -> Result<(), ApplyFailure>,
) -> Result<(), ApplyFailure> {
    session.begin().await.map_err(outside)?;
    if let Err(refused) = work(session).await {
        // A connection that is lost has rolled back by itself.
        let _ = session.rollback().await;
        return Err(refused);
    }
    // Constraints that are deferred refuse here.
    let last = files.last().map_or("COMMIT", |file| file.path.as_str());
    session.commit().await.map_err(|error| {
        let mut refused = failure(last, 0, 0, &error);
        refused.message = format!("COMMIT: {}", refused.message);
        refused
    })
}

/// The statements of all files in as few messages as may be.
async fn at_once(session: &mut Session, files: &[SqlFile], way: Way<'_>) -> Result<(), ApplyFailure> {
    let actors = take_on(session, way.role, true).await?;
    let mut all = Vec::new();
    for file in files {
        all.extend(statements_of(file)?.iter().map(|statement| (file, statement)));
    }
    let mut done = 0;
    for message in all.chunk_by(|one, next| go_together(one, next, way.settings)) {
        send(session, message).await.map_err(|(sent, error)| among(&all, done + sent, &error))?;
        done += message.len();
        if way.settings == Settings::OfEachFile
            && let (Some((file, _)), Some((next, _))) = (message.last(), all.get(done))
            && file.path != next.path
        {
            session.reset_settings().await.map_err(outside)?;
        }
    }
    still_acts(session, actors.as_ref(), files.last().map_or("", |file| file.path.as_str()), 0, 0).await
}

/// Whether two statements may go in one message: rows are sent apart.
fn go_together(one: &(&SqlFile, &Statement), next: &(&SqlFile, &Statement), settings: Settings) -> bool {
    let of_one_session = settings == Settings::Kept || one.0.path == next.0.path;
    one.1.rows.is_none() && next.1.rows.is_none() && of_one_session
}

async fn send(session: &mut Session, message: &[(&SqlFile, &Statement)]) -> Result<(), (usize, Error)> {
    if let [(_, statement)] = message {
        return session.apply(statement).await.map(drop).map_err(|error| (0, error));
    }
    let texts: Vec<&str> = message.iter().map(|(_, statement)| statement.text.as_str()).collect();
    session.run_all(&texts).await
}

async fn apply_statements(
    session: &mut Session,
    files: &[SqlFile],
    Way { role, transaction, settings, .. }: Way<'_>,
    mut told: Told<'_, '_>,
) -> Result<(), ApplyFailure> {
    let actors = take_on(session, role, transaction == TransactionMode::Phase).await?;
    let mut ordinal = 0;
    for (index, file) in files.iter().enumerate() {
        if settings == Settings::OfEachFile && index > 0 {
            session.reset_settings().await.map_err(outside)?;
        }
        for statement in statements_of(file)? {
            ordinal += 1;
            let start = Instant::now();
            match session.apply(statement).await {
                Ok(rows) => {
                    let (file, line) = (file.path.clone(), statement.line);
                    told.applied(AppliedStatement { file, line, rows, duration_us: micros(start) });
                }
                Err(error) => {
                    let position = match &error {
                        Error::Refused(refusal) => refusal.position,
                        _ => None,
                    };
                    let line = statement.line + lines_before(&statement.text, position);
                    return Err(failure(&file.path, line, ordinal, &error));
                }
            }
            still_acts(session, actors.as_ref(), &file.path, statement.line, ordinal).await?;
        }
    }
    Ok(())
}

/// Acts as the role of the suite as if it had logged in, so that nothing leads back to the rights of whoever runs us.
async fn take_on(
    session: &mut Session,
    role: Option<&str>,
    in_transaction: bool,
) -> Result<Option<Actors>, ApplyFailure> {
    let Some(role) = role else { return Ok(None) };
    let refused = |error| failure(&format!("the role {role}"), 0, 0, &error);
    session.act_as(role, in_transaction).await.map_err(refused)?;
    session.acts_as().await.map(Some).map_err(refused)
}

/// Holds a statement to the role that it was to be applied by.
async fn still_acts(
    session: &mut Session,
    actors: Option<&Actors>,
    file: &str,
    line: u32,
    statement: u32,
) -> Result<(), ApplyFailure> {
    let Some(expected) = actors else { return Ok(()) };
    let now = session.acts_as().await.map_err(outside)?;
    if now == *expected {
        return Ok(());
    }
    let (acts, was) = (&now.current, &expected.current);
    let why = format!(
        "the statement ends as `{acts}`, in a session of `{}`: phases are applied as `{was}` alone",
        now.session
    );
    Err(ApplyFailure::refused(file, line, statement, &Refusal::without_code(why)))
}

fn statements_of(file: &SqlFile) -> Result<&[Statement], ApplyFailure> {
    let no_sql =
        |fault: SyntaxFault| ApplyFailure::refused(&file.path, fault.line, 0, &Refusal::without_code(fault.message));
    file.statements().map_err(no_sql)
}

/// What one of several statements brought about that were sent in one message, so many of which are known to be done.
fn among(all: &[(&SqlFile, &Statement)], done: usize, error: &Error) -> ApplyFailure {
    let Some((file, statement)) = all.get(done) else {
        return failure("the transaction", 0, 0, error);
    };
    let mut failed = failure(&file.path, statement.line, u32::try_from(done + 1).unwrap_or(u32::MAX), error);
    if matches!(error, Error::ConnectionLost(_)) && done + 1 < all.len() {
        // What a server that is killed has answered need not have been sent.
        failed.message = format!("in this statement or one after it: {}", failed.message);
    }
    failed
}

/// What no statement of the step brought about.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn outside(error: Error) -> ApplyFailure {
    failure("the transaction", 0, 0, &error)
}

fn failure(file: &str, line: u32, statement: u32, error: &Error) -> ApplyFailure {
    match error {
        Error::Refused(refusal) => ApplyFailure::refused(file, line, statement, refusal),
        broke => {
            let reason = broke.reason();
            ApplyFailure { line, statement, ..ApplyFailure::broke(file, reason.code, reason.detail) }
        }
    }
}

/// How many lines lie before the character at which the server met the error.
fn lines_before(text: &str, position: Option<usize>) -> u32 {
    let before = text.chars().take(position.unwrap_or(1).saturating_sub(1));
    u32::try_from(before.filter(|c| *c == '\n').count()).unwrap_or(0)
}
