//! Falsifies properties against a real server: random cases from a seed, each case one script of SQL that knows what its
//! model expects, the smallest counterexample kept as a file that replays it.

mod counterexample;
mod hunt;
mod play;
mod property;
mod script;
mod seed;

pub use counterexample::Counterexample;
pub use hunt::{Hunt, hunt};
pub use play::{Discrepancy, lay_prelude, play};
pub use property::Property;
pub use script::{Outcome, Script, Step};
pub use seed::{BadSeed, Seed};
