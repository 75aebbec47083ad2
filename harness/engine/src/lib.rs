//! Under construction.
pub mod server;
