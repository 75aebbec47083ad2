//! The name of a database that a run made.

/// A database that a run made: its name on the server, or the path of its file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Database(pub String);
