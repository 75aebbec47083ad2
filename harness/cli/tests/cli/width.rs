//! How wide what is printed is.

use crate::{
    phasegate::{Ran, command, labelled, ran},
    workspace::{change, workspace},
};

const SUITE: &str = "forensic-tests/suites/notes/suite.toml";
const TITLE: &str = "notes: the name of whoever wrote each of them, and that of whoever read it";

fn at(here: &std::path::Path, columns: &str, args: &[&str]) -> Ran {
    ran(command(here, args).env("COLUMNS", columns))
}

fn widest(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap_or_default()
}

#[test]
fn at_80_columns_titles_wrap_and_nothing_is_wider_and_at_120_they_stand_on_one_line() {
    let workspace = workspace();
    let here = workspace.path();
    change(here, SUITE, "title = \"notes: author\"", &format!("title = \"{TITLE}\""));
    let narrow = at(here, "80", &["run"]);
    assert_eq!(narrow.code, 0, "{}", narrow.stderr);
    assert!(!narrow.stdout.contains(TITLE), "{}", narrow.stdout);
    let folder = labelled(&narrow.stdout, "folder").to_owned();
    for args in [&["report", &folder][..], &["verify", &folder], &["list"], &["list", "notes"]] {
        let [narrow, wide] = ["80", "120"].map(|columns| at(here, columns, args).stdout);
        assert!(widest(&narrow) <= 80, "{args:?}: {narrow}");
        assert!(widest(&wide) <= 120, "{args:?}: {wide}");
    }
    // Digests are there to be copied: in 80 columns, too, each is whole.
    assert_eq!(labelled(&narrow.stdout, "result digest").len(), 64);
    let wide = at(here, "120", &["report", &folder]).stdout;
    let row = wide.lines().find(|line| line.contains(TITLE)).expect("the title on one line");
    assert!(row.ends_with("passed     1/1     1/1    1/1"), "{row}");
}

#[test]
fn where_nobody_says_how_wide_it_is_it_is_100_columns_and_never_below_60() {
    let workspace = workspace();
    let here = workspace.path();
    change(here, SUITE, "title = \"notes learn", &format!("title = \"{TITLE} {TITLE} notes learn"));
    let unsaid = ran(&mut command(here, &["list"])).stdout;
    assert!((90..=100).contains(&widest(&unsaid)), "{unsaid}");
    assert_eq!(unsaid, at(here, "wide", &["list"]).stdout);
    assert_eq!(at(here, "10", &["list"]).stdout, at(here, "60", &["list"]).stdout);
}
