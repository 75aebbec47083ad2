//! A suite for a migration that exists already: `init` finds it where it lies, `import` takes over what another tool has beside it,
//! and `adopt` writes into it what was seen.

pub mod adopt;
pub mod import;
pub mod init;
