//! Assertions that a statement is refused, or is not.

use super::{
    arrangement::Arrangement,
    call::{Argument, Call},
    check::Check,
};

/// What an assertion on a statement becomes; nothing where it is none.
pub(super) fn writes(call: &Call, arrangement: &Arrangement<'_>) -> Option<Result<Check, String>> {
    let run = || arrangement.sql(call.arguments.first().ok_or("it names no statement")?);
    Some(match call.name.as_str() {
        "lives_ok" => run().map(|run| Check::Accepted { run }),
        "throws_ok" => run().and_then(|run| {
            let (sqlstate, by) = refusal(call.arguments.get(1..).unwrap_or_default(), arrangement)?;
            let neighbour = arrangement.neighbour(&run);
            Ok(Check::Refused { run, sqlstate, by, neighbour })
        }),
        _ => return None,
    })
}

/// The SQLSTATE and what refuses: pgTAP knows the code and the message, and the message names the cause, or a function that
/// raises it.
fn refusal(said: &[Argument], arrangement: &Arrangement<'_>) -> Result<(String, String), String> {
    let (code, message) = code_and_message(said)?;
    let Some(message) = message else {
        return Err("it does not say by which message: a check names what refuses (`by`)".to_owned());
    };
    let told = named(&message).map(|(code, by)| (code.to_owned(), by));
    let found = told.or_else(|| arrangement.raising(&message).map(|by| ("P0001".to_owned(), by)));
    let Some((usual, by)) = found else {
        return Err(format!("nothing tells what refuses with \"{message}\": a check names it (`by`)"));
    };
    Ok((code.unwrap_or(usual), by))
}

fn code_and_message(said: &[Argument]) -> Result<(Option<String>, Option<String>), String> {
    let text = |argument: Option<&Argument>| match argument {
        None => Ok(None),
        Some(argument) if argument.text.eq_ignore_ascii_case("null") => Ok(None),
        Some(Argument { string: Some(text), .. }) => Ok(Some(text.clone())),
        Some(argument) if argument.text.chars().all(|digit| digit.is_ascii_digit()) => Ok(Some(argument.text.clone())),
        Some(_) => Err("its code or its message is no literal".to_owned()),
    };
    let first = text(said.first())?;
    let is_code = first.as_ref().is_some_and(|first| first.len() == 5);
    let is_left_out = first.is_none() && said.len() > 1;
    if is_code || is_left_out { Ok((first, text(said.get(1))?)) } else { Ok((None, first)) }
}

/// What the server's own message names, and the SQLSTATE that goes with it.
fn named(message: &str) -> Option<(&'static str, String)> {
    let quoted_after = |words: &str| {
        let (_, rest) = message.split_once(words)?;
        rest.strip_prefix('"')?.split('"').next().map(str::to_owned)
    };
    for (code, words) in [
        ("23505", "violates unique constraint "),
        ("23514", "violates check constraint "),
        ("23503", "violates foreign key constraint "),
        ("23P01", "violates exclusion constraint "),
    ] {
        if let Some(name) = quoted_after(words) {
            return Some((code, name));
        }
    }
    if message.contains("violates not-null constraint") {
        return Some(("23502", quoted_after("null value in column ")?));
    }
    if let Some(table) = quoted_after("violates row-level security policy for table ") {
        return Some(("42501", format!("rls {table}")));
    }
    if let Some(object) = message.strip_prefix("permission denied for ") {
        return Some(("42501", format!("privilege {}", object.rsplit(' ').next()?)));
    }
    if let Some(name) = message.strip_prefix("value too long for type ") {
        return Some(("22001", format!("type {name}")));
    }
    let rest = message
        .strip_prefix("invalid input syntax for type ")
        .or_else(|| message.strip_prefix("invalid input value for enum "))?;
    Some(("22P02", format!("type {}", rest.split(':').next()?.trim())))
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn the_servers_messages_name_what_refuses() {
        for (message, code, by) in [
            ("duplicate key value violates unique constraint \"notes_slug\"", "23505", "notes_slug"),
            ("null value in column \"slug\" of relation \"notes\" violates not-null constraint", "23502", "slug"),
            ("new row for relation \"notes\" violates check constraint \"slug_is_short\"", "23514", "slug_is_short"),
            ("insert or update on table \"a\" violates foreign key constraint \"a_b_fkey\"", "23503", "a_b_fkey"),
            ("new row violates row-level security policy for table \"notes\"", "42501", "rls notes"),
            ("permission denied for table notes", "42501", "privilege notes"),
            ("invalid input syntax for type integer: \"x\"", "22P02", "type integer"),
        ] {
            assert_eq!(named(message), Some((code, by.to_owned())), "{message}");
        }
        assert_eq!(named("a note needs a body"), None);
    }
}
