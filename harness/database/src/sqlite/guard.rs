//! Switches off what guards a table.

use crate::Identifier;

/// The statement that switches an object of the catalog off; `None` where its kind cannot be: a constraint of SQLite is a
/// part of its table.
pub(crate) fn switching_off(object: &str) -> Option<String> {
    let (kind, name) = object.split_once(' ')?;
    match kind {
        "trigger" => name.rsplit_once('.').map(|(_, own)| format!("DROP TRIGGER {}", Identifier(own))),
        "index" => Some(format!("DROP INDEX {}", Identifier(name))),
        _ => None,
    }
}
