//! A suite for a migration that exists already: `init` finds it where it lies, and `adopt` writes into it what was seen.

pub mod adopt;
pub mod init;
