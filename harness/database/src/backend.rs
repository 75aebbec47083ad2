//! Whom a session waits for.

/// What serves a session at the server, by which one session can be seen to wait for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Backend(pub(crate) i32);
