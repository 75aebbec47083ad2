//! Servers: that they start, and above all that nothing of them stays.
//!
//! The harness is libtest-mimic, because whether Docker answers is only known when the tests run: what needs it is
//! then listed as ignored, with the reason.

mod clean_up;
mod containers;
mod documentation;
mod holder;
mod provisioning;
mod refusals;
mod tls;
mod traces;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    // A test that kills the holder of a server runs this program once more, as that holder.
    if let Some(what) = std::env::var_os(holder::HOLD) {
        return holder::hold(&what.to_string_lossy());
    }
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    trials.extend(documentation::trials());
    trials.extend(clean_up::trials());
    trials.extend(refusals::trials());
    trials.extend(tls::trials());
    trials.extend(provisioning::trials());
    trials.extend(containers::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A test named as a claim. It starts an embedded server, for which this machine's apt is needed once.
fn claim(name: &str, test: fn() -> Result<(), Failed>) -> Trial {
    let apt = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join("apt-get").exists()));
    claim_if(name, (!apt).then_some("needs apt-get for the embedded server"), test)
}

/// Set where Docker has to answer, so that a test that needs it is not left out but fails.
const MANDATORY: &str = "PHASEGATE_TEST_CONTAINERS";

/// A test that this machine may not be able to make; then it says why.
fn claim_if(name: &str, hindrance: Option<&str>, test: fn() -> Result<(), Failed>) -> Trial {
    match hindrance {
        None => Trial::test(name, test),
        Some(reason) => Trial::test(name, test).with_kind(reason).with_ignored_flag(true),
    }
}

/// Runs a test's future.
fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(future)
}
