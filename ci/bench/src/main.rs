//! The part of the benchmark that must look from inside: it holds the server on which both sides are measured, and times
//! what a process of its own would hide. `ci/bench/run` starts it and does all the rest.
#![forbid(unsafe_code)]

mod failure;
mod judge;
mod serve;

use std::process::ExitCode;

use failure::Failure;

const USAGE: &str = "phasegate-bench serve SUITES SUITE PHASES | judge SUITES SUITE URL DATABASE";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        ["serve", suites, suite, phases] => serve::serve(suites, suite, phases).await,
        ["judge", suites, suite, url, database] => judge::process(suites, suite, url, database).await,
        _ => Err(Failure::new(USAGE)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("phasegate-bench: {failure}");
            ExitCode::FAILURE
        }
    }
}
