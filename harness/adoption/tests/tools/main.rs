//! What a suite's phases lead to is what the migration tool itself leads to. Where a tool is not there, its test is listed as
//! ignored, with the reason.

mod agreement;
#[path = "../imported/breaks.rs"]
mod breaks;
mod by_pgtap;
mod by_sqitch;
mod by_sqlx;
#[path = "../imported/suite.rs"]
mod suite;

use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Trial};

/// Set where there must be the tools, so that a test that needs one is not left out but fails.
const MANDATORY: &str = "PHASEGATE_TEST_TOOLS";

fn main() -> ExitCode {
    let sqitch_answers =
        || Command::new("sqitch").arg("--version").output().is_ok_and(|output| output.status.success());
    let there_is_sqitch = std::env::var_os(MANDATORY).is_some() || sqitch_answers();
    let test = |name: &str, test: fn()| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    };
    let sqitch = test("what_sqitch_deploys_is_what_the_phases_lead_to", by_sqitch::agrees);
    let sqitch =
        if there_is_sqitch { sqitch } else { sqitch.with_kind("needs sqitch and DBD::Pg").with_ignored_flag(true) };
    let sqlx = test("what_the_migrator_of_sqlx_applies_is_what_the_phases_lead_to", by_sqlx::agrees);
    let pgtap = test("a_check_fails_where_pgtap_itself_fails_and_nowhere_else", by_pgtap::agrees);
    let pgtap = match std::env::var_os("PHASEGATE_PGTAP") {
        Some(_) => pgtap,
        None => pgtap.with_kind("needs pgTAP: set PHASEGATE_PGTAP to what ci/pgtap prints").with_ignored_flag(true),
    };
    libtest_mimic::run(&Arguments::from_args(), vec![sqlx, sqitch, pgtap]).exit_code()
}
