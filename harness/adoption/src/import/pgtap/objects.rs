//! Assertions on the objects of a schema: what the catalog of a run says with one key each.

use phasegate_database::Literal;

use super::{
    call::Call,
    check::Check,
    columns::{same, type_name},
    names::{NO_LITERALS, Named, bare, names, up_to_array},
};

/// What an assertion on an object becomes; nothing where it is none.
pub(super) fn objects(call: &Call) -> Option<Result<Check, String>> {
    let has = |kind: &str, part: &str| object(call, kind, Some(part));
    let hasnt = |kind: &str| object(call, kind, None);
    Some(match call.name.as_str() {
        "has_table" => has("table", "table"),
        "hasnt_table" => hasnt("table"),
        "has_view" => has("view", "SELECT"),
        "hasnt_view" => hasnt("view"),
        "has_materialized_view" => has("matview", "POPULATED"),
        "hasnt_materialized_view" => hasnt("matview"),
        "has_sequence" => has("sequence", "INCREMENT"),
        "hasnt_sequence" => hasnt("sequence"),
        "has_schema" => of_server(call, "pg_namespace", "nspname", true),
        "hasnt_schema" => of_server(call, "pg_namespace", "nspname", false),
        "has_extension" => of_server(call, "pg_extension", "extname", true),
        "hasnt_extension" => of_server(call, "pg_extension", "extname", false),
        "has_role" | "has_user" => of_server(call, "pg_roles", "rolname", true),
        "hasnt_role" | "hasnt_user" => of_server(call, "pg_roles", "rolname", false),
        "has_trigger" => on_table(call, "trigger", Some("EXECUTE ")),
        "hasnt_trigger" => on_table(call, "trigger", None),
        "has_index" => index(call, ""),
        "hasnt_index" => no_index(call),
        "index_is_unique" => unique_index(call),
        "has_type" => of_type(call, "", true),
        "hasnt_type" => of_type(call, "", false),
        "has_enum" => of_type(call, " AND typtype = 'e'", true),
        "hasnt_enum" => of_type(call, " AND typtype = 'e'", false),
        "has_domain" => of_type(call, " AND typtype = 'd'", true),
        "hasnt_domain" => of_type(call, " AND typtype = 'd'", false),
        "enum_has_labels" => labels(call),
        "has_function" => function(call, true),
        "hasnt_function" => function(call, false),
        "tables_are" => tables(call),
        "indexes_are" => indexes(call),
        _ => return None,
    })
}

fn object(call: &Call, kind: &str, part: Option<&str>) -> Result<Check, String> {
    let (schema, names) = names(&call.arguments, 1)?;
    let [name] = names.as_slice() else { return Err(NO_LITERALS.to_owned()) };
    let key = format!("{kind} {}", Named { schema, name }.key());
    Ok(there_or_not(key, part))
}

fn there_or_not(key: String, part: Option<&str>) -> Check {
    match part {
        Some(part) => Check::Contains { key, parts: vec![part.to_owned()] },
        None => Check::Absent { key },
    }
}

fn on_table(call: &Call, kind: &str, part: Option<&str>) -> Result<Check, String> {
    let (schema, names) = names(&call.arguments, 2)?;
    let [table, name] = names.as_slice() else { return Err(NO_LITERALS.to_owned()) };
    Ok(there_or_not(format!("{kind} {}.{}", Named { schema, name: table }.key(), bare(name)), part))
}

/// An index of a table lies in the table's schema.
fn index(call: &Call, unique: &str) -> Result<Check, String> {
    let (before, columns) = match up_to_array(call) {
        Some((before, columns)) => (before, Some(columns)),
        None => (call.arguments.as_slice(), None),
    };
    let (schema, names) = match (before, columns) {
        ([schema, table, index], Some(_)) => (schema.string.as_deref(), [table, index]),
        ([table, index], Some(_)) => (None, [table, index]),
        _ => {
            let (schema, found) = names(before, 2)?;
            let [table, index] = found.as_slice() else { return Err(NO_LITERALS.to_owned()) };
            return Ok(indexed(schema, table, index, unique, None));
        }
    };
    let [Some(table), Some(index)] = names.map(|name| name.string.as_deref()) else {
        return Err(NO_LITERALS.to_owned());
    };
    Ok(indexed(schema, table, index, unique, columns))
}

fn indexed(schema: Option<&str>, table: &str, index: &str, unique: &str, columns: Option<&[String]>) -> Check {
    let mut parts = vec![format!("{unique}ON {} USING ", Named { schema, name: table }.key())];
    parts.extend(columns.map(|columns| format!(" ({})", columns.join(", "))));
    Check::Contains { key: format!("index {}", Named { schema, name: index }.key()), parts }
}

fn no_index(call: &Call) -> Result<Check, String> {
    let (schema, names) = names(&call.arguments, 2)?;
    let [_, index] = names.as_slice() else { return Err(NO_LITERALS.to_owned()) };
    Ok(Check::Absent { key: format!("index {}", Named { schema, name: index }.key()) })
}

