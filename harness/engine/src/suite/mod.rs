//! Suites: what a user writes, read, checked and held ready.

#[cfg(test)]
mod bad_input_tests;
mod check;
mod check_file;
#[cfg(test)]
mod commands_tests;
mod error;
mod expand;
mod expectation_file;
mod gate_file;
mod load;
mod model;
#[cfg(test)]
mod reference;
mod requirements;
#[cfg(test)]
mod requirements_tests;
mod scenario;
mod sessions;
#[cfg(test)]
mod sessions_tests;
mod source;
mod sql_file;
mod suite_file;
#[cfg(test)]
mod unread_tests;
mod values;
#[cfg(test)]
mod variant_tests;

pub use error::{Place, SuiteError};
pub use expand::columns_of;
pub use load::{holds_suites, load, load_as, load_draft};
pub(crate) use model::{Baseline, Deviation};
pub use model::{CommandLine, Finding, Gate, Phase, PhaseStep, Suite, TransactionMode};
pub use requirements::Requirement;
pub(crate) use scenario::Replacement;
pub use scenario::{AuditGates, Scenario, ScenarioKind};
pub use sql_file::SqlFile;
