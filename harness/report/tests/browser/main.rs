//! The page in a real browser. Where there is none, each of these is listed as ignored, with the reason.

mod chromium;
mod hostile;
#[path = "../../../evidence/tests/verify/kinds.rs"]
#[expect(dead_code, reason = "the samples are shared with the tests of the evidence, which use more of them")]
mod kinds;
mod large;
mod page;
#[path = "../report/runs.rs"]
mod runs;
#[path = "../../../evidence/tests/verify/sample.rs"]
mod sample;
mod seen;

use std::{
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use libtest_mimic::{Arguments, Trial};

use chromium::Chromium;

/// Set where there must be a browser, so that a test that needs it is not left out but fails.
const MANDATORY: &str = "PHASEGATE_TEST_BROWSER";

/// A claim about the page by its name.
type Claim = (&'static str, fn(&mut Chromium));

fn main() -> ExitCode {
    let hindrance = match std::env::var_os(MANDATORY) {
        Some(_) => None,
        None => chromium::installed().err(),
    };
    // One browser serves all of them, each with a page of its own, and ends with the last.
    let browser: Arc<Mutex<Option<Chromium>>> = Arc::default();
    let claims = [page::claims(), hostile::claims(), seen::claims(), large::claims()].concat();
    let trials = claims.into_iter().map(|(name, test)| {
        let browser = Arc::clone(&browser);
        let trial = Trial::test(name, move || {
            let mut browser = browser.lock().unwrap_or_else(PoisonError::into_inner);
            let browser = browser.get_or_insert_with(Chromium::start);
            browser.new_page();
            test(browser);
            Ok(())
        });
        match hindrance {
            // It writes 120 MB: its turn comes where `--ignored` asks for it.
            None if name.starts_with("ten_thousand") => trial.with_kind("--ignored").with_ignored_flag(true),
            None => trial,
            Some(reason) => trial.with_kind(reason).with_ignored_flag(true),
        }
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}
