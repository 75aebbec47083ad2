//! The engine of Phasegate: it starts a real server, applies a migration phase by phase, lets no phase start before the
//! one before it has passed its exit gates, and emits what happens as typed events. It never prints and never exits.

mod apply;
pub mod catalog;
mod command;
pub mod database;
pub mod gate;
pub mod lab;
mod legacy;
pub mod plan;
pub mod record;
pub mod run;
pub mod session;
pub mod sql;
pub mod sqlite;
pub mod suite;
mod variant;

pub use apply::AppliedStatement;
pub use legacy::{LegacyRows, RowChange};
pub use variant::{Direction, Variant};
