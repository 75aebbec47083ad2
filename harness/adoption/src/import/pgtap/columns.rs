//! Assertions on columns.

use phasegate_database::Literal;

use super::{
    call::Call,
    check::Check,
    names::{NO_LITERALS, Named, array, bare, names, up_to_array},
};

/// What an assertion on a column, or on all of a table, becomes; nothing where it is none.
pub(super) fn columns(call: &Call) -> Option<Result<Check, String>> {
    Some(match call.name.as_str() {
        "has_column" => column(call, 2, "count(*) = 1", |_| String::new()),
        "hasnt_column" => absent(call),
        "col_not_null" => column(call, 2, "a.attnotnull", |_| String::new()),
        "col_is_null" => column(call, 2, "NOT a.attnotnull", |_| String::new()),
        "col_has_default" => column(call, 2, "a.atthasdef", |_| String::new()),
        "col_hasnt_default" => column(call, 2, "NOT a.atthasdef", |_| String::new()),
        "col_type_is" => column(call, 3, "format_type(a.atttypid, a.atttypmod) = ", |names| {
            Literal(&type_name(names.get(2).copied().unwrap_or_default())).to_string()
        }),
        "col_default_is" => default(call),
        "columns_are" => columns_are(call),
        _ => return None,
    })
}

fn from(relation: &str, column: &str) -> String {
    format!(
        "FROM pg_attribute a WHERE a.attrelid = {relation} AND a.attname = {} AND a.attnum > 0 AND NOT a.attisdropped",
        Literal(column)
    )
}

fn column(call: &Call, needed: usize, claim: &str, rest: impl Fn(&[&str]) -> String) -> Result<Check, String> {
    let (schema, names) = names(&call.arguments, needed)?;
    let [table, column, ..] = names.as_slice() else { return Err("it names no column".to_owned()) };
    let relation = Named { schema, name: table }.relation();
    Ok(Check::holds(format!("SELECT {claim}{} {}", rest(&names), from(&relation, column))))
}

fn absent(call: &Call) -> Result<Check, String> {
    let (schema, names) = names(&call.arguments, 2)?;
    let [table, column] = names.as_slice() else { return Err("it names no column".to_owned()) };
    let key = format!("column {}.{}", Named { schema, name: table }.key(), bare(column));
    Ok(Check::Absent { key })
}

/// A default is compared as pgTAP does it: a call of a function and the like by its text, and all else by its value, for which
/// the server computes what the catalog says.
fn default(call: &Call) -> Result<Check, String> {
    // A fourth argument is a description, unless the third is cast to a name and is the column.
    let (names, wanted) = match call.arguments.as_slice() {
        [table, column, wanted] | [table, column, wanted, _] => ((None, table, column), wanted),
        [schema, table, column, wanted, _] => ((Some(schema), table, column), wanted),
        _ => return Err(NO_LITERALS.to_owned()),
    };
    if call.arguments.len() == 4 && call.arguments.get(2).is_some_and(|third| third.is_name) {
        return Err("whether it names a schema cannot be told: say a description as well".to_owned());
    }
    let (schema, table, column) = names;
    let literal = |argument: &super::call::Argument| argument.string.clone().ok_or(NO_LITERALS);
    let is_bare = |text: &&String| text.parse::<f64>().is_ok() || ["true", "false"].contains(&text.as_str());
    let bare = Some(&wanted.text).filter(is_bare).cloned();
    let wanted = Literal(&wanted.string.clone().or(bare).ok_or(NO_LITERALS)?).to_string();
    let schema = schema.map(literal).transpose()?;
    let (table, column) = (literal(table)?, literal(column)?);
    let relation = Named { schema: schema.as_deref(), name: &table }.relation();
    Ok(Check::holds(format!(
        "SELECT CASE WHEN met ~ '^[^'']+[(]' OR met ~ '[)]::[^'']+$' OR met ~ '^(CURRENT_|SESSION_USER|USER|LOCALTIME)' THEN met = {wanted} \
         ELSE query_to_xml(format('SELECT 1 WHERE (%s)::%s IS NOT DISTINCT FROM %L::%s', met, type, {wanted}::text, type), false, \
         false, '')::text LIKE '%<row%' END FROM (SELECT pg_get_expr(d.adbin, d.adrelid) AS met, \
         format_type(a.atttypid, a.atttypmod) AS type {} AND a.atthasdef) AS the",
        from(&relation, &column).replacen(
            "FROM pg_attribute a WHERE ",
            "FROM pg_attribute a JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE ",
            1
        )
    )))
}

