//! Assertions on owners, privileges and policies.

use phasegate_database::Literal;

use super::{
    call::Call,
    check::Check,
    columns::same,
    names::{NO_LITERALS, Named, array, bare, names, up_to_array},
};

/// The privileges that pgTAP looks at: `MAINTAIN`, which PostgreSQL 17 has as well, is none of them.
const OF_TABLES: [&str; 7] = ["DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"];
const OF_SCHEMAS: [&str; 2] = ["CREATE", "USAGE"];
const OF_SEQUENCES: [&str; 3] = ["SELECT", "UPDATE", "USAGE"];

/// What an assertion on rights becomes; nothing where it is none.
pub(super) fn rights(call: &Call) -> Option<Result<Check, String>> {
    Some(match call.name.as_str() {
        "table_owner_is" => owner(call, "'r', 'p'"),
        "view_owner_is" => owner(call, "'v'"),
        "materialized_view_owner_is" => owner(call, "'m'"),
        "sequence_owner_is" => owner(call, "'S'"),
        "schema_owner_is" => schema_owner(call),
        "table_privs_are" => privileges(call, "has_table_privilege", &OF_TABLES),
        "sequence_privs_are" => privileges(call, "has_sequence_privilege", &OF_SEQUENCES),
        "schema_privs_are" => schema_privileges(call),
        "policies_are" => policies(call),
        "policy_cmd_is" => policy_command(call),
        "policy_roles_are" => policy_roles(call),
        _ => return None,
    })
}

fn owner(call: &Call, kinds: &str) -> Result<Check, String> {
    let (schema, names) = names(&call.arguments, 2)?;
    let [name, owner] = names.as_slice() else { return Err(NO_LITERALS.to_owned()) };
    let relation = Named { schema, name }.relation();
    Ok(Check::holds(format!(
        "SELECT pg_get_userbyid(relowner) = {} FROM pg_class WHERE oid = {relation} AND relkind IN ({kinds})",
        Literal(owner)
    )))
}

fn schema_owner(call: &Call) -> Result<Check, String> {
    let strings: Option<Vec<&str>> = call.arguments.iter().map(|argument| argument.string.as_deref()).collect();
    let strings = strings.ok_or(NO_LITERALS)?;
    let ([schema, owner] | [schema, owner, _]) = strings.as_slice() else { return Err(NO_LITERALS.to_owned()) };
    Ok(Check::holds(format!(
        "SELECT pg_get_userbyid(nspowner) = {} FROM pg_namespace WHERE nspname = {}",
        Literal(owner),
        Literal(schema)
    )))
}

/// The names before the array of a call, and the array.
fn before_array(call: &Call) -> Result<(Vec<&str>, &[String]), String> {
    let (before, wanted) = up_to_array(call).ok_or(NO_LITERALS)?;
    let before: Option<Vec<&str>> = before.iter().map(|argument| argument.string.as_deref()).collect();
    Ok((before.ok_or(NO_LITERALS)?, wanted))
}

/// That a role has these of all privileges on an object, and no other; of an object that is not there nothing holds.
fn exactly(object: &str, function: &str, role: &str, all: &[&str], wanted: &[String]) -> Check {
    let query =
        format!("SELECT name FROM unnest({}) AS name WHERE {function}({}, {object}, name)", array(all), Literal(role));
    Check::holds(format!("SELECT {object} IS NOT NULL AND holds.them FROM ({}) AS holds (them)", same(&query, wanted)))
}

fn privileges(call: &Call, function: &str, all: &[&str]) -> Result<Check, String> {
    let (names, wanted) = before_array(call)?;
    let (schema, name, role) = match names.as_slice() {
        [name, role] => (None, name, role),
        [schema, name, role] => (Some(*schema), name, role),
        _ => return Err(NO_LITERALS.to_owned()),
    };
    Ok(exactly(&Named { schema, name }.relation(), function, role, all, wanted))
}

fn schema_privileges(call: &Call) -> Result<Check, String> {
    let (names, wanted) = before_array(call)?;
    let [schema, role] = names.as_slice() else { return Err(NO_LITERALS.to_owned()) };
    let schema = format!("to_regnamespace({})", Literal(&bare(schema)));
    Ok(exactly(&schema, "has_schema_privilege", role, &OF_SCHEMAS, wanted))
}

fn policies(call: &Call) -> Result<Check, String> {
    let (names, wanted) = before_array(call)?;
    let (schema, name) = match names.as_slice() {
        [name] => (None, name),
        [schema, name] => (Some(*schema), name),
        _ => return Err(NO_LITERALS.to_owned()),
    };
    let relation = Named { schema, name }.relation();
    Ok(Check::holds(same(&format!("SELECT polname::text AS name FROM pg_policy WHERE polrelid = {relation}"), wanted)))
}

fn policy_command(call: &Call) -> Result<Check, String> {
    let (schema, names) = names(&call.arguments, 3)?;
    let [table, policy, command] = names.as_slice() else { return Err(NO_LITERALS.to_owned()) };
    Ok(Check::holds(format!(
        "SELECT CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' \
         ELSE 'ALL' END = upper({}) FROM pg_policy WHERE polrelid = {} AND polname = {}",
        Literal(command),
        Named { schema, name: table }.relation(),
        Literal(policy)
    )))
}

fn policy_roles(call: &Call) -> Result<Check, String> {
    let (names, wanted) = before_array(call)?;
    let (schema, table, policy) = match names.as_slice() {
        [table, policy] => (None, table, policy),
        [schema, table, policy] => (Some(*schema), table, policy),
        _ => return Err(NO_LITERALS.to_owned()),
    };
    Ok(Check::holds(same(
        &format!(
            "SELECT rolname::text AS name FROM pg_policy JOIN pg_roles r ON r.oid = ANY (polroles) WHERE polrelid = {} AND polname = {}",
            Named { schema, name: table }.relation(),
            Literal(policy)
        ),
        wanted,
    )))
}
