//! What the documents say is what the code does.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("listable") {
        let path = entry.expect("listable").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The codes that are written into reasons, where they are literals: nothing else builds one.
fn reason_codes() -> BTreeSet<String> {
    let mut files = Vec::new();
    for crate_folder in ["harness/engine/src", "harness/evidence/src"] {
        rust_files(&workspace().join(crate_folder), &mut files);
    }
    let mut codes = BTreeSet::new();
    for file in files {
        let text = fs::read_to_string(file).expect("readable");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for opening in ["Judged::failed(", "Judged::error(", "Reason::new("] {
            for rest in code.split(opening).skip(1) {
                let literal = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
                codes.extend(literal.map(str::to_owned));
            }
        }
        for statement in code.split("let code =").skip(1) {
            let statement = statement.split(';').next().unwrap_or_default();
            let literals = statement.split('"').skip(1).step_by(2);
            codes.extend(literals.filter(|literal| literal.contains('-')).map(str::to_owned));
        }
    }
    codes
}

#[test]
fn every_reason_code_is_explained_and_every_explained_one_exists() {
    let readme = fs::read_to_string(workspace().join("reports/README.md")).expect("readable");
    let table = readme.split("## Reasons").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("a section");
    let explained: BTreeSet<String> =
        table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).map(str::to_owned).collect();
    assert_eq!(explained, reason_codes());
}

/// Words in backticks, and targets of links, that look like paths of the checkout.
fn paths_in(text: &str) -> BTreeSet<String> {
    let top = ["harness/", "forensic-tests/", "fixtures/", "reports/", "ci/", ".ci/", "fixtures", "reports", "ci"];
    let quoted = text.split('`').skip(1).step_by(2);
    let linked = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    quoted
        .chain(linked)
        .filter(|word| top.iter().any(|top| word == top || (top.ends_with('/') && word.starts_with(top))))
        .filter(|word| !word.contains([' ', '<', '*', '{']) && !word.starts_with("reports/runs"))
        .map(str::to_owned)
        .collect()
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
