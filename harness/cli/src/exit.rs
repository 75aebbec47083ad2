//! Exit codes and the errors that lead to them.

use std::{fmt, process::ExitCode};

use phasegate_evidence::{FolderError, RunResult};

/// How a command ends. The codes are documented in `--help` and in the README, and never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything that was asked for holds.
    Passed,
    /// A gate failed or could not be judged, or a run that was required to have passed did not.
    GateFailed,
    /// The command line or a suite is wrong, or the output cannot be written.
    Usage,
    /// There is no server to be had.
    NoServer,
    /// A baseline or a phase failed to apply.
    ApplyFailed,
    /// Evidence does not verify, or a run cannot go on from it.
    Unverified,
    /// Stopped by the user.
    Interrupted,
}

/// The table of the exit codes for `--help`.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0    all passed
  1    a gate failed, the two runs of `diff` differ, or `adopt` left a check as it is
  2    the command line or a suite is wrong, or the output cannot be written
  3    no server to be had
  4    a phase failed to apply
  5    evidence does not verify, or what is resumed is not what it says
  130  interrupted";

impl Exit {
    /// How a run with this result ends.
    pub(crate) fn of(result: &RunResult) -> Self {
        let not_applied = result
            .suites
            .iter()
            .any(|suite| suite.baseline_failure.is_some() || suite.phases.iter().any(|phase| phase.failure.is_some()));
        if not_applied {
            Self::ApplyFailed
        } else if result.verdict.opens_the_gate() {
            Self::Passed
        } else {
            Self::GateFailed
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Passed => 0,
            Exit::GateFailed => 1,
            Exit::Usage => 2,
            Exit::NoServer => 3,
            Exit::ApplyFailed => 4,
            Exit::Unverified => 5,
            Exit::Interrupted => 130,
        })
    }
}

/// Why a command could not do what it was asked for.
#[derive(Debug)]
pub(crate) struct Failure {
    /// How the command ends.
    pub(crate) exit: Exit,
    /// What went wrong and what to do.
    message: String,
}

impl Failure {
    /// A failure that ends this way.
    pub(crate) fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Self { exit, message: message.to_string() }
    }

    /// The user asked for something that is not there.
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        match error {
            FolderError::NotARun(_) => Self::usage(error),
            FolderError::Unreadable { .. } | FolderError::Stranger { .. } => Self::new(Exit::Unverified, error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_code_is_in_the_help() {
        for (exit, code) in [
            (Exit::Passed, 0),
            (Exit::GateFailed, 1),
            (Exit::Usage, 2),
            (Exit::NoServer, 3),
            (Exit::ApplyFailed, 4),
            (Exit::Unverified, 5),
            (Exit::Interrupted, 130),
        ] {
            assert_eq!(ExitCode::from(exit), ExitCode::from(code));
            assert!(EXIT_CODES.contains(&format!("\n  {code:<3}  ")), "{code}");
        }
    }
}
