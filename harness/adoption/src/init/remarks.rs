//! What the reader of a suite that was written should know.

/// A remark, on a phase or on all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The id of the phase.
    pub phase: Option<usize>,
    /// What it does, or what is not known.
    pub text: String,
}

impl Remark {
    pub(super) fn of(phase: usize, text: impl Into<String>) -> Self {
        Self { phase: Some(phase), text: text.into() }
    }

    pub(super) fn of_all(text: impl Into<String>) -> Self {
        Self { phase: None, text: text.into() }
    }
}
