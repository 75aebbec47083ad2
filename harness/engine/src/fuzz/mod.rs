//! Falsifies properties against a real server: random cases from a seed, each case one script of SQL that knows what its
//! model expects, the smallest counterexample kept as a file that replays it.
//!
//! Nothing here knows a suite. Scripts ask the database to go on after a refusal, which SQLite cannot.

mod counterexample;
mod hunt;
mod insert;
mod phases;
mod play;
mod property;
mod script;
mod seed;
mod stage;
mod trial;

pub use counterexample::Counterexample;
pub use hunt::{Hunt, hunt};
pub use insert::Insert;
pub use phases::{Phases, PhasesError};
pub use play::{Discrepancy, replay};
pub use property::Property;
pub use script::{Outcome, Script, Step};
pub use seed::{BadSeed, Seed};
pub use stage::Stage;
pub use trial::TrialError;
