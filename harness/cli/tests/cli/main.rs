//! The `phasegate` command as a user meets it: what it prints, word for word, and how it ends.

mod check;
mod colours;
mod documents;
mod golden;
mod interrupt;
mod list;
mod phasegate;
mod refusals;
mod reports;
mod run;
mod runs;
#[path = "../../../evidence/tests/verify/sample.rs"]
mod sample;
mod verification;
mod workspace;
