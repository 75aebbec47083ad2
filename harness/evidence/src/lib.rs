//! The evidence of a Phasegate run.
//!
//! This crate is pure: it knows no database, no clock and no network. It holds the model of what was planned, what
//! happened and what came of it, and it re-derives the last from the first two, so that a stranger can check a run
//! folder without the database that produced it. Reading order is module order.

mod canonical;
mod chain;
mod derive;
mod digest;
mod event;
mod folder;
mod plan;
mod result;
mod verdict;
mod verify;

pub use canonical::{CanonicalError, canonical_bytes};
pub use chain::{Chain, ChainError, Link, read_chain};
pub use digest::{Digest, DigestError};
pub use event::{ApplyFailure, Event, ServerFacts};
pub use folder::{
    EVENTS_FILE, FORMAT_VERSION, FolderError, JUNIT_FILE, OUTPUTS_FOLDER, PLAN_FILE, REPORT_FILE, RESULT_FILE,
    RunFolder, SIGNATURES_FOLDER,
};
pub use plan::{CheckPlan, DeviationPlan, FindingPlan, GatePlan, PhasePlan, Plan, ServerNeed, Severity, SuitePlan};
pub use result::{
    CheckResult, Counts, FindingResult, GateResult, PhaseResult, RunResult, ServerVersions, SuiteResult, Tally, Totals,
};
pub use verdict::{Reason, Verdict};
pub use verify::{Fault, Verification, verify};
