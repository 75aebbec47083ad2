//! What does not hold in a run folder.

/// One thing that does not hold in a run folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file, relative to the run folder.
    pub file: String,
    /// What does not hold.
    pub what: String,
}
