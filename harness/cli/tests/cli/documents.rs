//! The documents name only what exists.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Words in backticks, and targets of links, that look like paths of the checkout.
fn paths_in(text: &str) -> BTreeSet<String> {
    let top =
        ["harness/", "docs/", "forensic-tests/", "fixtures/", "reports/", "ci/", ".ci/", "fixtures", "reports", "ci"];
    let quoted = text.split('`').skip(1).step_by(2);
    let linked = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    quoted
        .chain(linked)
        .filter(|word| top.iter().any(|top| word == top || (top.ends_with('/') && word.starts_with(top))))
        .filter(|word| !word.contains([' ', '<', '*', '{']) && !word.starts_with("reports/runs"))
        .map(str::to_owned)
        .collect()
}

/// The lines of running text that are longer than this many characters.
fn too_long(text: &str, columns_max: usize) -> Vec<&str> {
    let outside_of_blocks = text.split("```").step_by(2);
    let lines = outside_of_blocks.flat_map(str::lines).filter(|line| !line.starts_with('|'));
    lines.filter(|line| line.chars().count() > columns_max).collect()
}

#[test]
fn the_text_of_the_readme_fits_120_columns() {
    assert_eq!(too_long("four\n| a table |\n```\na block\n```\nfiver", 4), ["fiver"]);
    let text = fs::read_to_string(workspace().join("README.md")).expect("readable");
    assert_eq!(too_long(&text, 120), Vec::<&str>::new());
}

#[test]
fn every_path_that_a_document_names_exists() {
    for document in ["harness/ARCHITECTURE.md", "README.md"] {
        let text = fs::read_to_string(workspace().join(document)).expect("readable");
        let paths = paths_in(&text);
        assert!(!paths.is_empty(), "{document} names no path, or they are no longer found");
        let missing: Vec<&String> = paths.iter().filter(|path| !workspace().join(path).exists()).collect();
        assert!(missing.is_empty(), "{document} names paths that do not exist: {missing:?}");
    }
}
