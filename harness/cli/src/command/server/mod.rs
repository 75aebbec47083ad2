//! `phasegate server`.

mod status;
mod verb;

pub(super) use verb::server;
