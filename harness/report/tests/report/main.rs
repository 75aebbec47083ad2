//! Every report of every kind of run, word for word.

mod reports;
mod runs;
#[path = "../../../evidence/tests/verify/sample.rs"]
mod sample;
mod snapshot;
mod verification;
