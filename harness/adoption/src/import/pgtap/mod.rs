//! Files of pgTAP as gates: each assertion is a check that fails where pgTAP fails, or it is listed.

mod arrangement;
mod assertion;
mod call;
mod check;
mod columns;
mod constraints;
mod names;
mod objects;
mod queries;
mod rights;
mod statements;
mod tests_file;
mod values;
mod writes;

pub use tests_file::{ImportedTests, pgtap};
