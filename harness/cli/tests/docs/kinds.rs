//! One page for each kind of expectation: a passing example, a failing one, and the reasons that the kind gives.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use phasegate_evidence::ReasonCode;

use crate::{Claim, page::is_blessed, root};

/// Where the table of reasons of a page begins and ends.
const TABLE: (&str, &str) = ("<!-- generated -->\n", "<!-- end -->\n");

/// The kinds, as the reasons name them, without those that every kind gives.
fn kinds() -> BTreeSet<&'static str> {
    let named = ReasonCode::ALL.iter().flat_map(|code| code.kinds().split(", "));
    named.map(|kind| kind.split(" on named").next().unwrap_or(kind)).filter(|kind| !kind.contains(' ')).collect()
}

/// A check names the kind by this key.
fn key(kind: &str) -> &str {
    if kind == "sequence" { "step" } else { kind }
}

fn reasons_of(kind: &str) -> Vec<ReasonCode> {
    let gives = |code: &&ReasonCode| code.kinds().split(", ").any(|named| named.split(' ').next() == Some(kind));
    ReasonCode::ALL.iter().filter(gives).copied().collect()
}

fn page(kind: &str) -> PathBuf {
    root().join("docs/src/expectations").join(format!("{}.md", key(kind)))
}

fn read(kind: &str) -> Result<String, String> {
    fs::read_to_string(page(kind)).map_err(|error| format!("{}: {error}", page(kind).display()))
}

/// The table of a page is that of the code.
fn lists(page: &Path, table: &str) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", page.display());
    let text = fs::read_to_string(page).map_err(failed)?;
    let (before, rest) = text.split_once(TABLE.0).ok_or_else(|| format!("{}: no table of reasons", page.display()))?;
    let (now, after) = rest.split_once(TABLE.1).ok_or_else(|| format!("{}: nothing ends the table", page.display()))?;
    if now == table {
        return Ok(());
    }
    if is_blessed() {
        return fs::write(page, [before, TABLE.0, table, TABLE.1, after].concat()).map_err(failed);
    }
    Err(format!("{}: the reasons are others: PHASEGATE_BLESS=1 cargo test -p phasegate --test docs", page.display()))
}

fn lists_its_reasons(kind: &str) -> Result<(), String> {
    let row = |code: ReasonCode| format!("| `{code}` | {} |\n", code.says());
    let rows: String = reasons_of(kind).into_iter().map(row).collect();
    lists(&page(kind), &format!("\n| reason | says |\n|---|---|\n{rows}\n"))
}

fn all_reasons_are_listed() -> Result<(), String> {
    let row = |code: &ReasonCode| format!("| `{code}` | {} | {} |\n", code.kinds(), code.says());
    let rows: String = ReasonCode::ALL.iter().map(row).collect();
    let table = format!("\n| reason | kind of check | says |\n|---|---|---|\n{rows}\n");
    lists(&root().join("docs/src/reference/reasons.md"), &table)
}

/// What a run prints of a check that failed, for a reason of this kind and of those that the page is about. That the page
/// prints it is tried with the page.
fn shows_both_ends(kind: &str) -> Result<(), String> {
    let text = read(kind)?;
    let fails = |code: &ReasonCode| text.contains(&format!("\n      failed      {code}: "));
    if !text.contains("\n  passed: ") {
        return Err(format!("the page of {kind} shows no check that passes"));
    }
    if !reasons_of(kind).iter().any(fails) {
        return Err(format!("the page of {kind} shows no check that fails for a reason of its own"));
    }
    Ok(())
}

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        ("each_kind_has_a_page_that_lists_its_reasons", || kinds().into_iter().try_for_each(lists_its_reasons)),
        ("all_reasons_are_listed", all_reasons_are_listed),
        ("each_kind_is_shown_passing_and_failing", || kinds().into_iter().try_for_each(shows_both_ends)),
        ("no_page_is_about_a_kind_that_is_none", || {
            let known: BTreeSet<String> = kinds().into_iter().map(|kind| format!("{}.md", key(kind))).collect();
            let folder = fs::read_dir(root().join("docs/src/expectations")).map_err(|error| error.to_string())?;
            let there = folder.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
            let there: BTreeSet<String> = there.filter(|name| name != "README.md").collect();
            if there == known { Ok(()) } else { Err(format!("{there:?}, and the kinds are {known:?}")) }
        }),
    ]
}
