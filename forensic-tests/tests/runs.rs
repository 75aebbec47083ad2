//! Whole runs: that two of them come to the same, on every kind of server, and that their evidence verifies.

use std::path::Path;

use libtest_mimic::{Failed, Trial};
use phasegate_engine::{Finished, Request, run, suite};
use phasegate_evidence::{RunFolder, Verdict, verify};
use phasegate_server::{Choice, Kind};
use tokio::runtime::Runtime;

/// Set where Docker has to answer, so that a test that needs it is not left out but fails.
const MANDATORY: &str = "PHASEGATE_TEST_CONTAINERS";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("runs::two_embedded_runs_come_to_the_same", || {
            two_runs_come_to_the_same(&[Choice::Embedded, Choice::Embedded])
        }),
        needing_docker("runs::two_container_runs_come_to_the_same", || {
            two_runs_come_to_the_same(&[Choice::Container, Choice::Container])
        }),
        needing_docker("runs::a_container_run_comes_to_the_same_as_an_embedded_one", || {
            two_runs_come_to_the_same(&[Choice::Container, Choice::Embedded])
        }),
    ]
}

fn needing_docker(name: &str, test: fn() -> Result<(), Failed>) -> Trial {
    let hindrance = match std::env::var_os(MANDATORY) {
        Some(_) => None,
        None => container_at_hand().err(),
    };
    match hindrance {
        None => Trial::test(name, test),
        Some(reason) => Trial::test(name, test).with_kind(reason).with_ignored_flag(true),
    }
}

/// Whether a container could be started here and now.
fn container_at_hand() -> Result<(), String> {
    let runtime = Runtime::new().map_err(|error| error.to_string())?;
    let request = phasegate_server::Request { needs_timescaledb: true, ..phasegate_server::Request::default() };
    runtime.block_on(phasegate_server::at_hand(Kind::Container, &request)).map(drop).map_err(|error| error.to_string())
}

fn two_runs_come_to_the_same(choices: &[Choice; 2]) -> Result<(), Failed> {
    let runtime = Runtime::new().map_err(|error| error.to_string())?;
    let runs = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut digests = Vec::new();
    for choice in choices {
        let outcome = runtime.block_on(run_on(*choice, runs.path()))?;
        if outcome.result.verdict != Verdict::Passed {
            return Err(format!("the run on {choice} is {}", outcome.result.verdict).into());
        }
        let folder = RunFolder::open(&outcome.folder).map_err(|error| error.to_string())?;
        let found = verify(&folder);
        if found.result_digest.as_ref() != Some(&outcome.result_digest) {
            return Err("the evidence comes to another result than the run".into());
        }
        digests.push(outcome.result_digest);
    }
    if digests[0] == digests[1] {
        Ok(())
    } else {
        Err(format!("two results: {} and {}", digests[0], digests[1]).into())
    }
}

async fn run_on(choice: Choice, runs: &Path) -> Result<Finished, Failed> {
    let suites = Path::new(env!("CARGO_MANIFEST_DIR")).join("suites");
    let suites = suite::load(&suites, &["attribution-b03".to_owned()]).map_err(|error| error.to_string())?;
    let server = phasegate_server::Request { choice, ..phasegate_server::Request::default() };
    let request = Request::new(suites, server, runs.to_owned());
    let (_keep, cancel) = tokio::sync::watch::channel(false);
    let outcome = run(request, &mut |_| {}, &mut |_| {}, cancel).await;
    Ok(outcome.map_err(|error| error.to_string())?)
}
