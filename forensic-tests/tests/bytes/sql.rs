//! SQL that is split into statements: they stand in the file one after the other, and between them stands nothing.

use std::{cell::Cell, fs, path::PathBuf};

use forensic_tests::damage::{SQL, damage};
use phasegate_database::{Kind, Statement};
use proptest::{prelude::*, sample::select, test_runner::TestCaseError};

use crate::{
    files::{below, repository},
    holds,
};

/// Every SQL file of the fixtures.
fn real() -> Vec<PathBuf> {
    let fixtures = repository().join("fixtures");
    let sql = below(&fixtures).into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "sql"));
    let files: Vec<_> = sql.map(|file| fixtures.join(file)).collect();
    assert!(files.len() > 50);
    files
}

/// What a piece of text that holds no statement stands before.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    Statement,
    End,
}

/// Whether a piece holds no statement: nothing but white space, comments and semicolons. Comments of PostgreSQL nest, and its
/// parser takes a byte order mark for white space wherever it stands; what says to psql alone how it shows what it does goes
/// to the end of its line. For SQLite the end of the text ends any comment.
fn is_nothing(mut text: &str, kind: Kind, before: Before) -> bool {
    let nests = kind == Kind::Postgres;
    loop {
        text = text.trim_start_matches(|c: char| c.is_whitespace() || c == ';' || (nests && c == '\u{feff}'));
        let end = if text.is_empty() {
            return true;
        } else if text.starts_with("--") {
            text.find('\n')
        } else if text.starts_with("/*") {
            end_of_comment(text, nests)
        } else if nests
            && ["\\set ", "\\unset ", "\\restrict ", "\\unrestrict "].iter().any(|own| text.starts_with(own))
        {
            Some(text.find('\n').unwrap_or(text.len()))
        } else {
            return false;
        };
        text = match end {
            Some(end) => &text[end..],
            None => return before == Before::End && (!nests || text.starts_with("--")),
        };
    }
}

fn end_of_comment(text: &str, nests: bool) -> Option<usize> {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        match rest {
            [b'/', b'*', ..] if nests || depth == 0 => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// Takes the statements out of the text, in order: each stands at its line, and nothing is left between them.
fn joins_again(kind: Kind, text: &str, statements: &[Statement]) -> Result<(), TestCaseError> {
    let mut rest = text;
    for statement in statements {
        let mut from = 0;
        let at = loop {
            let found = rest[from..].find(&statement.text).map(|found| from + found);
            prop_assert!(found.is_some(), "{kind:?}: `{}` does not stand in the rest, `{rest}`", statement.text);
            let found = found.unwrap_or_default();
            if is_nothing(&rest[..found], kind, Before::Statement) {
                break found;
            }
            from = found + rest[found..].chars().next().map_or(1, char::len_utf8);
        };
        let before = text.len() - rest.len() + at;
        let line = text[..before].matches('\n').count() + 1;
        prop_assert_eq!(
            usize::try_from(statement.line).ok(),
            Some(line),
            "{:?}: the line of `{}`",
            kind,
            &statement.text
        );
        rest = &rest[at + statement.text.len()..];
    }
    prop_assert!(is_nothing(rest, kind, Before::End), "{kind:?}: `{rest}` is left");
    Ok(())
}

fn splits(kind: Kind, text: &str) -> Result<bool, TestCaseError> {
    let Ok(statements) = kind.split(text) else { return Ok(false) };
    joins_again(kind, text, &statements)?;
    // What is joined again is split again where it was.
    let texts: Vec<&str> = statements.iter().map(|statement| statement.text.as_str()).collect();
    let joined: String = texts.iter().map(|text| format!("{text}\n;\n")).collect();
    let again = kind.split(&joined);
    prop_assert!(again.is_ok(), "{kind:?}: {again:?} of `{joined}`");
    let again = again.unwrap_or_default();
    let again: Vec<&str> = again.iter().map(|statement| statement.text.as_str()).collect();
    prop_assert_eq!(again, texts, "{:?}", kind);
    // A check's SQL is asked whether it keeps within its transaction.
    for one in [true, false] {
        let _ = kind.contained(text, one);
    }
    Ok(true)
}

fn statements_of_damaged_files_join_again(kind: Kind) {
    let files = real();
    let values = (select(files.clone()), select(files), damage(SQL));
    let (split, refused) = (Cell::new(0), Cell::new(0));
    holds(kind.capabilities().name, 256, &values, |(file, other, damage)| {
        let [file, other] = [file, other].map(|file| fs::read(file).expect("readable"));
        let damaged = damage.to(&file, &other);
        // Files that are no UTF-8 are refused before they are split.
        let met = if splits(kind, &String::from_utf8_lossy(&damaged))? { &split } else { &refused };
        met.set(met.get() + 1);
        Ok(())
    });
    println!("{} were split, {} refused", split.get(), refused.get());
    assert!(split.get() > 0 && refused.get() > 0, "one of them never happened");
}

#[test]
fn the_statements_of_damaged_files_of_postgresql_join_again() {
    statements_of_damaged_files_join_again(Kind::Postgres);
}

#[test]
fn the_statements_of_damaged_files_of_sqlite_join_again() {
    statements_of_damaged_files_join_again(Kind::Sqlite);
}

#[test]
fn what_is_left_out_or_moved_is_noticed() {
    let text = "SELECT 1;\nSELECT 2;";
    let whole = Kind::Postgres.split(text).expect("two statements");
    assert!(joins_again(Kind::Postgres, text, &whole).is_ok());
    assert!(joins_again(Kind::Postgres, text, &whole[1..]).is_err(), "the first is left out");
    assert!(joins_again(Kind::Postgres, text, &whole[..1]).is_err(), "the last is left out");
    let moved = whole.iter().map(|statement| Statement { line: statement.line + 1, ..statement.clone() });
    assert!(joins_again(Kind::Postgres, text, &moved.collect::<Vec<_>>()).is_err(), "another line");
}
