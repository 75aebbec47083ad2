//! The catalog of PostgreSQL, held against pg_dump over the alterations in `alterations.toml`.

mod alterations;
mod dump;
mod ground;
mod oracle;
mod pairs;

use std::{process::ExitCode, sync::LazyLock};

use libtest_mimic::{Arguments, Failed, Trial};
use oracle::Tried;
use phasegate_engine::server::Version;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Result<Runtime, String>> =
    LazyLock::new(|| Runtime::new().map_err(|error| format!("no runtime: {error}")));
static ON_17: LazyLock<Result<Tried, String>> = LazyLock::new(|| runtime()?.block_on(Tried::all(Version::V17)));
static ON_18: LazyLock<Result<Tried, String>> = LazyLock::new(|| runtime()?.block_on(Tried::all(Version::V18)));

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for version in Version::ALL {
        let mut claim = |name: &str, test: fn(&Tried) -> Result<(), String>| {
            let test = move || Ok::<(), Failed>(test(tried(version)?)?);
            trials.push(Trial::test(format!("postgres_{version}::{name}"), test));
        };
        claim("each_alteration_is_seen_by_whom_the_list_says", Tried::each_is_seen);
        claim("any_two_altered_databases_are_told_apart_by_both_or_neither", Tried::any_two_are_told_apart);
        claim("random_pairs_applied_together_are_told_apart_by_both_or_neither", |tried| {
            pairs::together(tried, runtime()?)
        });
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn runtime() -> Result<&'static Runtime, String> {
    RUNTIME.as_ref().map_err(Clone::clone)
}

fn tried(version: Version) -> Result<&'static Tried, String> {
    let tried = match version {
        Version::V17 => &ON_17,
        Version::V18 => &ON_18,
    };
    tried.as_ref().map_err(Clone::clone)
}
