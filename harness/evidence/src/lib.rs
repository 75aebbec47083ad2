//! The evidence of a Phasegate run.
//!
//! This crate is pure: it knows no database, no clock and no network. It holds the model of what was planned, what
//! happened and what came of it, it judges what was seen, and it re-derives the result from the plan and the events, so
//! that a stranger can check a run folder without the database that produced it. Reading order is module order.

mod bookkeeping;
mod canonical;
mod catalog;
mod chain;
mod content;
mod derive;
mod digest;
mod event;
mod failure;
mod folder;
pub mod judge;
mod parallel;
mod plan;
mod precedent;
mod proof;
mod reason;
mod refusal;
mod requirement;
mod result;
mod resume;
mod run_name;
mod said;
mod seen;
mod server;
pub mod sign;
mod size;
mod table;
mod verdict;
mod verify;

pub use bookkeeping::Bookkeeping;
pub use canonical::{CanonicalError, canonical_bytes};
pub use catalog::{Alteration, Catalog, Definition, Difference};
pub use chain::{Chain, ChainError, Link, read_chain};
pub use content::TableContent;
pub use digest::{Digest, DigestError};
pub use event::{Event, Roots};
pub use failure::ApplyFailure;
pub use folder::{
    ATTESTATION_FILE, EVENTS_FILE, FORMAT_VERSION, FolderError, JUNIT_FILE, OUTPUTS_FOLDER, PAGE_FILE, PLAN_FILE,
    REPORT_FILE, RESULT_FILE, RunFolder, SIGNATURES_FOLDER, file_bytes_max,
};
pub use plan::{
    DeviationPlan, FindingPlan, GatePlan, PhasePlan, Plan, ScenarioExpected, ScenarioPlan, ServerNeed, Severity,
    SuitePlan,
};
pub use precedent::{ApprovedBy, Precedent, begins_after};
pub use proof::Proof;
pub use reason::{Reason, ReasonCode};
pub use refusal::{Cause, Refusal};
pub use requirement::{Answer, AnswerKind, RequirementPlan};
pub use result::{
    CheckResult, Counts, DefectResult, FindingResult, GateResult, PhaseResult, RunResult, ScenarioResult, SuiteResult,
    Tally, Totals,
};
pub use resume::{Held, Stopped, goes_on_from};
pub use run_name::{moment, run_name};
pub use said::{COMMAND_SUCCEEDED, Said};
pub use seen::Seen;
pub use server::ServerFacts;
pub use size::{Size, TEXT_BYTES_MAX, cut};
pub use table::{Cell, Table, row_text, step_rows};
pub use verdict::Verdict;
pub use verify::{Earlier, Fault, FaultCode, Verification, verify};
