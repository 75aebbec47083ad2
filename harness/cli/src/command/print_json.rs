use phasegate_report::visible_json;
use serde::Serialize;

use super::report::unwritable;
use crate::{console, exit::Failure};

/// Prints one JSON object, indented, with a line end.
pub(super) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| unwritable(&error))?;
    console::print_exactly(&format!("{}\n", visible_json(&text)))
}
