//! Every example of the README and of the book is run as its page shows it: files are written where the page says so,
//! commands are run in a working copy, and what they print is held against the page. Each page is a test of its own.
//! With `PHASEGATE_BLESS=1` the pages are given what the commands print now, and the tables that are made from code.

mod block;
mod book;
mod example;
mod kinds;
mod masked;
mod page;
mod shell;
mod usage;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use libtest_mimic::{Arguments, Trial};
use phasegate_server::{Server, embedded};
use tokio::runtime::Runtime;

use page::Page;

/// The top of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

/// The README and every page of the book, in the order of their names.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

fn trials(database_url: &Arc<str>) -> Vec<Trial> {
    let of_the_pages = pages().into_iter().map(|path| {
        let name = path.strip_prefix(root()).expect("below it").to_string_lossy().into_owned();
        let page = Page::read(&path);
        let missing = page.as_ref().ok().and_then(Page::missing_program);
        let database_url = Arc::clone(database_url);
        let trial = Trial::test(name, move || Ok(page?.try_out(&database_url)?));
        match missing {
            None => trial,
            Some(program) => trial.with_kind(format!("there is no {program}")).with_ignored_flag(true),
        }
    });
    let claims = [block::claims(), masked::claims(), example::claims(), book::claims(), kinds::claims()].concat();
    let of_the_rest = claims.into_iter().map(|(name, claim)| Trial::test(name, move || Ok(claim()?)));
    of_the_pages.chain(of_the_rest).collect()
}

/// A claim by its name.
type Claim = (&'static str, fn() -> Result<(), String>);

/// One server for all pages, so that a run waits for none.
fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if arguments.list {
        return libtest_mimic::run(&arguments, trials(&Arc::from(""))).exit_code();
    }
    let runtime = Runtime::new().expect("a runtime");
    let server: Server = runtime.block_on(embedded().start()).expect("a server");
    let conclusion = libtest_mimic::run(&arguments, trials(&Arc::from(server.url("postgres"))));
    runtime.block_on(server.stop()).expect("it ends");
    conclusion.exit_code()
}
