//! A file that a user wrote, as a tree in which each part still knows its place.

use std::{ops::Range, path::Path};

use serde::de::DeserializeOwned;
use toml::{
    Spanned,
    de::{DeTable, DeValue, Deserializer},
};

use super::{Place, SuiteError};

/// A table of such a file.
pub(super) type Table<'t> = DeTable<'t>;
/// A value of such a file, with its place.
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// The file and its text.
#[derive(Clone, Copy)]
pub(super) struct Source<'t> {
    pub(super) file: &'t Path,
    pub(super) text: &'t str,
}

impl<'t> Source<'t> {
    pub(super) fn table(&self) -> Result<Table<'t>, SuiteError> {
        DeTable::parse(self.text).map(Spanned::into_inner).map_err(|error| self.toml(&error))
    }

    /// What a table says, once all that it shares with others has been put into it.
    pub(super) fn read<T: DeserializeOwned>(&self, span: Range<usize>, table: Table<'t>) -> Result<T, SuiteError> {
        T::deserialize(Deserializer::from(Spanned::new(span, table))).map_err(|error| self.toml(&error))
    }

    pub(super) fn error(&self, span: Range<usize>, message: impl Into<String>) -> SuiteError {
        SuiteError::malformed(Place::at(self.file, self.text, span.start), message)
    }

    /// An error at the line of a value in which this text stands.
    pub(super) fn error_within(&self, span: Range<usize>, part: &str, message: impl Into<String>) -> SuiteError {
        let within = self.text.get(span.clone()).and_then(|text| text.find(part)).unwrap_or_default();
        self.error(span.start + within..span.end, message)
    }

    fn toml(&self, error: &toml::de::Error) -> SuiteError {
        SuiteError::toml(self.file, self.text, error)
    }
}
