//! Observation: what a check tries, put to a database. What is seen is judged elsewhere (`phasegate_evidence::judge`).

mod catalogs;
mod check;
mod marks;
mod own_database;
mod queries;
mod sessions;
mod steps;
mod tap;
mod watcher;
mod writes;

pub(crate) use catalogs::KnownCatalog;
pub(crate) use check::{Context, broken, try_check, try_steps};
pub(crate) use marks::{Existing, MarkedSession, Marks, sets};
pub(crate) use own_database::{try_check_apart, try_steps_apart};
pub(crate) use sessions::OwnDatabase;
