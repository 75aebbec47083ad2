//! A first suite for the migrations that lie in a folder: found, seen once, and written so that it runs at once.
//!
//! [`find`] looks at files alone. [`write()`] applies what was found to a database of our own and writes gates of what it saw: the
//! whole difference of the catalog, the rows that stayed, and the way back, which nobody has tried yet.

mod alembic;
mod baseline;
mod beside;
mod database;
mod dbmate;
mod diesel;
mod django;
mod error;
mod find;
mod flyway;
mod gates;
mod golang_migrate;
mod history;
mod migrations;
mod plain;
mod prisma;
mod project;
mod python;
mod rails;
mod remarks;
mod sqitch;
mod sql;
mod sqlx;
mod suite;
mod write;

pub use beside::{Ci, Job, ignore_runs, job};
pub use error::InitError;
pub use find::{Hints, find};
pub use migrations::{Migrations, Step, Way};
pub use remarks::Remark;
pub(crate) use suite::{kebab, list, quoted, slug};
pub use write::{Written, write};

/// The folder of the suite within the project.
pub const FOLDER: &str = "phasegate";
