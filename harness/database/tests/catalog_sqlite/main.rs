//! The oracle of SQLite's catalog: over a long list of alterations of one schema, and over random pairs of them, the
//! catalog differs if and only if what the file stores does, read in a second way that shares nothing with the first.

mod alteration;
mod second_reading;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use alteration::{Alteration, State};
use phasegate_evidence::{Catalog, Definition, Difference};
use proptest::prelude::*;

/// Every alteration with the state that it makes of the schema.
static ALONE: LazyLock<Vec<(Alteration, State)>> = LazyLock::new(|| {
    let mut refused = Vec::new();
    let mut alone = Vec::new();
    for alteration in alteration::all() {
        match alteration::state(&[&alteration]) {
            Ok(state) => alone.push((alteration, state)),
            Err(error) => refused.push(format!("{}: {error}", alteration.name)),
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
    alone
});

static BEFORE: LazyLock<State> = LazyLock::new(|| alteration::state(&[]).expect("the schema"));

/// Whether the catalogs differ, and how.
fn difference(one: &State, other: &State) -> Option<String> {
    let difference = Difference::between(&one.catalog, &other.catalog);
    (!difference.is_empty()).then(|| difference.summary())
}

#[test]
fn a_neutral_alteration_does_not_show_and_a_real_one_does() {
    let (neutral, real): (Vec<_>, Vec<_>) = ALONE.iter().partition(|(alteration, _)| !alteration.is_real);
    assert!(neutral.len() >= 40 && real.len() >= 100, "{} and {}", neutral.len(), real.len());
    let shows = neutral.iter().filter_map(|(alteration, state)| {
        difference(&BEFORE, state).map(|difference| format!("{}: {difference}", alteration.name))
    });
    let hidden = real.iter().filter(|(_, state)| difference(&BEFORE, state).is_none());
    let wrong: Vec<String> =
        shows.chain(hidden.map(|(alteration, _)| format!("{} is hidden", alteration.name))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What the second reading cannot tell is marked in the list.
#[test]
fn the_second_reading_says_the_same_of_each_alteration_but_for_those_that_it_cannot_read() {
    let says_otherwise = |(alteration, state): &&(Alteration, State)| {
        alteration.misread.is_none() && (state.second != BEFORE.second) != alteration.is_real
    };
    let wrong: Vec<&str> =
        ALONE.iter().filter(says_otherwise).map(|(alteration, _)| alteration.name.as_str()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn catalogs_of_two_alterations_differ_if_and_only_if_the_stored_schemas_do(
        first: prop::sample::Index,
        second: prop::sample::Index,
    ) {
        let ((first, after_first), (second, after_second)) = (first.get(&ALONE), second.get(&ALONE));
        prop_assume!(first.name != second.name);
        // Two alterations of the same place exclude each other.
        let both = alteration::state(&[first, second]);
        prop_assume!(both.is_ok());
        let both = both.expect("a state");
        // What is made of the list alone must not be undone by a statement that makes a table anew.
        let is_by_the_list = first.misread.is_some() || second.misread.is_some();
        prop_assume!(!is_by_the_list || first.sql.is_none() && second.sql.is_none());
        for (state, is_real) in [
            (&*BEFORE, first.is_real || second.is_real),
            (after_first, second.is_real),
            (after_second, first.is_real),
        ] {
            let differs = if is_by_the_list { is_real } else { state.second != both.second };
            let seen = difference(state, &both);
            prop_assert_eq!(seen.is_some(), differs, "{} and {}: {:?}", first.name, second.name, seen);
        }
    }
}

#[test]
fn a_word_in_double_quotes_has_a_case_where_it_is_a_string_and_none_where_it_is_a_name() {
    let catalog = |text: &str| alteration::schema(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    for place in [
        "CREATE TABLE t (a CHECK (a IS DISTINCT FROM ?))",
        "CREATE TABLE t (a, b AS (coalesce(a, ?)))",
        "CREATE TABLE t (a, CHECK (a IN (?, 1)))",
        "CREATE TABLE t (a); CREATE INDEX i ON t (coalesce(a, ?))",
        "CREATE TABLE t (a); CREATE INDEX i ON t (a) WHERE a ->> ? = 1",
        "CREATE TABLE t (a); CREATE VIEW v AS SELECT iif(a, ?, 1) FROM t",
        "CREATE TABLE t (a); CREATE TRIGGER g AFTER DELETE ON t BEGIN INSERT INTO t VALUES (?); END",
    ] {
        let with = |word: &str| catalog(&place.replace('?', word));
        assert_ne!(with("\"Open\""), with("\"open\""), "{place}");
        assert_ne!(with("'Open'"), with("'open'"), "{place}");
        assert_ne!(with("\"A\""), with("'A'"), "{place}");
        assert_eq!(with("\"A\""), with("a"), "{place}");
        assert_eq!(with("[A]"), with("`a`"), "{place}");
    }
}

#[test]
fn objects_named_by_keywords_or_in_any_letters_are_taken_apart_like_others() {
    let text = "CREATE TABLE virtual (view CHECK (view > 0), [a.b] TEXT, \"Größe \"\"x\" INT); \
         CREATE TABLE \"odd table\" (a, UNIQUE (a), CONSTRAINT \"a b\" CHECK (a)); \
         CREATE TABLE temp (a INT REFERENCES virtual, PRIMARY KEY (a)); \
         CREATE INDEX [on] ON temp (a); CREATE VIEW trigger AS SELECT 1; \
         CREATE TRIGGER view BEFORE DELETE ON temp BEGIN SELECT 1; END";
    let catalog = alteration::schema(text).expect("a schema");
    for (key, line) in [
        ("table virtual", "table"),
        ("column virtual.view", "CHECK (view > 0)"),
        ("column virtual.\"a.b\"", "TEXT"),
        ("column virtual.\"größe \"\"x\"", "INT"),
        ("order virtual", "view, \"a.b\", \"größe \"\"x\""),
        ("constraint \"odd table\".\"sqlite_autoindex_odd table_1\"", "UNIQUE (a)"),
        ("constraint \"odd table\".\"a b\"", "CHECK (a)"),
        ("column temp.a", "INT REFERENCES virtual PRIMARY KEY 1"),
        ("constraint temp.sqlite_autoindex_temp_1", "PRIMARY KEY (a)"),
        ("index on", "ON temp (a)"),
        ("view trigger", "SELECT 1"),
        ("trigger temp.view", "BEFORE DELETE ON temp BEGIN SELECT 1; END"),
    ] {
        assert_eq!(catalog.get(key), Some(line), "{key}: {:#?}", catalog.0);
    }
}

#[test]
fn a_line_of_the_catalog_can_be_declared_as_it_is_shown() {
    let states = ALONE.iter().map(|(_, state)| state).chain([&*BEFORE]);
    let lines: BTreeSet<(String, String)> = states.flat_map(|state| state.catalog.0.clone()).collect();
    let lines: Vec<(String, String)> = lines.into_iter().collect();
    for ((key, line), definition) in lines.iter().zip(alteration::normalised(&lines)) {
        assert_eq!(definition, Definition::Known(line.clone()), "{key}");
    }
}

#[test]
fn a_declaration_may_be_written_otherwise_and_not_be_another() {
    let catalog = &BEFORE.catalog;
    let declared = |key: &str, words: &str| {
        let pairs = [(key.to_owned(), words.to_owned()), ("column parts.qty".to_owned(), "INTEGER".to_owned())];
        alteration::normalised(&pairs).remove(0)
    };
    let same: BTreeMap<&str, &str> = BTreeMap::from([
        ("column warehouses.id", "integer  primary key autoincrement"),
        ("column parts.qty", "integer not null on conflict fail default 0 check(\"QTY\">0) -- more than none"),
        ("column parts.code", "text NOT NULL PRIMARY KEY 1"),
        ("column parts.state", "TEXT DEFAULT [Open] CHECK (State IN (\"Open\",'shut'))"),
        ("column parts.label", "TEXT AS (UPPER([code])) VIRTUAL"),
        ("order events", "At, [kind],note"),
        ("constraint parts.no_self", "check(parent<>code)"),
        ("constraint events.pk_events", "PRIMARY KEY (\"at\", Kind)"),
        ("index parts_by_state", "on Parts(state, ABS(qty) desc) where hot = true and state <> 'shut'"),
        ("index parts_by_label", "UNIQUE ON \"parts\" (\"Label\" COLLATE nocase, price)"),
        ("table events", "table strict, without rowid"),
        ("table notes", "virtual table using FTS5(title,body, tokenize='porter ascii')"),
        (
            "trigger events.events_are_kept",
            "CREATE TRIGGER x before delete on events when old.kind<>'draft' begin select raise(abort,'events are kept'); end;",
        ),
        ("view running", catalog.get("view running").expect("a view")),
        ("header user_version", "3"),
    ]);
    for (key, words) in same {
        let met = catalog.get(key).unwrap_or_else(|| panic!("{key}")).to_owned();
        assert_eq!(declared(key, words), Definition::Known(met), "{key}");
    }
    for (key, words) in [
        ("column parts.qty", "INTEGER NOT NULL ON CONFLICT FAIL DEFAULT 0 CHECK (qty >= 0)"),
        ("column parts.state", "TEXT DEFAULT open CHECK (state IN (\"Open\", 'shut'))"),
        ("column warehouses.id", "INTEGER PRIMARY KEY 2 AUTOINCREMENT"),
        ("index parts_by_state", "ON parts (state, qty * -1 DESC) WHERE hot = true AND state <> 'shut'"),
        ("constraint parts.no_self", "CHECK (parent <> 'code')"),
        ("table events", "table WITHOUT ROWID"),
    ] {
        let met = catalog.get(key).unwrap_or_else(|| panic!("{key}")).to_owned();
        assert_ne!(declared(key, words), Definition::Known(met), "{key}");
    }
}

#[test]
fn a_declaration_that_sqlite_refuses_or_that_is_two_is_told_with_the_reason() {
    for (key, words, why) in [
        ("column t.a", "INTEGER NOT NUL", "near \"NUL\": syntax error"),
        ("column t.a", "INTEGER, b TEXT", "duplicate column name: b"),
        ("column t.a", "INTEGER, CHECK (a > 0)", "declares more than one object"),
        ("column t.a", "TEXT CHECK (nowhere(a))", "no such function: nowhere"),
        ("constraint t.c", "CHECK (a > 0), CHECK (a < 9)", "declares more than one object"),
        ("index i", "UNIQUE t (a)", "does not read"),
        ("index i", "", "does not read"),
        ("index i", "ON t (a) WHERE a = random()", "non-deterministic"),
        ("index i", "ON t (a); SELECT 1", "Multiple statements"),
        ("trigger t.g", "BEFORE DELETE", "does not read"),
        ("view v", "SELEC 1", "syntax error"),
        ("table t", "table STRIKT", "unknown table option: STRIKT"),
        ("table t", "a table", "does not read"),
    ] {
        match &alteration::normalised(&[(key.to_owned(), words.to_owned())])[..] {
            [Definition::Unresolved(met)] => assert!(met.contains(why), "{key} {words}: {met}"),
            other => panic!("{key} {words}: {other:?}"),
        }
    }
}

/// The words that SQLite refuses as a bare name are exactly those that are shown in quotes where they are names.
#[test]
fn a_name_is_quoted_where_sqlite_would_take_it_for_a_keyword() {
    let keywords = include_str!("keywords.txt");
    assert_eq!(keywords.split_whitespace().count(), 147);
    for word in keywords.split_whitespace() {
        let bare = alteration::schema(&format!("CREATE TABLE t (a, {word} INTEGER CHECK ({word} > 0))"));
        let quoted = alteration::schema(&format!("CREATE TABLE t (a, [{word}] INTEGER CHECK ([{word}] > 0))"));
        let quoted: Catalog = quoted.unwrap_or_else(|error| panic!("{word}: {error}"));
        match bare {
            Ok(bare) if !["CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"].contains(&word) => {
                assert_eq!(bare, quoted, "{word}");
            }
            _ => {
                let line = quoted.0.values().find(|line| line.contains("CHECK")).expect("the column");
                assert!(line.contains(&format!("\"{}\"", word.to_lowercase())), "{word}: {line}");
            }
        }
    }
}
