//! The catalog of PostgreSQL, held against pg_dump over the alterations in `alterations.toml` and `timescaledb.toml`.

mod alterations;
mod books;
mod clones;
mod dump;
mod ground;
mod oracle;
mod pairs;
mod plans;
mod session;

use std::{
    process::ExitCode,
    sync::{Arc, LazyLock},
};

use libtest_mimic::{Arguments, Trial};
use oracle::{PLAIN, Tried, WITH_TIMESCALEDB};
use phasegate_server::Version;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Result<Runtime, String>> =
    LazyLock::new(|| Runtime::new().map_err(|error| format!("no runtime: {error}")));

/// What all claims of one version and schema look at, tried by the first of them that runs.
type Shared = Arc<LazyLock<Result<Tried, String>, Box<dyn FnOnce() -> Result<Tried, String> + Send>>>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::test("list::it_is_long_and_each_exception_is_explained", || Ok(alterations::holds()?)),
        Trial::test("list::what_is_wrong_in_it_is_refused", || Ok(alterations::refuses()?)),
        Trial::test("dump::what_differs_between_two_dumps_of_one_database_is_left_out", || Ok(dump::is_stable()?)),
        Trial::test("books::what_the_migrator_of_sqlx_wrote_down_is_what_they_say", || {
            Ok(runtime()?.block_on(books::of_sqlx())?)
        }),
        Trial::test("books::a_history_with_the_documented_columns_of_flyway_is_read_but_for_who_and_when", || {
            Ok(runtime()?.block_on(books::of_flyway())?)
        }),
    ];
    for version in Version::ALL {
        for (name, base) in [("schema", &PLAIN), ("timescaledb", &WITH_TIMESCALEDB)] {
            let tried: Shared =
                Arc::new(LazyLock::new(Box::new(move || runtime()?.block_on(Tried::all(version, base)))));
            let mut claim = |claim: &str, test: fn(&Tried) -> Result<(), String>| {
                let tried = tried.clone();
                let test = move || Ok(test(LazyLock::force(&tried).as_ref().map_err(Clone::clone)?)?);
                let trial = Trial::test(format!("postgres_{version}::{name}::{claim}"), test);
                // The whole list takes a minute. The newer version's turn comes where `--ignored` asks for it, as CI does.
                let is_second = version != Version::default() && name == "schema";
                trials.push(if is_second { trial.with_kind("--ignored").with_ignored_flag(true) } else { trial });
            };
            claim("each_alteration_is_seen_by_whom_the_list_says", Tried::each_is_seen);
            claim("any_two_altered_databases_are_told_apart_by_both_or_neither", Tried::any_two_are_told_apart);
            claim("an_ordinary_role_reads_the_same_but_what_is_secret", |tried| {
                runtime()?.block_on(session::of_an_ordinary_role(tried))
            });
            claim("what_a_session_has_set_does_not_show_and_stays_set", |tried| {
                runtime()?.block_on(session::with_settings(tried))
            });
            claim("a_plan_waits_for_transactions_that_are_older_than_an_index", |tried| {
                runtime()?.block_on(plans::wait_for_older_transactions(tried))
            });
            claim("a_clone_is_what_its_source_is", |tried| runtime()?.block_on(clones::are_whole(tried)));
            claim("random_pairs_applied_together_are_told_apart_by_both_or_neither", |tried| {
                pairs::together(tried, runtime()?)
            });
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn runtime() -> Result<&'static Runtime, String> {
    RUNTIME.as_ref().map_err(Clone::clone)
}
