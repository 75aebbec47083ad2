//! Properties of the suites: reference models in plain Rust, and cases on which `phasegate_engine::fuzz` holds them
//! against a real server. Beside them, what hostile input is made of, for the byte tests here and for `ci/attack`.

pub mod attribution_b03;
pub mod damage;
pub mod notes;
pub mod statements;
pub mod trading;
