//! A suite for a migration that exists already: `init` finds it where it lies.

pub mod init;
