//! Gets PostgreSQL and TimescaleDB from the distribution's packages, without root rights and without touching the
//! system: downloaded and verified by the machine's own apt with state folders of ours, unpacked into the cache,
//! given their own loader and libraries, and initialised once.
//!
//! An installation is whole when its manifest is there and agrees with the files; the manifest is written last.

mod apt;
mod build;
mod ensure;
mod look;
mod manifest;
mod ours;
mod patch;
mod place;
mod prepare;
mod sources;
mod unpack;

pub(crate) use ensure::at_hand_or_made;
pub use ensure::provision;
pub(crate) use look::look;
#[cfg(feature = "container")]
pub(crate) use manifest::{Manifest, Reading};
pub(crate) use ours::is_ours;
#[cfg(feature = "container")]
pub(crate) use patch::{Loader, entries};
#[cfg(feature = "container")]
pub(crate) use place::{TEMPLATE, place};
