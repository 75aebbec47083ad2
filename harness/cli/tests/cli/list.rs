//! `phasegate list --requirements` from end to end.

use crate::{
    phasegate::phasegate,
    workspace::{put, workspace},
};

const LIST: &str = r#"
[[section]]
title = "Sentences"
requirement = [
    { id = "the user, sentence 1", title = "every note has an author" },
    { id = "the user, sentence 2", title = "notes can have a title", tests = ["titles::may_be_left_out"] },
    { id = "the user, sentence 3", title = "texts may be empty", by = ["empty-text"] },
    { id = "the user, sentence 4", title = "thank you", note = "Nothing to prove." },
]
"#;

#[test]
fn requirements_are_listed_with_what_answers_each() {
    let workspace = workspace();
    let list = "forensic-tests/suites/notes/requirements.toml";
    put(workspace.path(), list, LIST);
    let ran = phasegate(workspace.path(), &["list", "notes", "--requirements"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let expected = "notes

  Sentences

  the user, sentence 1 every note has an author
    gate      1.1 every note has an author

  the user, sentence 2 notes can have a title
    gate      2.1 notes can have a title
    test      titles::may_be_left_out

  the user, sentence 3 texts may be empty
    finding   empty-text a note may be empty

  the user, sentence 4 thank you
    note      Nothing to prove.
";
    assert_eq!(ran.stdout, expected);
    let json = ["list", "notes", "--requirements", "--format", "json"];
    let ran = phasegate(workspace.path(), &json);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let second = &json["requirements"][1];
    assert_eq!(second["title"], "notes can have a title");
    assert_eq!(second["answers"][1]["kind"], "test");
}

#[test]
fn a_requirement_that_nothing_answers_is_an_error_for_every_command() {
    let workspace = workspace();
    let list = "forensic-tests/suites/notes/requirements.toml";
    put(workspace.path(), list, &LIST.replace(", note = \"Nothing to prove.\"", ""));
    let ran = phasegate(workspace.path(), &["list"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("requirement the user, sentence 4 has no place: "), "{}", ran.stderr);
}

#[test]
fn every_requirement_of_our_own_suites_shows_what_answers_it() {
    let checkout = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let args = ["list", "--requirements", "--format", "json"];
    let ran = phasegate(std::path::Path::new(checkout), &args);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let listed = json["requirements"].as_array().expect("a list");
    assert!(listed.len() > 300, "{} are listed", listed.len());
    for requirement in listed {
        let answers = requirement["answers"].as_array().expect("a list");
        let is_met = !answers.is_empty() || requirement["note"].is_string();
        assert!(is_met, "nothing is shown for {requirement}");
    }
}
