//! Switches off what guards a table.

use crate::{Identifier, table_identifier};

/// The statement that switches an object of the catalog off; `None` where its kind cannot be.
pub(crate) fn switching_off(object: &str) -> Option<String> {
    let (kind, name) = object.split_once(' ')?;
    let of_table = || {
        let (table, own) = name.rsplit_once('.')?;
        Some((table_identifier(table), Identifier(own)))
    };
    Some(match kind {
        "trigger" => of_table().map(|(table, own)| format!("ALTER TABLE {table} DISABLE TRIGGER {own}"))?,
        "constraint" => of_table().map(|(table, own)| format!("ALTER TABLE {table} DROP CONSTRAINT {own}"))?,
        "policy" => of_table().map(|(table, own)| format!("DROP POLICY {own} ON {table}"))?,
        "rls" => format!("ALTER TABLE {} DISABLE ROW LEVEL SECURITY", table_identifier(name)),
        "index" => format!("DROP INDEX {}", table_identifier(name)),
        _ => return None,
    })
}
