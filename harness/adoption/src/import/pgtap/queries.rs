//! Assertions on what queries give.

use squawk_syntax::{
    SourceFile,
    ast::{self, AstNode},
};

use super::{
    arrangement::Arrangement,
    call::{Argument, Call},
    check::Check,
};

/// What an assertion on queries becomes; nothing where it is none.
pub(super) fn queries(call: &Call, arrangement: &Arrangement<'_>) -> Option<Result<Check, String>> {
    Some(match call.name.as_str() {
        "is_empty" => of_one(call, arrangement).map(|query| Check::Violations {
            examined: examined(&query).unwrap_or_else(|| format!("SELECT count(*) FROM ({query}) AS met")),
            query,
        }),
        "isnt_empty" => {
            of_one(call, arrangement).map(|query| Check::holds(format!("SELECT EXISTS (SELECT FROM ({query}) AS met)")))
        }
        "results_eq" => of_two(call, arrangement).map(|(met, wanted)| none(&in_order(&met, &wanted))),
        "results_ne" => of_two(call, arrangement).map(|(met, wanted)| some(&in_order(&met, &wanted))),
        "set_eq" => of_two(call, arrangement).map(|(met, wanted)| none(&either_way(&met, &wanted, "EXCEPT"))),
        "set_ne" => of_two(call, arrangement).map(|(met, wanted)| some(&either_way(&met, &wanted, "EXCEPT"))),
        "bag_eq" => of_two(call, arrangement).map(|(met, wanted)| none(&either_way(&met, &wanted, "EXCEPT ALL"))),
        "bag_ne" => of_two(call, arrangement).map(|(met, wanted)| some(&either_way(&met, &wanted, "EXCEPT ALL"))),
        "set_has" => of_two(call, arrangement).map(|(met, wanted)| none(&both(&wanted, "EXCEPT", &met))),
        "bag_has" => of_two(call, arrangement).map(|(met, wanted)| none(&both(&wanted, "EXCEPT ALL", &met))),
        "set_hasnt" | "bag_hasnt" => {
            of_two(call, arrangement).map(|(met, wanted)| none(&both(&wanted, "INTERSECT", &met)))
        }
        _ => return None,
    })
}

fn none(differences: &str) -> Check {
    Check::holds(format!("SELECT NOT EXISTS ({differences})"))
}

fn some(differences: &str) -> Check {
    Check::holds(format!("SELECT EXISTS ({differences})"))
}

fn both(one: &str, operator: &str, other: &str) -> String {
    format!("(SELECT * FROM ({one}) AS one) {operator} (SELECT * FROM ({other}) AS other)")
}

fn either_way(met: &str, wanted: &str, operator: &str) -> String {
    format!("({}) UNION ALL ({})", both(met, operator, wanted), both(wanted, operator, met))
}

/// Rows compared one by one, as records: other types are another result, as they are to pgTAP.
fn in_order(met: &str, wanted: &str) -> String {
    let numbered = |query: &str| format!("SELECT row_number() OVER () AS n, given AS row FROM ({query}) AS given");
    format!(
        "SELECT FROM ({}) AS met FULL JOIN ({}) AS wanted USING (n) WHERE met.n IS NULL OR wanted.n IS NULL OR met.row IS DISTINCT FROM wanted.row",
        numbered(met),
        numbered(wanted)
    )
}

fn of_one(call: &Call, arrangement: &Arrangement<'_>) -> Result<String, String> {
    query(call.arguments.first().ok_or("it names no query")?, arrangement)
}

fn of_two(call: &Call, arrangement: &Arrangement<'_>) -> Result<(String, String), String> {
    let [met, wanted, ..] = call.arguments.as_slice() else { return Err("it names no two queries".to_owned()) };
    Ok((query(met, arrangement)?, query(wanted, arrangement)?))
}

/// A query of which a comparison can be made: one that a subquery can hold.
fn query(argument: &Argument, arrangement: &Arrangement<'_>) -> Result<String, String> {
    if argument.string.is_none() && argument.text.to_lowercase().starts_with("array") {
        return Ok(format!("SELECT unnest({})", argument.text));
    }
    let sql = arrangement.sql(argument)?;
    let first =
        sql.split(|c: char| !c.is_alphabetic()).find(|word| !word.is_empty()).unwrap_or_default().to_lowercase();
    if ["select", "values", "table", "with"].contains(&first.as_str()) {
        return Ok(sql);
    }
    Err(format!("`{first}` gives rows that no subquery holds"))
}

/// A query that counts the rows among which another looks: its FROM without its conditions.
fn examined(query: &str) -> Option<String> {
    let parse = SourceFile::parse(query);
    let Some(ast::Stmt::Select(select)) = parse.tree().stmts().next() else { return None };
    let is_plain = parse.errors().is_empty() && select.with_clause().is_none();
    let from = select.from_clause().filter(|_| is_plain)?;
    Some(format!("SELECT count(*) {}", from.syntax().text().to_string().trim()))
}

#[cfg(test)]
mod tests {
    use super::examined;

    #[test]
    fn what_a_query_looks_at_is_its_from_without_conditions() {
        let counted = examined("SELECT id FROM notes n JOIN tags t USING (id) WHERE t.at > now() ORDER BY 1");
        assert_eq!(counted.as_deref(), Some("SELECT count(*) FROM notes n JOIN tags t USING (id)"));
        assert_eq!(examined("WITH a AS (SELECT 1) SELECT * FROM a"), None);
    }
}
