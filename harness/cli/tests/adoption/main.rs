//! `phasegate init` and `phasegate import`, and the run after it, on projects whose faults are known. What needs a migration tool
//! that is not there is listed as ignored, with the reason.

mod alembic;
mod django;
mod faults;
mod imports;
mod jobs;
mod order;
mod project;
mod rails;
#[path = "../cli/settings.rs"]
mod settings;
mod stopped;
mod tools;
mod versions;
mod with_pgtap;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// A claim by its name.
type Claim = (&'static str, fn());

fn main() -> ExitCode {
    let trial = |hindrance: Option<String>| {
        move |(name, test): Claim| {
            let trial = Trial::test(name, move || {
                test();
                Ok(())
            });
            match &hindrance {
                None => trial,
                Some(reason) => trial.with_kind(reason.clone()).with_ignored_flag(true),
            }
        }
    };
    let anywhere =
        [faults::claims(), imports::claims(), order::claims(), stopped::claims(), versions::claims(), jobs::claims()]
            .concat();
    let trials = anywhere.into_iter().map(trial(None));
    let trials = trials.chain(alembic::claims().into_iter().map(trial(tools::without_python("alembic, psycopg"))));
    let trials = trials.chain(django::claims().into_iter().map(trial(tools::without_python("django"))));
    let trials = trials.chain(rails::claims().into_iter().map(trial(tools::without_rails())));
    let trials = trials.chain(jobs::claims_of_yaml().into_iter().map(trial(tools::without_python("yaml"))));
    let trials = trials.chain(versions::claims_of_another().into_iter().map(trial(versions::without_another())));
    let trials = trials.chain(with_pgtap::claims().into_iter().map(trial(with_pgtap::hindrance())));
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}
