//! Servers: a running PostgreSQL with TimescaleDB, and who cleans up after it.
//!
//! A [`Request`] says what is wanted, [`Request::start`] gives a running [`Server`]: in a container, unpacked from the
//! distribution's packages (embedded), installed on this machine (local), or somebody else's (external).
//! Whatever was started here is stopped and removed when the [`Server`] is stopped or dropped, and also when
//! this process is killed: a small supervisor holds each of them and ends it when our end of its pipe closes.
//!
//! In a test of yours:
//!
//! ```no_run
#![doc = include_str!("../tests/example.rs")]
//! ```
//!
//! Where many tests can share one server, [`shared`] gives each of them the same.

mod access;
mod account;
mod at_hand;
mod choice;
mod clean;
mod cluster;
mod description;
#[cfg(feature = "container")]
mod docker;
mod embedded;
mod error;
mod external;
mod find;
mod folder;
mod future;
mod initdb;
mod installation;
mod kept;
mod kept_server;
mod kind;
mod left_databases;
mod local;
mod lock;
mod notice;
mod password;
mod process;
mod provision;
mod psql;
mod readiness;
mod request;
mod run_word;
mod scratch;
mod server;
mod settings;
mod shared;
mod start;
mod starter;
mod supervisor;
mod template;
mod version;

pub use at_hand::at_hand;
pub use choice::{Choice, UnknownChoice};
pub use clean::{Cleaned, clean, clean_kept};
pub use description::Description;
#[cfg(feature = "container")]
pub use docker::build_image;
pub use error::ServerError;
pub use external::beside;
pub use installation::Installation;
pub use kept_server::KeptServer;
pub use kind::Kind;
pub use left_databases::{Left, clean_external, presence};
pub use provision::provision;
pub use request::{Request, container, embedded, external, local};
pub use run_word::run_word;
pub use scratch::ScratchFolder;
pub use server::Server;
pub use shared::{Shared, shared};
pub use start::start;
pub use version::Version;
