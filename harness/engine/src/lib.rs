//! The engine of Phasegate: it starts a real server, applies a migration phase by phase, lets no phase start before the
//! one before it has passed its exit gates, and emits what happens as typed events. It never prints and never exits.
//!
//! [`run`], [`check`] and [`prove`] are the verbs of the command; each is a configuration of the one loop in `drive.rs`.

mod applied;
mod apply;
mod at_hand;
mod check;
mod command;
mod defects;
mod drive;
mod error;
mod events;
mod excerpt;
mod findings;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod gates;
mod happened;
mod inputs;
mod judge_gate;
mod keep;
mod likeness;
mod limits;
mod migration;
mod observe;
mod phase;
pub mod plan;
mod proofs;
mod prove;
mod ran;
mod record;
mod requirements;
mod resume;
mod rollback;
mod roots;
mod run;
mod scenario;
mod secrets;
mod server;
mod states;
mod stop;
pub mod suite;
mod survey;
mod target;

pub use at_hand::Applied;
pub use check::{CheckRequest, check};
pub use defects::try_defect;
pub use error::RunError;
pub use events::{Events, Listener};
pub use findings::show_finding;
pub use judge_gate::{judge_gate, judge_gates_on};
pub use limits::Limits;
pub use migration::Migration;
pub use prove::{ProveRequest, prove};
pub use record::RecordError;
pub use resume::Resume;
pub use run::{Finished, KeepWhen, Request, run};
pub use scenario::play;
pub use secrets::Secrets;
pub use states::{State, States, WorkingCopy};
pub use survey::{Fate, Survey, Surveyed, survey};
