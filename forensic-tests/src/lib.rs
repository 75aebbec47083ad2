//! Properties of the suites: reference models in plain Rust, held against a real server, with every counterexample kept
//! as SQL that anybody can run again.

pub mod attribution_b03;
pub mod replay;
