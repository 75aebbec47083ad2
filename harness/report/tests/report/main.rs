//! Every report of every kind of run, word for word.

mod deviations;
mod exports;
mod hostile;
#[path = "../../../evidence/tests/verify/kinds.rs"]
mod kinds;
mod outputs;
mod readers;
mod reports;
mod runs;
#[path = "../../../evidence/tests/verify/sample.rs"]
mod sample;
mod schema;
mod snapshot;
mod verification;