fn columns_are(call: &Call) -> Result<Check, String> {
    let why = "it is called with what is no ARRAY of literals";
    let (before, wanted) = up_to_array(call).ok_or(why)?;
    let (schema, table) = match before {
        [table] => (None, table),
        [schema, table] => (schema.string.as_deref(), table),
        _ => return Err(why.to_owned()),
    };
    let relation = Named { schema, name: table.string.as_deref().ok_or(why)? }.relation();
    Ok(Check::holds(same(
        &format!(
            "SELECT a.attname::text AS name FROM pg_attribute a WHERE a.attrelid = {relation} AND a.attnum > 0 AND NOT a.attisdropped"
        ),
        wanted,
    )))
}

/// SQL that says whether a query of names gives just these, in any order.
pub(super) fn same(query: &str, wanted: &[String]) -> String {
    format!(
        "SELECT (SELECT array_agg(name ORDER BY name COLLATE \"C\") FROM ({query}) AS met) IS NOT DISTINCT FROM \
         (SELECT array_agg(name ORDER BY name COLLATE \"C\") FROM unnest({}) AS name)",
        array(wanted)
    )
}

/// A type as the server names it.
pub(super) fn type_name(written: &str) -> String {
    const ALIASES: [(&str, &str); 17] = [
        ("int", "integer"),
        ("int4", "integer"),
        ("int8", "bigint"),
        ("int2", "smallint"),
        ("bool", "boolean"),
        ("varchar", "character varying"),
        ("char", "character"),
        ("bpchar", "character"),
        ("timestamptz", "timestamp with time zone"),
        ("timestamp", "timestamp without time zone"),
        ("timetz", "time with time zone"),
        ("time", "time without time zone"),
        ("float8", "double precision"),
        ("float", "double precision"),
        ("float4", "real"),
        ("decimal", "numeric"),
        ("varbit", "bit varying"),
    ];
    let written = written.trim();
    let (written, dimensions) = written.strip_suffix("[]").map_or((written, ""), |base| (base, "[]"));
    let (base, rest) = written.find('(').map_or((written, String::new()), |at| {
        (written[..at].trim_end(), written[at..].split_whitespace().collect::<String>())
    });
    // A longer name of the server's own, as `timestamp(3) with time zone`, is written as it is.
    if !rest.is_empty() && !rest.ends_with(')') {
        return format!("{written}{dimensions}");
    }
    let Some((_, name)) = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(base)) else {
        return format!("{base}{rest}{dimensions}");
    };
    // The number stands within the name where that has several words.
    let name = match name.split_once(' ').filter(|(_, zone)| zone.ends_with("time zone")) {
        Some((first, zone)) => format!("{first}{rest} {zone}"),
        None if base.eq_ignore_ascii_case("char") && rest.is_empty() => format!("{name}(1)"),
        None => format!("{name}{rest}"),
    };
    format!("{name}{dimensions}")
}

#[cfg(test)]
mod tests {
    use super::type_name;

    #[test]
    fn a_type_is_named_as_the_server_does() {
        for (written, named) in [
            ("int", "integer"),
            ("varchar(10)", "character varying(10)"),
            ("character varying(10)", "character varying(10)"),
            ("numeric(10, 2)", "numeric(10,2)"),
            ("timestamptz(3)", "timestamp(3) with time zone"),
            ("timestamp with time zone", "timestamp with time zone"),
            ("timestamp(3) with time zone", "timestamp(3) with time zone"),
            ("int4[]", "integer[]"),
            ("app.mood", "app.mood"),
            ("char", "character(1)"),
        ] {
            assert_eq!(type_name(written), named);
        }
    }
}
