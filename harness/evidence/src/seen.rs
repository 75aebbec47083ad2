//! Where an observation is kept: a small one in its event, a large one among the outputs.

use serde::{Deserialize, Serialize};

use crate::{Digest, judge::Observation};

/// What was seen, or where it lies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Seen {
    /// Here.
    Here(Box<Observation>),
    /// Among the outputs.
    Stored(Digest),
}

impl Seen {
    /// How many bytes of canonical JSON an observation may have to be kept in its event.
    pub const HERE_BYTES_MAX: usize = 4096;

    /// The output that holds it, unless it is here.
    pub(crate) fn stored(&self) -> Option<&Digest> {
        match self {
            Self::Here(_) => None,
            Self::Stored(digest) => Some(digest),
        }
    }
}
