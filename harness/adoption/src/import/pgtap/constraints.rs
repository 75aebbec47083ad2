//! Assertions on keys and constraints.

use super::{
    call::{Argument, Call},
    check::Check,
    names::{NO_LITERALS, Named, array, names},
};

/// The columns of a constraint `c`, in their order.
const COLUMNS: &str = "(SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY AS k (number, n) \
                       JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number)";
/// Those that a foreign key leads to.
const REFERENCED: &str = "(SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.confkey) WITH ORDINALITY AS k (number, n) \
                          JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number)";

/// What an assertion on constraints becomes; nothing where it is none.
pub(super) fn constraints(call: &Call) -> Option<Result<Check, String>> {
    let (kind, is_there) = match call.name.as_str() {
        "has_pk" | "col_is_pk" => ('p', true),
        "hasnt_pk" | "col_isnt_pk" => ('p', false),
        "has_fk" | "col_is_fk" => ('f', true),
        "hasnt_fk" | "col_isnt_fk" => ('f', false),
        "has_unique" | "col_is_unique" => ('u', true),
        "has_check" | "col_has_check" => ('c', true),
        "fk_ok" => return Some(fk_ok(call)),
        _ => return None,
    };
    Some(if call.name.starts_with("col_") { of_columns(call, kind, is_there) } else { of_table(call, kind, is_there) })
}

fn holds(is_there: bool, relation: &str, kind: char, more: &str) -> Check {
    let exists = if is_there { "EXISTS" } else { "NOT EXISTS" };
    // Of a table that is not there nothing holds.
    Check::holds(format!(
        "SELECT {relation} IS NOT NULL AND {exists} (SELECT FROM pg_constraint c WHERE c.conrelid = {relation} AND c.contype = '{kind}'{more})"
    ))
}

fn of_table(call: &Call, kind: char, is_there: bool) -> Result<Check, String> {
    let (schema, names) = names(&call.arguments, 1)?;
    let [table] = names.as_slice() else { return Err(NO_LITERALS.to_owned()) };
    Ok(holds(is_there, &Named { schema, name: table }.relation(), kind, ""))
}

fn of_columns(call: &Call, kind: char, is_there: bool) -> Result<Check, String> {
    let (schema, table, columns) = match call.arguments.as_slice() {
        [table, columns] => (None, table, columns),
        [table, columns, description] if !description.is_name && description.strings.is_none() => {
            (None, table, columns)
        }
        [schema, table, columns, ..] => (schema.string.as_deref(), table, columns),
        _ => return Err(NO_LITERALS.to_owned()),
    };
    let relation = Named { schema, name: table.string.as_deref().ok_or(NO_LITERALS)? }.relation();
    Ok(holds(is_there, &relation, kind, &format!(" AND {COLUMNS} = {}", array(&one_or_more(columns)?))))
}

fn fk_ok(call: &Call) -> Result<Check, String> {
    let (from, column, to, referenced) = match call.arguments.as_slice() {
        [from, column, to, referenced] | [from, column, to, referenced, _] => {
            ((None, from), column, (None, to), referenced)
        }
        [schema, from, column, other, to, referenced] | [schema, from, column, other, to, referenced, _] => {
            ((schema.string.as_deref(), from), column, (other.string.as_deref(), to), referenced)
        }
        _ => return Err(NO_LITERALS.to_owned()),
    };
    let relation = |(schema, table): (Option<&str>, &Argument)| {
        table.string.as_deref().map(|name| Named { schema, name }.relation()).ok_or(NO_LITERALS)
    };
    let more = format!(
        " AND c.confrelid = {} AND {COLUMNS} = {} AND {REFERENCED} = {}",
        relation(to)?,
        array(&one_or_more(column)?),
        array(&one_or_more(referenced)?)
    );
    Ok(holds(true, &relation(from)?, 'f', &more))
}

fn one_or_more(argument: &Argument) -> Result<Vec<String>, String> {
    let one = || argument.string.clone().map(|one| vec![one]);
    argument.strings.clone().or_else(one).ok_or_else(|| NO_LITERALS.to_owned())
}
