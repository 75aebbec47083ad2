//! Steps on named sessions, as a user may get them wrong.

use std::collections::BTreeSet;

use phasegate_database::Kind;

use super::{
    SuiteError,
    source::{Source, Table, Value},
};

/// Holds the steps of a check, a finding or a probe to what sessions can do: the kind of database must have several, and
/// a step waits for a session that an earlier one has opened.
pub(super) fn checked(source: Source<'_>, table: &Table<'_>, kind: Kind) -> Result<(), SuiteError> {
    let steps = table.get("step").and_then(|steps| steps.get_ref().as_array());
    let mut opened = BTreeSet::new();
    for step in steps.into_iter().flatten().filter_map(|step| step.get_ref().as_table()) {
        let session = step.get("session");
        if let Some(session) = session {
            if !kind.capabilities().sessions {
                let why = format!("a step names a `session`, and {} has one at a time", kind.capabilities().name);
                return Err(source.error(session.span(), why));
            }
            if name(session).is_empty() {
                return Err(source.error(session.span(), "a `session` needs a name"));
            }
        }
        if let Some(blocker) = step.get("blocked_by") {
            let wrong = match session.map(name) {
                None => "a step that is `blocked_by` another session needs a `session` of its own".to_owned(),
                Some(own) if own == name(blocker) => {
                    format!("`blocked_by` names `{own}`, the session of the step itself")
                }
                Some(_) if opened.contains(name(blocker)) => String::new(),
                Some(_) => {
                    format!("`blocked_by` names `{}`, and no earlier step is on a session of that name", name(blocker))
                }
            };
            if !wrong.is_empty() {
                return Err(source.error(blocker.span(), wrong));
            }
        }
        opened.extend(session.map(name));
    }
    Ok(())
}

/// A name; that it is a text at all is seen when the step is read.
fn name<'v>(value: &'v Value<'_>) -> &'v str {
    value.get_ref().as_str().unwrap_or_default()
}
