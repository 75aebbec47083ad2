//! Properties of the suites: reference models in plain Rust, and cases on which `phasegate_engine::fuzz` holds them
//! against a real server.

pub mod attribution_b03;
pub mod notes;
pub mod trading;
