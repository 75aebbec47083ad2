//! Applies SQL files statement by statement, or a command, so that an error has a file, a line and a statement.

use std::{path::Path, time::Instant};

use phasegate_evidence::ApplyFailure;

use crate::{
    command::run_command,
    session::{DbError, Session},
    suite::{PhaseStep, SqlFile, TransactionMode},
};

/// One statement, or the command, that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedStatement {
    /// The file, relative to the fixtures, or the command.
    pub file: String,
    /// The line on which the statement starts; 0 for a command.
    pub line: u32,
    /// Rows written.
    pub rows: u64,
    /// How long it took.
    pub duration_us: u64,
}

/// How a step is applied.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner<'a> {
    /// How statements are put into transactions.
    pub transaction: TransactionMode,
    /// The role that applies them, if it is not the session's user.
    pub role: Option<&'a str>,
    /// What a command is handed as `DATABASE_URL`.
    pub database_url: &'a str,
    /// The folder in which a command is started: that of the fixtures.
    pub folder: &'a Path,
}

/// Applies one step of a phase.
///
/// # Errors
/// At the first statement that is refused. With [`TransactionMode::Phase`] nothing of the step is left then.
pub(crate) async fn apply(
    session: &mut Session,
    step: &PhaseStep,
    manner: Manner<'_>,
    applied: &mut (dyn FnMut(AppliedStatement) + Send),
) -> Result<(), ApplyFailure> {
    match step {
        PhaseStep::Command(command) => {
            let outside = |error: DbError| failure(&command.join(" "), 0, 0, &error);
            session.step_aside().map_err(outside)?;
            let outcome = run_command(command, manner.database_url, manner.folder).await;
            session.come_back().map_err(outside)?;
            applied(outcome?);
        }
        PhaseStep::Sql(files) => apply_files(session, files, manner, applied).await?,
    }
    Ok(())
}

async fn apply_files(
    session: &mut Session,
    files: &[SqlFile],
    manner: Manner<'_>,
    applied: &mut (dyn FnMut(AppliedStatement) + Send),
) -> Result<(), ApplyFailure> {
    let whole = manner.transaction == TransactionMode::Phase;
    let outside = |error: DbError| failure("the transaction", 0, 0, &error);
    if whole {
        session.begin().await.map_err(outside)?;
    }
    let outcome = apply_statements(session, files, manner.role, applied).await;
    match outcome {
        Ok(()) if whole => {
            // Constraints that are deferred refuse here.
            let last = files.last().map_or("COMMIT", |file| file.path.as_str());
            session.commit().await.map_err(|error| {
                let mut refused = failure(last, 0, 0, &error);
                refused.message = format!("COMMIT: {}", refused.message);
                refused
            })
        }
        Ok(()) => Ok(()),
        Err(refused) => {
            if whole {
                session.rollback().await.map_err(outside)?;
            }
            Err(refused)
        }
    }
}

async fn apply_statements(
    session: &mut Session,
    files: &[SqlFile],
    role: Option<&str>,
    applied: &mut (dyn FnMut(AppliedStatement) + Send),
) -> Result<(), ApplyFailure> {
    if let Some(role) = role {
        session.become_role(role).await.map_err(|error| failure("SET ROLE", 0, 0, &error))?;
    }
    let mut ordinal = 0;
    for file in files {
        let statements = file.statements().map_err(|fault| ApplyFailure {
            file: file.path.clone(),
            line: fault.line,
            statement: 0,
            sqlstate: None,
            cause: None,
            message: fault.message,
            hint: None,
        })?;
        for statement in statements {
            ordinal += 1;
            let start = Instant::now();
            match session.run(&statement.text).await {
                Ok(ran) => applied(AppliedStatement {
                    file: file.path.clone(),
                    line: statement.line,
                    rows: ran.affected,
                    duration_us: micros(start),
                }),
                Err(error) => {
                    let line = statement.line + lines_before(&statement.text, error.position);
                    return Err(failure(&file.path, line, ordinal, &error));
                }
            }
        }
    }
    Ok(())
}

pub(crate) fn failure(file: &str, line: u32, statement: u32, error: &DbError) -> ApplyFailure {
    ApplyFailure {
        file: file.to_owned(),
        line,
        statement,
        sqlstate: error.sqlstate.clone(),
        cause: error.cause.as_ref().map(ToString::to_string),
        message: error.message.clone(),
        hint: error.hint.clone(),
    }
}

/// How many lines lie before the character at which the server met the error.
fn lines_before(text: &str, position: Option<usize>) -> u32 {
    let before = text.chars().take(position.unwrap_or(1).saturating_sub(1));
    u32::try_from(before.filter(|c| *c == '\n').count()).unwrap_or(0)
}

pub(crate) fn micros(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX)
}
