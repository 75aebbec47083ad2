//! Assertions on values: each is a condition that SQL itself can judge.

use super::call::Call;

/// The condition that an assertion stands for; nothing where it is none on values.
pub(super) fn values(call: &Call) -> Option<Result<String, String>> {
    let operator = match call.name.as_str() {
        "ok" => {
            let condition = call.arguments.first().map(|first| first.text.clone());
            return Some(condition.ok_or_else(|| "it has no argument".to_owned()));
        }
        "cmp_ok" => {
            let operator = call.arguments.get(1).and_then(|operator| operator.string.as_deref());
            let known =
                operator.filter(|text| !text.is_empty() && text.chars().all(|sign| "+-*/<>=~!@#%^&|`?".contains(sign)));
            return Some(match known {
                Some(operator) => between(call, 0, operator, 2),
                None => Err("its operator is no literal".to_owned()),
            });
        }
        "is" => "IS NOT DISTINCT FROM",
        "isnt" => "IS DISTINCT FROM",
        "matches" => "~",
        "imatches" => "~*",
        "doesnt_match" => "!~",
        "doesnt_imatch" => "!~*",
        "alike" => "~~",
        "ialike" => "~~*",
        "unalike" => "!~~",
        "unialike" => "!~~*",
        _ => return None,
    };
    Some(between(call, 0, operator, 1))
}

fn between(call: &Call, left: usize, operator: &str, right: usize) -> Result<String, String> {
    match (call.arguments.get(left), call.arguments.get(right)) {
        (Some(left), Some(right)) => Ok(format!("({}) {operator} ({})", left.text, right.text)),
        _ => Err("it has too few arguments".to_owned()),
    }
}
