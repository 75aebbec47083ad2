//! Rows of a table: one list of columns for SQL, for COPY in both directions, before and after the migration.

use crate::{DecodeError, Fields};

/// Which of the three forms of a table a row is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// The baseline, without what the migration adds.
    Baseline,
    /// The shadow table under the lock, where there is one.
    Shadow,
    /// The canonical table after the cutover.
    Canonical,
}

/// A row of a table.
pub trait Record: Sized + 'static {
    /// The canonical name of the table.
    const TABLE: &'static str;
    /// Whether the migration makes a shadow of it.
    const HAS_SHADOW: bool;
    /// Whether a column is GENERATED ALWAYS AS IDENTITY.
    const HAS_IDENTITY: bool;
    /// Columns of the baseline; the first is the identity, where there is one.
    const BASE: usize;
    /// All columns after the migration but generated ones, those of the baseline first.
    const COLUMNS: &'static [&'static str];

    /// Appends the tuple of a binary COPY with so many columns.
    fn encode(&self, columns: usize, out: &mut Vec<u8>);

    /// The columns as text; `None` is NULL.
    fn texts(&self) -> Vec<Option<String>>;

    /// Reads a tuple with all columns.
    ///
    /// # Errors
    /// When a value is none of its column's type.
    fn decode(fields: &mut Fields<'_>) -> Result<Self, DecodeError>;
}

impl Destination {
    /// The name of the table.
    #[must_use]
    pub fn table<R: Record>(self) -> String {
        let suffix = if self == Self::Shadow && R::HAS_SHADOW { "_v2" } else { "" };
        format!("{}{suffix}", R::TABLE)
    }

    /// The columns that are written.
    #[must_use]
    pub fn columns<R: Record>(self) -> &'static [&'static str] {
        if self == Self::Baseline { &R::COLUMNS[..R::BASE] } else { R::COLUMNS }
    }
}

/// Declares a table: `identity` and `shadow` where they are true of it, then the columns of the baseline, then, after
/// `added`, those of the migration.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident in $table:literal $([$($trait:ident),+])? {
        $($base:ident: $base_type:ty),+ $(,)? ; $($added:ident: $added_type:ty),* $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            $(#[doc = concat!("Column `", stringify!($base), "`.")] pub $base: $base_type,)+
            $(#[doc = concat!("Column `", stringify!($added), "`, which the migration adds.")] pub $added: $added_type,)*
        }

        impl $crate::record::Record for $name {
            const TABLE: &'static str = $table;
            const HAS_SHADOW: bool = $crate::record::is_among("shadow", &[$($(stringify!($trait)),+)?]);
            const HAS_IDENTITY: bool = $crate::record::is_among("identity", &[$($(stringify!($trait)),+)?]);
            const BASE: usize = [$(stringify!($base)),+].len();
            const COLUMNS: &'static [&'static str] = &[$(stringify!($base),)+ $(stringify!($added),)*];

            fn encode(&self, columns: usize, out: &mut Vec<u8>) {
                // No table has as many columns as 16 bits count.
                out.extend_from_slice(&(columns as i16).to_be_bytes());
                $($crate::copy::put(&self.$base, out);)+
                if columns > Self::BASE {
                    $($crate::copy::put(&self.$added, out);)*
                }
            }

            fn texts(&self) -> Vec<Option<String>> {
                use $crate::Field as _;
                vec![$(self.$base.text(),)+ $(self.$added.text(),)*]
            }

            fn decode(fields: &mut $crate::Fields<'_>) -> Result<Self, $crate::DecodeError> {
                Ok(Self { $($base: fields.read()?,)+ $($added: fields.read()?,)* })
            }
        }
    };
}

pub(crate) use record;

/// Whether a name is one of these, while constants are made.
pub(crate) const fn is_among(name: &str, names: &[&str]) -> bool {
    let mut index = 0;
    while index < names.len() {
        if is_same(name.as_bytes(), names[index].as_bytes()) {
            return true;
        }
        index += 1;
    }
    false
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    index == one.len() && index == other.len()
}
