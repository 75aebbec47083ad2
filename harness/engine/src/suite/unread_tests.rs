//! Files that nothing reads, and the folders that suites are looked for in.

use super::{
    bad_input_tests::{GATE, SUITE, message, put, whole},
    load,
};

#[test]
fn an_sql_file_that_nothing_reads_is_an_error() {
    let root = whole();
    put(root.path(), "fixtures/forgotten.sql", "SELECT 1;\n");
    assert_eq!(
        message(root.path()),
        "fixtures/forgotten.sql: no phase, gate or scenario reads this file: name it where it belongs, declare it \
     with `unread` in suite.toml, or delete it"
    );
}

/// Its phases are commands in the folder of a project, in which the SQL of others lies, too.
#[test]
fn sql_is_asked_after_only_where_the_suite_reads_some() {
    let root = whole();
    put(root.path(), "fixtures/of_others.sql", "SELECT 1;\n");
    let commands = SUITE
        .replace("schema = [\"baseline.sql\"]\n", "")
        .replace("up = \"up.sql\"", "up = { command = [\"./migrate\"] }");
    put(root.path(), "suites/s/suite.toml", &commands);
    load(&root.path().join("suites"), &[]).expect("no file of it is believed to be at work");
    put(
        root.path(),
        "suites/s/suite.toml",
        &commands.replace("[baseline]\n", "[baseline]\nschema = [\"baseline.sql\"]\n"),
    );
    assert!(message(root.path()).starts_with("fixtures/of_others.sql: no phase, gate or scenario reads this file"));
}

#[test]
fn a_file_that_is_meant_for_somebody_else_is_declared() {
    let root = whole();
    let declare = |patterns: &str| put(root.path(), "suites/s/suite.toml", &format!("unread = [{patterns}]\n{SUITE}"));
    put(root.path(), "fixtures/verify/forgotten.sql", "SELECT 1;\n");
    put(root.path(), "suites/s/notes.md", "read by people\n");
    declare("\"verify/**\", \"*.md\"");
    assert_eq!(load(&root.path().join("suites"), &[]).expect("declared").len(), 1);
    // `*` is within one folder, what is read is not declared, and neither is what is not there.
    for (patterns, expected) in [
        (
            "\"*\"",
            "fixtures/verify/forgotten.sql: no phase, gate or scenario reads this file: name it where it belongs, \
                  declare it with `unread` in suite.toml, or delete it",
        ),
        (
            "\"**/*.sql\", \"*.md\", \"baseline.sql\"",
            "suites/s/suite.toml:1: unread: `baseline.sql` matches no file that nothing reads",
        ),
        (
            "\"verify/**\", \"*.md\", \"a***\"",
            "suites/s/suite.toml:1: `a***` is no pattern: Pattern syntax error near position 3: wildcards are either \
             regular `*` or recursive `**`",
        ),
    ] {
        declare(patterns);
        assert_eq!(message(root.path()), expected, "{patterns}");
    }
}

#[test]
fn what_lies_in_a_folder_that_suites_share_is_read_by_one_of_them() {
    let root = whole();
    let other = SUITE.replace("suite = \"s\"", "suite = \"other\"").replace("up.sql", "other.sql");
    put(root.path(), "suites/other/suite.toml", &other);
    put(root.path(), "suites/other/gates/1-notes/1.1-c.toml", GATE);
    put(root.path(), "fixtures/other.sql", "ALTER TABLE notes ADD other text;\n");
    let suites = root.path().join("suites");
    assert_eq!(load(&suites, &[]).expect("whole").len(), 2);
    for name in ["s", "other"] {
        assert_eq!(load(&suites, &[name.to_owned()]).expect("whole").len(), 1);
    }
    put(root.path(), "fixtures/third.sql", "SELECT 1;\n");
    for names in [&[][..], &["s".to_owned()], &["other".to_owned()]] {
        let error = load(&suites, names).expect_err("nothing reads it").to_string();
        assert!(error.contains("third.sql: no phase"), "{error}");
    }
}

#[test]
fn a_folder_that_is_itself_a_suite_need_not_bear_its_name() {
    let root = whole();
    let folder = root.path().join("suites/s");
    put(root.path(), "suites/s/suite.toml", &SUITE.replace("suite = \"s\"", "suite = \"mine\""));
    assert_eq!(message(root.path()), "suites/s/suite.toml: suite = \"mine\" is not the name of its folder, s");
    assert_eq!(load(&folder, &["mine".to_owned()]).expect("whole")[0].name, "mine");
    let error = load(&folder, &["s".to_owned()]).expect_err("another name");
    assert_eq!(error.to_string(), "no suite `s`; there is mine");
    let error = load(&folder, &["mien".to_owned()]).expect_err("a slip");
    assert_eq!(error.to_string(), "no suite `mien`; there is mine: did you mean `mine`?");
}

#[test]
fn a_suite_that_is_not_there_is_named_beside_those_that_are() {
    let root = whole();
    let error = load(&root.path().join("suites"), &["x".to_owned()]).expect_err("unknown");
    assert_eq!(error.to_string(), "no suite `x`; there is s");
    let error = load(&root.path().join("nowhere"), &[]).expect_err("no folder");
    assert!(error.to_string().starts_with("no suite found in "), "{error}");
}
