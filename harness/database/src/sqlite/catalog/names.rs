//! Which words in double quotes are names. SQLite takes one that names nothing for a string, and strings have a case.

use std::collections::BTreeSet;

use super::token::{Kind, Token};

/// Makes strings of the words in double quotes that are no names. Only where every name is known can that be told: in a
/// table and its indexes. SQLite itself rewrites them so when a column is renamed.
pub(super) fn settle_all(tokens: &mut [Token<'_>], columns: &BTreeSet<String>) {
    let known = columns.iter().map(String::as_str).chain(["_rowid_", "oid", "rowid"]).map(str::to_owned).collect();
    settle(tokens, &known);
    for token in tokens.iter_mut().filter(|token| token.kind == Kind::NameOrText) {
        token.kind = Kind::Text;
    }
}

/// Makes a name of each word in double quotes that can be nothing else: it is known, or stands where SQLite expects one.
pub(super) fn settle(tokens: &mut [Token<'_>], known: &BTreeSet<String>) {
    let of_index = tokens.iter().take(3).any(|token| token.is("index"));
    // For each bracket that is open: whether it holds a list of names.
    let mut open: Vec<bool> = Vec::new();
    for at in 0..tokens.len() {
        let before = |steps: usize| at.checked_sub(steps).map(|at| tokens[at]);
        let is_before = |steps: usize, words: &[&str]| before(steps).is_some_and(|token| token.is_any(words));
        let is_after = |words: &[&str]| tokens.get(at + 1).is_some_and(|token| token.is_any(words));
        let token = tokens[at];
        if token.is("(") {
            let of_table = is_before(2, &["references", "into", "view"]) || of_index && is_before(2, &["on"]);
            open.push(of_table || is_before(1, &["key", "unique"]));
        } else if token.is(")") {
            open.pop();
        }
        let listed = open.last() == Some(&true)
            && is_before(1, &["(", ","])
            && is_after(&[",", ")", "collate", "asc", "desc", "autoincrement"]);
        if token.kind == Kind::NameOrText
            && (listed
                || is_before(1, &[".", "as", "collate", "constraint", "into", "join", "references", "update"])
                || is_before(1, &["from"]) && !is_before(2, &["distinct"])
                || is_after(&[".", "("])
                || known.contains(&token.name()))
        {
            tokens[at].kind = Kind::Name;
        }
    }
}

/// The bare words of a statement and the names in other quotes; after DEFAULT both are strings.
pub(super) fn bare_names<'t>(tokens: &'t [Token<'_>]) -> impl Iterator<Item = String> + 't {
    let is_name = |at: &usize| match tokens[*at].kind {
        Kind::Name => true,
        Kind::Word => !is_reserved(&tokens[*at].name()),
        _ => false,
    };
    let is_default = |at: &usize| at.checked_sub(1).is_some_and(|before| tokens[before].is("default"));
    (0..tokens.len()).filter(is_name).filter(move |at| !is_default(at)).map(|at| tokens[at].name())
}

/// Whether the word in lower case is a keyword wherever it stands bare: the tokens without a fallback in SQLite's grammar.
pub(super) fn is_reserved(word: &str) -> bool {
    matches!(
        word,
        "add"
            | "all"
            | "alter"
            | "and"
            | "as"
            | "autoincrement"
            | "between"
            | "case"
            | "check"
            | "collate"
            | "commit"
            | "constraint"
            | "create"
            | "default"
            | "deferrable"
            | "delete"
            | "distinct"
            | "drop"
            | "else"
            | "escape"
            | "except"
            | "exists"
            | "foreign"
            | "from"
            | "group"
            | "having"
            | "in"
            | "index"
            | "insert"
            | "intersect"
            | "into"
            | "is"
            | "isnull"
            | "join"
            | "limit"
            | "not"
            | "nothing"
            | "notnull"
            | "null"
            | "on"
            | "or"
            | "order"
            | "primary"
            | "references"
            | "returning"
            | "select"
            | "set"
            | "table"
            | "then"
            | "to"
            | "transaction"
            | "union"
            | "unique"
            | "update"
            | "using"
            | "values"
            | "when"
            | "where"
    )
}

/// Whether the word would be a keyword, were it bare before this token, though elsewhere it may be a name.
pub(super) fn is_keyword_before(word: &str, after: Option<&Token<'_>>) -> bool {
    const JOINS: [&str; 7] = ["cross", "full", "inner", "left", "natural", "outer", "right"];
    let is = |words: &[&str]| after.is_some_and(|token| token.is_any(words));
    match word {
        "cast" | "current_date" | "current_time" | "current_timestamp" | "false" | "raise" | "true" => true,
        "unbounded" => is(&["preceding", "following"]),
        // Quoted, they are the end of a type.
        "generated" => after.is_some_and(|token| token.name() == "always"),
        "always" => after.is_none_or(|token| token.is("as")),
        _ => JOINS.contains(&word) && (is(&["join"]) || is(&JOINS)),
    }
}
