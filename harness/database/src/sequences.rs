//! How far the sequences of a database have counted, which no transaction takes back.

use std::collections::BTreeMap;

/// The last value of each sequence, and whether it has been given out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sequences(pub(crate) BTreeMap<String, (String, String)>);
