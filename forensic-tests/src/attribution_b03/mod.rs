//! The properties of the suite `attribution-b03` (section 6 of its specification), each with a reference model.
//!
//! `model` says in plain Rust what the schema and the six phases must do; `properties` makes cases and writes each as a
//! script that holds the server against the model; `rows` writes rows of the final schema.

pub mod legacy;
pub mod migration;
pub mod model;
pub mod properties;
mod rows;
