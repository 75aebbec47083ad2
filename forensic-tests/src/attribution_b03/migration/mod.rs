//! The properties of the six phases on arbitrary legacy rows (15 to 19).

mod backfill;
mod guards;
mod limits;
mod roundtrip;

pub use backfill::{backfills, keys};
pub use guards::{Broken, ProtectionCase, protections};
pub use limits::limits;
pub use roundtrip::{RoundTripCase, roundtrips};

/// The state that these properties are tried on.
const BASELINE: &str = "baseline/*.sql of fixtures/attribution-b03, and no legacy row";
