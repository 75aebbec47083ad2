use serde::Serialize;

use super::report::unwritable;
use crate::exit::Failure;

/// One JSON object, indented, with a line end.
pub(super) fn pretty(value: &impl Serialize) -> Result<String, Failure> {
    Ok(serde_json::to_string_pretty(value).map_err(|error| unwritable(&error))? + "\n")
}
