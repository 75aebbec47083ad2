//! Every way in which an expectation can be written, before and after. What is not shown to change stays byte for byte, and what
//! has no place of its own is refused.

use std::collections::BTreeMap;

use phasegate_evidence::{
    Alteration, Cell, Definition, Difference, Table,
    judge::{
        CatalogFacts, CatalogSeen, Changes, ChangesSeen, Check, Expectation, Fact, FactSeen, Observation, Rows,
        RowsSeen,
    },
};

use super::{gate_file::adopted, objects::Names};

const HEAD: &str = "id = \"1.1\" # the gate\n\n# A check before it.\n[[check]]\nid = \"1.1.0\"\nrows = [[\"1\"]]\n\n[[check]] # this one\n\
                    id = \"1.1.1\"\n";
const TAIL: &str = "\n# Whatever follows.\n[[check]]\nid = \"1.1.2\"\nadopt = true\nrows = [[\"1\"]]";
const NAMES: Names = Names { with_case: true };

fn check(expectation: Expectation) -> Check {
    Check::new("1.1.1", "what it tries", expectation)
}

/// What becomes of a check that is written so.
fn becomes(written: &str, check: &Check, seen: &Observation) -> String {
    let file = format!("{HEAD}{written}{TAIL}");
    let after = adopted(&file, check, seen, NAMES).expect("it has a place");
    let within = after.strip_prefix(HEAD).and_then(|rest| rest.strip_suffix(TAIL));
    within.expect("what stands before and behind it is as it was").to_owned()
}

fn refused(file: &str, check: &Check, seen: &Observation) -> String {
    adopted(file, check, seen, NAMES).expect_err("it has no place")
}

/// Rows as they are written here.
type Written<'w> = &'w [&'w [&'w str]];

fn cells(rows: Written<'_>) -> Vec<Vec<Cell>> {
    let cell = |text: &&str| (*text != "NULL").then(|| (*text).to_owned());
    rows.iter().map(|row| row.iter().map(cell).collect()).collect()
}

fn rows(expected: Written<'_>, met: Written<'_>) -> (Check, Observation) {
    let expected = Rows { query: "SELECT".into(), rows: cells(expected), examined: None };
    let table = Table { columns: Vec::new(), rows: cells(met) };
    let seen = RowsSeen { table: Some(table), examined: None, error: None };
    (check(Expectation::Rows(expected)), Observation::Rows(seen))
}

#[test]
fn rows_change_where_they_differ_and_keep_their_comments() {
    let several =
        "rows = [ # the rows\n    [1, \"a\"], # one\n    [2, \"b\"], # two\n    [3, \"c\"] # three\n] # done\n";
    let three: Written<'_> = &[&["1", "a"], &["2", "b"], &["3", "c"]];
    let cases: [(&str, Written<'_>, Written<'_>, &str); 10] = [
        ("adopt = true # why\nas = \"app\"\n", &[], &[&["1", "NULL"]], "rows = [[\"1\", '\\N']] # why\nas = \"app\"\n"),
        (
            "# why\nadopt = true\nrows = []\n",
            &[],
            &[&["1"], &["2"]],
            "# why\nrows = [\n    [\"1\"],\n    [\"2\"],\n]\n",
        ),
        ("rows = [[1, \"a\"]]\nadopt = true # why\n", &[&["1", "a"]], &[&["1", "b"]], "rows = [[1, \"b\"]]\n# why\n"),
        (several, three, &[&["1", "a"], &["2", "x"], &["3", "c"]], &several.replace("\"b\"", "\"x\"")),
        (several, three, &[&["1", "a"], &["3", "c"]], &several.replace("[2, \"b\"], ", "")),
        (several, three, &[&["1", "a"], &["2", "b"]], &several.replace("[3, \"c\"] ", "")),
        (
            several,
            three,
            &[&["0", "z"], &["1", "a"], &["2", "b"], &["3", "c"]],
            &several.replace("[1,", "[\"0\", \"z\"],\n    [1,"),
        ),
        (
            several,
            three,
            &[&["1", "a"], &["2", "b"], &["3", "c"], &["4", "d"]],
            &several.replace("\"c\"] # three", "\"c\"], # three\n    [\"4\", \"d\"]"),
        ),
        (several, three, &[&["1", "a"], &["2"], &["3", "c"]], &several.replace("[2, \"b\"]", "[\"2\"]")),
        ("rows = [[\"1\"]]\n", &[&["1"]], &[&["1"], &["2"]], "rows = [[\"1\"], [\"2\"]]\n"),
    ];
    for (written, expected, met, after) in cases {
        let (check, seen) = rows(expected, met);
        assert_eq!(becomes(written, &check, &seen), after, "{written}");
    }
}

