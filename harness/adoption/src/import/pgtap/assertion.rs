//! The assertions of pgTAP, and what each becomes.

use super::{
    arrangement::Arrangement,
    call::{Call, Query},
    check::Check,
    columns::columns,
    constraints::constraints,
    objects::objects,
    queries::queries,
    rights::rights,
    values::values,
    writes::writes,
};

/// The functions of pgTAP that frame tests or tell something, and assert nothing.
const FRAME: [&str; 14] = [
    "plan",
    "no_plan",
    "finish",
    "diag",
    "todo",
    "todo_start",
    "todo_end",
    "in_todo",
    "num_failed",
    "pg_version",
    "pg_version_num",
    "pgtap_version",
    "os_name",
    "collect_tap",
];
/// Beginnings and ends of the names of assertions on a schema; the rest stands by itself.
const BEGINNINGS: [&str; 10] =
    ["has_", "hasnt_", "col_", "is_", "isnt_", "throws_", "results_", "set_", "bag_", "index_"];
const ENDS: [&str; 10] =
    ["_are", "_owner_is", "_privs_are", "_is", "_isnt", "_returns", "_trusted", "_instead", "_on", "_cmd_is"];
const OTHERS: [&str; 27] = [
    "enum_has_labels",
    "ok",
    "is",
    "isnt",
    "pass",
    "fail",
    "matches",
    "imatches",
    "doesnt_match",
    "doesnt_imatch",
    "alike",
    "ialike",
    "unalike",
    "unialike",
    "cmp_ok",
    "isa_ok",
    "can",
    "lives_ok",
    "performs_ok",
    "performs_within",
    "row_eq",
    "fk_ok",
    "skip",
    "runtests",
    "do_tap",
    "check_test",
    "has_relation",
];
/// Names that look like those of assertions and are PostgreSQL's own.
const NOT: [&str; 14] = [
    "has_table_privilege",
    "has_schema_privilege",
    "has_column_privilege",
    "has_function_privilege",
    "has_database_privilege",
    "has_sequence_privilege",
    "has_any_column_privilege",
    "has_type_privilege",
    "has_language_privilege",
    "set_config",
    "set_bit",
    "set_byte",
    "col_description",
    "set_masklen",
];

/// Whether a function of this name asserts something.
pub(super) fn is_assertion(name: &str) -> bool {
    !NOT.contains(&name)
        && (OTHERS.contains(&name)
            || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
            || ENDS.iter().any(|end| name.ends_with(end)))
}

/// Whether a function of this name frames tests.
pub(super) fn is_frame(name: &str) -> bool {
    FRAME.contains(&name)
}

/// A check that an assertion became, and what it is given.
#[derive(Debug)]
pub(super) struct Translated {
    pub(super) check: Check,
    pub(super) given: Option<String>,
}

/// What an assertion becomes.
///
/// # Errors
/// Why it becomes nothing.
pub(super) fn translate(call: &Call, query: &Query, arrangement: &Arrangement<'_>) -> Result<Translated, String> {
    let lost = |lost: super::arrangement::Lost| format!("it rests on line {}, which was not taken over", lost.line);
    if let Some(condition) = values(call) {
        let given = arrangement.given().map_err(lost)?;
        let check = Check::holds(asked(&condition?, query));
        return Ok(Translated { check, given });
    }
    if !query.after.is_empty() || !query.before.is_empty() {
        return Err("it is asserted of each row of a query: write one check of what they have in common".to_owned());
    }
    if let Some(check) = objects(call).or_else(|| columns(call)).or_else(|| constraints(call)).or_else(|| rights(call))
    {
        let given = arrangement.given_to_the_schema().map_err(lost)?;
        return Ok(Translated { check: check?, given });
    }
    if let Some(check) = queries(call, arrangement).or_else(|| writes(call, arrangement)) {
        let check = check?;
        return Ok(Translated { check, given: arrangement.given().map_err(lost)? });
    }
    Err(match call.name.as_str() {
        "pass" | "fail" | "skip" => "it looks at nothing".to_owned(),
        "performs_ok" | "performs_within" => "it measures time: give the check a `timeout`".to_owned(),
        _ => format!("`{}` has no translation yet: write a check, or run the file as it is (`tap`)", call.name),
    })
}

/// A query for a condition on each row of another, which must hold of all of them, and of one at least.
fn asked(condition: &str, query: &Query) -> String {
    if query.after.is_empty() && query.before.is_empty() {
        return format!("SELECT {condition}");
    }
    let whole = format!("{} SELECT {condition} AS holds {}", query.before, query.after);
    format!("SELECT DISTINCT holds FROM ({}) AS asserted", whole.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_of_pgtap_is_an_assertion_or_frames_them() {
        for name in [
            "columns_are",
            "policy_cmd_is",
            "function_returns",
            "domain_type_isnt",
            "rule_is_on",
            "volatility_is",
            "fk_ok",
            "enum_has_labels",
        ] {
            assert!(is_assertion(name) && !is_frame(name), "{name}");
        }
        for name in ["has_table_privilege", "set_config", "plan", "finish", "count", "lower", "diag"] {
            assert!(!is_assertion(name), "{name}");
        }
    }
}
