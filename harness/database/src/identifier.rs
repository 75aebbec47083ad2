//! The one way in which a name or a value gets into SQL text.

use std::fmt;

/// An identifier, quoted where it must be. A name that is already quoted is left as it is, since the catalog and the
/// suites write names as SQL does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identifier<'a>(pub &'a str);

impl fmt::Display for Identifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0;
        let inner = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        match inner {
            Some(inner) if !inner.replace("\"\"", "").contains('"') => f.write_str(name),
            _ => write!(f, "\"{}\"", name.replace('"', "\"\"")),
        }
    }
}

/// A string literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Literal<'a>(pub &'a str);

impl fmt::Display for Literal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0.replace('\'', "''"))
    }
}

/// A table's name as the catalog writes it, `name` or `schema.name`, each part quoted.
#[must_use]
pub fn table_identifier(name: &str) -> String {
    match name.split_once('.') {
        Some((schema, table)) if !schema.starts_with('"') || schema.ends_with('"') => {
            format!("{}.{}", Identifier(schema), Identifier(table))
        }
        _ => Identifier(name).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_quotes() {
        assert_eq!(Identifier("tenants").to_string(), "\"tenants\"");
        assert_eq!(Identifier("a\"; DROP TABLE t; --").to_string(), "\"a\"\"; DROP TABLE t; --\"");
        assert_eq!(Identifier("\"Odd Name\"").to_string(), "\"Odd Name\"");
        assert_eq!(Identifier("\"a\" b\"").to_string(), "\"\"\"a\"\" b\"\"\"");
    }

    #[test]
    fn a_value_cannot_break_out_of_its_quotes() {
        assert_eq!(Literal("it's").to_string(), "'it''s'");
    }

    #[test]
    fn a_qualified_name_keeps_its_two_parts() {
        assert_eq!(table_identifier("audit.events"), "\"audit\".\"events\"");
        assert_eq!(table_identifier("events"), "\"events\"");
    }
}