fn catalog(declared: &[(&str, Fact)], met: &[(&str, Option<&str>)], others: &[(&str, &str)]) -> (Check, Observation) {
    let objects: BTreeMap<String, Fact> =
        declared.iter().map(|(key, fact)| ((*key).to_owned(), fact.clone())).collect();
    let object = |(key, met): &(&str, Option<&str>)| {
        let expected = match &objects[*key] {
            Fact::Exactly(words) => Some(Definition::Known(words.replace("int4", "integer"))),
            _ => None,
        };
        ((*key).to_owned(), FactSeen { met: met.map(str::to_owned), expected })
    };
    let seen = CatalogSeen { objects: met.iter().map(object).collect(), others: owned(others) };
    (check(Expectation::Catalog(CatalogFacts { objects, exactly: Vec::new() })), Observation::Catalog(seen))
}

fn owned(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn exactly(words: &str) -> Fact {
    Fact::Exactly(words.to_owned())
}

#[test]
fn objects_of_a_catalog_change_where_they_do_not_hold() {
    let declared = [
        ("column t.a", exactly("int4")),
        ("column t.b", exactly("text")),
        ("index i", Fact::Contains(vec!["UNIQUE".into()])),
        ("index j", Fact::Absent),
    ];
    let met = [("column t.a", Some("integer")), ("column t.b", None), ("index i", Some("ON t (a)")), ("index j", None)];
    let (check, seen) = catalog(&declared, &met, &[("index k", "ON t (b)")]);
    let below_a_header = "[check.catalog] # the objects\n# First.\n\"column t.a\" = \"int4\" # as pg_dump says\n\
        \"column t.b\" = \"text\" # gone?\n\n\"index i\" = { contains = [\"UNIQUE\"] }\n\"index j\" = \"absent\" # not yet\n";
    let changed = below_a_header
        .replace("\"text\"", "\"absent\"")
        .replace("{ contains = [\"UNIQUE\"] }", "\"ON t (a)\"")
        .replace("# not yet", "# not yet\n\"index k\" = \"ON t (b)\"");
    assert_eq!(becomes(below_a_header, &check, &seen), changed);
    let in_braces = "catalog = { \"column t.a\" = \"int4\", \"column t.b\" = \"text\",\n    # An index.\n    \"index i\" = { contains = \
        [\"UNIQUE\"] }, \"index j\" = \"absent\" }\nadopt = true\n";
    let changed = in_braces
        .replace("\"text\"", "\"absent\"")
        .replace("{ contains = [\"UNIQUE\"] }", "\"ON t (a)\"")
        .replace("\"absent\" }\nadopt = true", "\"absent\", \"index k\" = \"ON t (b)\" }");
    assert_eq!(becomes(in_braces, &check, &seen), changed);
    let several = catalog(&[], &[], &[("column t.a", "integer"), ("index k", "ON t (b)")]);
    let all = "catalog = {\n    \"column t.a\" = \"integer\",\n    \"index k\" = \"ON t (b)\",\n}\n";
    assert_eq!(becomes("catalog = {}\nadopt = true\n", &several.0, &several.1), all);
    let with_a_comment = "catalog = { # nothing yet\n}\nadopt = true\n";
    assert_eq!(becomes(with_a_comment, &several.0, &several.1), all.replace("{\n", "{ # nothing yet\n"));
}

#[test]
fn columns_in_one_text_stay_in_one_text() {
    let declared = [("column t.a", exactly("int4")), ("column t.b", exactly("text")), ("column t.c", exactly("text"))];
    let met = [("column t.a", Some("integer")), ("column t.b", Some("text NOT NULL")), ("column t.c", None)];
    let (check, seen) = catalog(&declared, &met, &[]);
    let written = "catalog = { \"columns t\" = \"a int4, b text, c text\" }\n";
    let after = "catalog = { \"columns t\" = \"a int4, b text NOT NULL\", \"column t.c\" = \"absent\" }\n";
    assert_eq!(becomes(written, &check, &seen), after);
}

fn changes(
    declared: Changes,
    added: &[(&str, &str)],
    altered: &[(&str, &str)],
    dropped: &[&str],
) -> (Check, Observation) {
    let alteration = |(key, after): &(&str, &str)| {
        ((*key).to_owned(), Alteration { before: "before".into(), after: (*after).to_owned() })
    };
    let difference = Difference {
        added: owned(added),
        altered: altered.iter().map(alteration).collect(),
        dropped: dropped.iter().map(|key| ((*key).to_owned(), "before".to_owned())).collect(),
    };
    let normalised =
        declared.declared().into_iter().map(|(key, words)| (key, Definition::Known(words.replace("int4", "integer"))));
    let seen = ChangesSeen { difference: Some(difference), normalised: normalised.collect() };
    (check(Expectation::Changes(declared)), Observation::Changes(seen))
}

#[test]
fn changes_of_a_phase_are_written_in_the_form_that_they_have() {
    let declared = || Changes {
        add: owned(&[("column t.a", "int4"), ("index gone", "ON t (a)")]),
        alter: BTreeMap::new(),
        drop: ["index old".to_owned(), "index kept".to_owned()].into(),
    };
    let (check, seen) = changes(
        declared(),
        &[("column t.a", "integer"), ("index i", "ON t (b)")],
        &[("order t", "b, a")],
        &["index old", "view v"],
    );
    let braces = "changes = { add = { \"column t.a\" = \"int4\", \"index gone\" = \"ON t (a)\" }, drop = [\"index old\", \
        \"index kept\"] } # all\n";
    let replaced = |written: &str| {
        written
            .replace("\"index gone\" = \"ON t (a)\"", "\"index i\" = \"ON t (b)\"")
            .replace("\"index kept\"", "\"view v\"")
    };
    let alter = "alter = { \"order t\" = \"b, a\" }";
    let after = replaced(braces).replace("\"view v\"] }", &format!("\"view v\"], {alter} }}"));
    assert_eq!(becomes(braces, &check, &seen), after);

    let dotted = "changes.add = {\n    \"column t.a\" = \"int4\", # a\n    \"index gone\" = \"ON t (a)\", # gone\n}\n\
        changes.drop = [\"index old\", \"index kept\"] # drops\n";
    let after = replaced(dotted).replace("# drops\n", &format!("# drops\nchanges.{alter}\n"));
    assert_eq!(becomes(dotted, &check, &seen), after);

    let header = "[check.changes] # all\nadd = { \"column t.a\" = \"int4\", \"index gone\" = \"ON t (a)\" }\n\
        drop = [\"index old\", \"index kept\"] # drops\n";
    let after = replaced(header).replace("# drops\n", &format!("# drops\n{alter}\n"));
    assert_eq!(becomes(header, &check, &seen), after);

    let (check, seen) = changes(
        Changes { drop: [].into(), ..declared() },
        &[("column t.a", "integer"), ("index i", "ON t (b)")],
        &[("order t", "b, a")],
        &["view v"],
    );
    let below =
        "# What is new.\n[check.changes.add] # new\n\"column t.a\" = \"int4\" # a\n\"index gone\" = \"ON t (a)\"\n";
    let section = format!("[check.changes]\n{alter}\ndrop = [\"view v\"]\n[check.changes.add]");
    assert_eq!(becomes(below, &check, &seen), replaced(below).replace("[check.changes.add]", &section));
}

#[test]
fn what_a_phase_no_longer_changes_is_taken_away_and_its_comments_stay() {
    let declared = Changes {
        add: owned(&[("column t.a", "integer"), ("index gone", "ON t (a)"), ("index i", "ON t (b)")]),
        alter: BTreeMap::new(),
        drop: ["view v".to_owned()].into(),
    };
    let (check, seen) = changes(declared, &[("column t.a", "integer"), ("index i", "ON t (b)")], &[], &[]);
    let written = "changes.add = {\n    \"column t.a\" = \"integer\",\n    # An index.\n    \"index gone\" = \"ON t (a)\", # gone\n    \
        \"index i\" = \"ON t (b)\"\n}\nchanges.drop = [\"view v\"]\n";
    let after = written.replace("\"index gone\" = \"ON t (a)\", ", "").replace("\"view v\"", "");
    assert_eq!(becomes(written, &check, &seen), after);
    let lines = "[check.changes.add]\n\"column t.a\" = \"integer\"\n# An index.\n\"index gone\" = \"ON t (a)\"\n\"index i\" = \"ON t (b)\"\n\
        [check.changes]\ndrop = [\n    \"view v\", # v\n]\n";
    let after = lines.replace("\"index gone\" = \"ON t (a)\"\n", "").replace("\"view v\", ", "");
    assert_eq!(becomes(lines, &check, &seen), after);
}

#[test]
fn what_has_no_single_place_is_refused_in_these_words() {
    let (of_rows, seen_rows) = rows(&[&["1"]], &[&["2"]]);
    let objects = || catalog(&[("column t.a", exactly("text"))], &[("column t.a", Some("integer"))], &[]);
    let (of_catalog, seen_catalog) = objects();
    let check = "[[check]]\nid = \"1.1.1\"\n";
    let by_hand = "and has no single place: write the expectation by hand, or the check as one of its own";
    let row = format!("stands for one row of several (`each`), {by_hand}");
    let elsewhere = "what it declares is put together from several tables or from `${...}`: mend it where it stands";
    let cases: [(String, &Check, &Observation, &str); 9] = [
        (
            format!("after = [\"1\"]\n{check}rows = [[1]]\n"),
            &of_rows,
            &seen_rows,
            &format!("stands after several phases (`after`), {by_hand}"),
        ),
        ("[[check]]\nid = \"1.1.${n}\"\neach = [{ n = \"1\" }]\nrows = [[1]]\n".into(), &of_rows, &seen_rows, &row),
        (format!("{check}each = [{{ n = \"1\" }}]\nrows = [[\"${{n}}\"]]\n"), &of_rows, &seen_rows, &row),
        (
            format!("{check}rows = \"${{digest}}\"\n"),
            &of_rows,
            &seen_rows,
            "its `rows` are no list of rows: write them out, or mend them where they stand",
        ),
        (format!("{check}catalog = \"${{table}}\"\n"), &of_catalog, &seen_catalog, elsewhere),
        (format!("{check}catalog = [{{ \"column t.a\" = \"text\" }}]\n"), &of_catalog, &seen_catalog, elsewhere),
        (format!("{check}catalog = {{ \"column t.a\" = \"${{type}}\" }}\n"), &of_catalog, &seen_catalog, elsewhere),
        (format!("{check}catalog = {{ \"column t.${{a}}\" = \"text\" }}\n"), &of_catalog, &seen_catalog, elsewhere),
        (
            format!("{check}catalog.\"column t.a\" = \"text\"\n"),
            &of_catalog,
            &seen_catalog,
            "its objects are written with dots: write them in braces, or below a header",
        ),
    ];
    for (file, check, seen, why) in cases {
        assert_eq!(refused(&file, check, seen), why, "{file}");
    }
}

#[test]
fn keys_are_held_against_those_of_a_catalog_as_its_kind_of_database_compares_them() {
    let (check, seen) = catalog(&[("column t.a", exactly("TEXT"))], &[("column t.a", Some("INTEGER"))], &[]);
    let file = "[[check]]\nid = \"1.1.1\"\ncatalog = { \"column T.A\" = \"TEXT\" }\n";
    let after = adopted(file, &check, &seen, Names { with_case: false }).expect("it has a place");
    assert_eq!(after, file.replace("TEXT", "INTEGER"));
}
