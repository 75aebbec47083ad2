//! Servers: where a suite's databases live, and who cleans up after them.
//!
//! [`start`] takes a [`Request`] and gives a running [`Server`]: in a container, unpacked from the
//! distribution's packages (embedded), installed on this machine (local), or somebody else's (external).
//! Whatever was started here is stopped and removed when the [`Server`] is stopped or dropped, and also when
//! this process is killed: a small supervisor holds each of them and ends it when our end of its pipe closes.

mod access;
mod account;
mod choice;
mod clean;
mod cluster;
#[cfg(feature = "container")]
mod container;
mod copy;
#[cfg(feature = "container")]
mod docker;
mod embedded;
mod error;
mod external;
mod facts;
mod folder;
#[cfg(feature = "container")]
mod image;
mod installation;
mod instance;
mod kept;
mod local;
mod process;
pub mod provision;
mod readiness;
mod select;
mod settings;
mod shared;
mod supervisor;

pub use choice::{Choice, Kind, Request, UnknownChoice, Version};
pub use clean::{Cleaned, clean};
pub use error::ServerError;
pub use facts::Facts;
pub use installation::Installation;
pub use instance::Server;
pub use kept::Kept;
pub use select::{at_hand, start};
pub use shared::{Shared, shared};
