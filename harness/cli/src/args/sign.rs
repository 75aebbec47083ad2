use std::path::PathBuf;

use clap::{Args, ValueEnum};
use phasegate_evidence::sign::{Exception, Meaning, Role};

use super::PassphraseArgs;

/// Who signs what, and as what.
#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    /// The run folder, or the name of a run below the folder of the runs
    pub(crate) run: PathBuf,
    /// In which role; a validator signs after an implementer, a deployer after a validator, and nobody holds two roles
    #[arg(long, value_enum)]
    pub(crate) role: RoleArg,
    /// The printed name of whoever signs
    #[arg(long)]
    pub(crate) name: String,
    /// What the signature means
    #[arg(long, value_enum)]
    pub(crate) meaning: MeaningArg,
    /// The private key, as `keygen` makes it
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    #[command(flatten)]
    pub(crate) protection: PassphraseArgs,
    /// Sign one phase and not the whole run; SUITE/PHASE where several suites have a phase of that name
    #[arg(long, value_name = "PHASE")]
    pub(crate) phase: Option<String>,
    /// What else is to be known, on one line
    #[arg(long, value_name = "TEXT")]
    pub(crate) notes: Option<String>,
    /// Sign although it did not pass: why. An exception counts when two approvers have signed the same one
    #[arg(long, value_name = "TEXT", requires_all = ["ticket", "deadline"], help_heading = "Exception")]
    exception_reason: Option<String>,
    /// The ticket under which it is mended
    #[arg(long, requires = "exception_reason", help_heading = "Exception")]
    ticket: Option<String>,
    /// The day by which it is mended, such as 2026-01-31
    #[arg(long, value_name = "DATE", requires = "exception_reason", help_heading = "Exception")]
    deadline: Option<String>,
}

impl SignArgs {
    /// The exception that is asked for.
    pub(crate) fn exception(&self) -> Option<Exception> {
        let (reason, ticket, deadline) = (self.exception_reason.clone()?, self.ticket.clone()?, self.deadline.clone()?);
        Some(Exception { reason, ticket, deadline })
    }
}

/// A role, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleArg {
    /// Made the migration
    Implementer,
    /// Validated it
    Validator,
    /// Brings it to production
    Deployer,
}

/// A meaning, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MeaningArg {
    /// Has read the evidence
    Review,
    /// Agrees that what comes next may begin
    Approval,
    /// Answers for it
    Responsibility,
    /// Made it
    Authorship,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Implementer => Self::Implementer,
            RoleArg::Validator => Self::Validator,
            RoleArg::Deployer => Self::Deployer,
        }
    }
}

impl From<MeaningArg> for Meaning {
    fn from(meaning: MeaningArg) -> Self {
        match meaning {
            MeaningArg::Review => Self::Review,
            MeaningArg::Approval => Self::Approval,
            MeaningArg::Responsibility => Self::Responsibility,
            MeaningArg::Authorship => Self::Authorship,
        }
    }
}
