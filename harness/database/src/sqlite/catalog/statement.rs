//! The line of a stored statement without its head, which the key says.

use std::collections::BTreeSet;

use super::{
    names::{bare_names, settle, settle_all},
    table::Table,
    token::{Kind, Token, tokens},
    words::{name, words},
};

/// `table [WITHOUT ROWID] [STRICT]`.
pub(super) fn options(table: &Table<'_>) -> String {
    let options = table.options.iter().map(|option| words(option));
    std::iter::once("table".to_owned()).chain(options).collect::<Vec<_>>().join(" ")
}

/// `virtual table USING module(arguments)`, the arguments as they are written.
pub(super) fn virtual_table(sql: &str) -> String {
    let mut tokens = tokens(sql);
    let module = tokens.iter().position(|token| token.is("using")).map_or(0, |using| using + 2).min(tokens.len());
    for token in tokens.iter_mut().skip(module).filter(|token| token.kind != Kind::Operator) {
        token.kind = Kind::Verbatim;
    }
    let using = module.saturating_sub(2);
    format!("virtual table {}", words(without_end(&tokens[using..])))
}

/// `[UNIQUE] ON table (...) [WHERE ...]`.
pub(super) fn index(sql: &str, table: &str, columns: &BTreeSet<String>) -> String {
    let mut tokens = tokens(sql);
    settle_all(&mut tokens, columns);
    let unique = if tokens.get(1).is_some_and(|token| token.is("unique")) { "UNIQUE " } else { "" };
    let keys = tokens.iter().position(|token| token.is("on")).map_or(0, |on| on + 2).min(tokens.len());
    format!("{unique}ON {} {}", name(table), words(without_end(&tokens[keys..])))
}

/// The query, with the names of the columns before it where they are given.
pub(super) fn view(sql: &str, known: &BTreeSet<String>) -> String {
    let mut tokens = statement(sql, known);
    let head = end_of_head(&tokens);
    if tokens.get(head).is_some_and(|token| token.is("as")) {
        tokens.remove(head);
    }
    words(without_end(&tokens[head..]))
}

/// All that follows its name.
pub(super) fn trigger(sql: &str, known: &BTreeSet<String>) -> String {
    let tokens = statement(sql, known);
    words(without_end(&tokens[end_of_head(&tokens)..]))
}

/// The tokens of a view or a trigger, in which every name of the file and every bare word of its own may be meant.
fn statement<'t>(sql: &'t str, known: &BTreeSet<String>) -> Vec<Token<'t>> {
    let mut tokens = tokens(sql);
    let known = bare_names(&tokens).chain(known.iter().cloned()).collect();
    settle(&mut tokens, &known);
    tokens
}

/// Where `CREATE [TEMP] kind [IF NOT EXISTS] [schema.]name` ends.
pub(super) fn end_of_head(tokens: &[Token<'_>]) -> usize {
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is(word));
    let kind = tokens.iter().position(|token| token.is_any(&["view", "trigger", "table", "index"])).unwrap_or(0);
    let first = if is(kind + 1, "if") && is(kind + 2, "not") { kind + 4 } else { kind + 1 };
    let last = if is(first + 1, ".") { first + 2 } else { first };
    (last + 1).min(tokens.len())
}

/// The tokens without the semicolon after a statement.
fn without_end<'s, 't>(tokens: &'s [Token<'t>]) -> &'s [Token<'t>] {
    match tokens {
        [rest @ .., last] if last.is(";") => without_end(rest),
        _ => tokens,
    }
}
