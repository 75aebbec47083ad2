use std::path::PathBuf;

use clap::{Args, ValueEnum};
use phasegate_evidence::Digest;
use serde::Serialize;

/// What is verified, and against what.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The run folder, or the name of a run below the folder of the runs
    pub(crate) run: PathBuf,
    /// A digest that the run printed and that the folder must have; may be repeated. The result digest covers what the run
    /// came to, the head digest also everything that was planned and seen, the run digest also the reports
    #[arg(long, value_name = "DIGEST")]
    pub(crate) expect: Vec<Digest>,
    /// What the run must have come to: without it, evidence of a run that failed verifies as any other and ends with 0; with
    /// `passed`, it ends with 1
    #[arg(long, value_name = "VERDICT", requires_if("signed", "trusted_keys"))]
    pub(crate) require: Option<Required>,
    /// The keys that are trusted: a signature by any other key is a fault, and so is a run that nobody has signed
    #[arg(long, value_name = "FILE")]
    pub(crate) trusted_keys: Option<PathBuf>,
    /// The run that this one must have begun after: its digests and approvals, as `run --require-signed` recorded
    /// them, its migration and its gates; with `--trusted-keys`, it must be signed by these, too
    #[arg(long, value_name = "RUN")]
    pub(crate) after: Option<PathBuf>,
    /// The suites that lie here must be those that the run was made of, each file of their migrations included
    #[arg(long)]
    pub(crate) same_inputs: bool,
}

/// What a run can be required to have come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Required {
    /// Every gate passed
    Passed,
    /// A validator approved the run; where it did not pass, two approvers an exception
    Signed,
}
