//! Whatever reads files that somebody else wrote is thrown damaged ones: suites, gates, SQL, run folders. Nothing panics, and
//! what is taken is taken whole. `PROPTEST_CASES` asks for more cases (by default 256 of each property, 64 of suites),
//! `PHASEGATE_SEED` for those of an earlier run.
//!
//! All of it happens within 2 GiB of memory. There are no time limits here: what is read is bounded, and a reader that never
//! ends is a test that never ends. `ci/attack` puts limits of both on the whole command.

mod files;
mod folders;
mod sql;
mod suites;

use phasegate_engine::fuzz::Seed;
use proptest::{
    strategy::Strategy,
    test_runner::{Config, TestCaseResult, TestRunner},
};
use rustix::process::{Resource, Rlimit, setrlimit};

/// The memory in which every property must hold.
const MEMORY_BYTES: u64 = 2 << 30;

/// Holds a property on so many random values, or on as many as `PROPTEST_CASES` asks for.
fn holds<S: Strategy>(name: &str, cases: u32, values: &S, property: impl Fn(S::Value) -> TestCaseResult) {
    let limit = Rlimit { current: Some(MEMORY_BYTES), maximum: Some(MEMORY_BYTES) };
    setrlimit(Resource::As, limit).expect("a lower limit");
    let seed = Seed::from_environment().expect("a seed");
    println!("{name}: PHASEGATE_SEED={seed}");
    let asked = Config { failure_persistence: None, ..Config::default() };
    let config = if std::env::var_os("PROPTEST_CASES").is_some() { asked } else { Config { cases, ..asked } };
    let outcome = TestRunner::new_with_rng(config, seed.rng()).run(values, property);
    outcome.unwrap_or_else(|error| panic!("{name}, PHASEGATE_SEED={seed}: {error}"));
}
