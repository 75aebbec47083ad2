//! A suite for a migration that exists already: `init` finds it where it lies, `import` takes over what another tool has beside it.

pub mod import;
pub mod init;
