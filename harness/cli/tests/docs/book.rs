//! The book as a whole: each page is in its table of contents, and each link leads somewhere.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{Claim, pages, root};

/// The targets of the links of a page that are files, each without what follows its `#`.
fn links(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let files = targets.filter(|target| !target.contains("://") && !target.starts_with('#') && !target.is_empty());
    files.map(|target| target.split('#').next().unwrap_or(target)).collect()
}

fn dead_link(page: &Path) -> Option<String> {
    let text = fs::read_to_string(page).ok()?;
    let folder = page.parent()?;
    let dead = links(&text).into_iter().find(|target| !folder.join(target).exists())?;
    Some(format!("{}: there is no {dead}", page.display()))
}

/// Outside of the book, whoever reads it in a browser finds nothing.
fn leads_out(page: &Path) -> Option<String> {
    let text = fs::read_to_string(page).ok()?;
    let book = root().join("docs/src");
    let is_outside = |target: &&str| {
        let target = page.parent().map(|folder| folder.join(target));
        target.and_then(|target| target.canonicalize().ok()).is_some_and(|target| !target.starts_with(&book))
    };
    let out = links(&text).into_iter().find(is_outside)?;
    Some(format!("{}: {out} is no page of the book", page.display()))
}

fn none(fault: Option<String>) -> Result<(), String> {
    fault.map_or(Ok(()), Err)
}

fn of_the_book() -> impl Iterator<Item = std::path::PathBuf> {
    pages().into_iter().filter(|page| page.starts_with(root().join("docs/src")))
}

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        ("every_link_leads_to_a_file", || none(pages().iter().find_map(|page| dead_link(page)))),
        ("no_link_leads_out_of_the_book", || none(of_the_book().find_map(|page| leads_out(&page)))),
        ("every_page_is_in_the_table_of_contents", || {
            let summary = root().join("docs/src/SUMMARY.md");
            let text = fs::read_to_string(&summary).map_err(|error| error.to_string())?;
            let listed: BTreeSet<_> =
                links(&text).into_iter().map(|target| root().join("docs/src").join(target)).collect();
            let unlisted = of_the_book().find(|page| *page != summary && !listed.contains(page));
            none(unlisted.map(|page| format!("{} is not in SUMMARY.md", page.display())))
        }),
        ("the_readme_leads_to_the_book", || {
            let text = fs::read_to_string(root().join("README.md")).map_err(|error| error.to_string())?;
            let leads = links(&text).iter().any(|target| target.starts_with("docs/src/"));
            none((!leads).then(|| "README.md has no link into docs/src".to_owned()))
        }),
    ]
}