fn unique_index(call: &Call) -> Result<Check, String> {
    let strings: Option<Vec<&str>> = call.arguments.iter().map(|argument| argument.string.as_deref()).collect();
    match strings.ok_or(NO_LITERALS)?.as_slice() {
        [table, index] => Ok(indexed(None, table, index, "UNIQUE ", None)),
        [schema, table, index] | [schema, table, index, _] => Ok(indexed(Some(schema), table, index, "UNIQUE ", None)),
        _ => Err("it names no table: name table and index".to_owned()),
    }
}

fn of_server(call: &Call, catalog: &str, column: &str, is_there: bool) -> Result<Check, String> {
    let [name, ..] = call.arguments.as_slice() else { return Err(NO_LITERALS.to_owned()) };
    if call.arguments.len() > 2 || call.arguments.iter().any(|argument| argument.is_name) && call.arguments.len() > 1 {
        return Err("it names a schema: write a check of kind `catalog`".to_owned());
    }
    let name = name.string.as_deref().ok_or(NO_LITERALS)?;
    let not = if is_there { "" } else { "NOT " };
    Ok(Check::holds(format!("SELECT {not}EXISTS (SELECT FROM {catalog} WHERE {column} = {})", Literal(name))))
}

fn of_type(call: &Call, more: &str, is_there: bool) -> Result<Check, String> {
    let (schema, names) = names(&call.arguments, 1)?;
    let [name] = names.as_slice() else { return Err(NO_LITERALS.to_owned()) };
    let is = Named { schema, name }.is("typnamespace", "typname", "pg_type_is_visible(oid)");
    let not = if is_there { "" } else { "NOT " };
    Ok(Check::holds(format!("SELECT {not}EXISTS (SELECT FROM pg_type WHERE {is}{more})")))
}

fn labels(call: &Call) -> Result<Check, String> {
    let (before, labels) = up_to_array(call).ok_or(NO_LITERALS)?;
    let (schema, name) = match before {
        [name] => (None, name),
        [schema, name] => (schema.string.as_deref(), name),
        _ => return Err(NO_LITERALS.to_owned()),
    };
    let name = name.string.as_deref().ok_or(NO_LITERALS)?;
    let is = Named { schema, name }.is("typnamespace", "typname", "pg_type_is_visible(t.oid)");
    Ok(Check::holds(format!(
        "SELECT array_agg(enumlabel::text ORDER BY enumsortorder) = {} FROM pg_enum JOIN pg_type t ON t.oid = enumtypid WHERE {is}",
        super::names::array(labels)
    )))
}

fn function(call: &Call, is_there: bool) -> Result<Check, String> {
    let (before, arguments) = match up_to_array(call) {
        Some((before, arguments)) => (before, Some(arguments)),
        None => (call.arguments.as_slice(), None),
    };
    let (schema, name) = match (before, arguments) {
        ([name], _) => (None, name),
        ([schema, name], Some(_)) => (schema.string.as_deref(), name),
        ([schema, name], None) if name.is_name => (schema.string.as_deref(), name),
        ([name, _], None) => (None, name),
        ([schema, name, _], None) => (schema.string.as_deref(), name),
        _ => return Err(NO_LITERALS.to_owned()),
    };
    let name = name.string.as_deref().ok_or(NO_LITERALS)?;
    let mut is = Named { schema, name }.is("pronamespace", "proname", "pg_function_is_visible(p.oid)");
    if let Some(arguments) = arguments {
        let wanted: Vec<String> = arguments.iter().map(|argument| type_name(argument)).collect();
        is.push_str(&format!(
            " AND ARRAY(SELECT format_type(type, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY AS a (type, n) ORDER BY n) = {}",
            super::names::array(&wanted)
        ));
    }
    let not = if is_there { "" } else { "NOT " };
    Ok(Check::holds(format!("SELECT {not}EXISTS (SELECT FROM pg_proc p WHERE {is})")))
}

fn tables(call: &Call) -> Result<Check, String> {
    let (before, wanted) = up_to_array(call).ok_or(NO_LITERALS)?;
    let [schema] = before else {
        return Err("it names no schema, and means what the search path shows: name it".to_owned());
    };
    let schema = schema.string.as_deref().ok_or(NO_LITERALS)?;
    let query = format!(
        "SELECT relname::text AS name FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace::regnamespace = to_regnamespace({})",
        Literal(&bare(schema))
    );
    Ok(Check::holds(same(&query, wanted)))
}

fn indexes(call: &Call) -> Result<Check, String> {
    let (before, wanted) = up_to_array(call).ok_or(NO_LITERALS)?;
    let (schema, table) = match before {
        [table] => (None, table),
        [schema, table] => (schema.string.as_deref(), table),
        _ => return Err(NO_LITERALS.to_owned()),
    };
    let relation = Named { schema, name: table.string.as_deref().ok_or(NO_LITERALS)? }.relation();
    let query = format!(
        "SELECT relname::text AS name FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = {relation}"
    );
    Ok(Check::holds(same(&query, wanted)))
}
