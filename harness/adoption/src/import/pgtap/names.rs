//! The names that an assertion of the schema is called with.

use phasegate_database::Literal;

use super::call::{Argument, Call};

/// A name, with its schema where that is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named<'a> {
    pub(super) schema: Option<&'a str>,
    pub(super) name: &'a str,
}

/// Why the names of a call cannot be read.
pub(super) const NO_LITERALS: &str = "it is called with what is no literal: write the names themselves";

/// So many names that an assertion needs, behind the schema where one is said. A last argument more is its description, unless
/// it is cast to `name`, and then the first one is the schema.
pub(super) fn names(arguments: &[Argument], needed: usize) -> Result<(Option<&str>, Vec<&str>), String> {
    let last_is_name = arguments.last().is_some_and(|last| last.is_name);
    let has_schema = match arguments.len().checked_sub(needed) {
        Some(0) => false,
        Some(1) => last_is_name,
        Some(2) => true,
        _ => return Err(format!("it has {} arguments, in a form that is not known", arguments.len())),
    };
    let from = usize::from(has_schema);
    let literal = |argument: &'_ Argument| -> Option<()> { argument.string.as_ref().map(drop) };
    let asked = arguments.get(..from + needed).unwrap_or_default();
    if !asked.iter().all(|argument| literal(argument).is_some()) {
        return Err(NO_LITERALS.to_owned());
    }
    let mut all = asked.iter().filter_map(|argument| argument.string.as_deref());
    let schema = if has_schema { all.next() } else { None };
    Ok((schema, all.collect()))
}

/// A name as the server quotes it in what the catalog says: bare where it can be.
pub(super) fn bare(name: &str) -> String {
    let begins = name.starts_with(|sign: char| sign.is_ascii_lowercase() || sign == '_');
    if begins && name.chars().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_') {
        return name.to_owned();
    }
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Named<'_> {
    /// As the catalog of a run names it: what lies in `public` has no schema there.
    pub(super) fn key(self) -> String {
        let name = bare(self.name);
        match self.schema.filter(|schema| *schema != "public") {
            Some(schema) => format!("{}.{name}", bare(schema)),
            None => name,
        }
    }

    /// SQL for the relation of this name, or NULL.
    pub(super) fn relation(self) -> String {
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        let name = match self.schema {
            Some(schema) => format!("{}.{}", quoted(schema), quoted(self.name)),
            None => quoted(self.name),
        };
        format!("to_regclass({})", Literal(&name))
    }

    /// A condition on a catalog's columns of schema and name; without a schema, on what the search path shows.
    pub(super) fn is(self, schema: &str, name: &str, visible: &str) -> String {
        let own = format!("{name} = {}", Literal(self.name));
        match self.schema {
            Some(wanted) => format!("{own} AND {schema}::regnamespace = to_regnamespace({})", Literal(&bare(wanted))),
            None => format!("{own} AND {visible}"),
        }
    }
}

/// An SQL array of texts.
pub(super) fn array(texts: &[impl AsRef<str>]) -> String {
    let texts = texts.iter().map(|text| Literal(text.as_ref()).to_string()).collect::<Vec<_>>().join(", ");
    format!("ARRAY[{texts}]::text[]")
}

/// The arguments of a call without what is its description, where an array ends the others.
pub(super) fn up_to_array(call: &Call) -> Option<(&[Argument], &[String])> {
    let at = call.arguments.iter().position(|argument| argument.strings.is_some())?;
    Some((call.arguments.get(..at)?, call.arguments.get(at)?.strings.as_deref()?))
}
