//! What a suite's phases lead to is what the migration tool itself leads to. Where a tool is not there, its test is listed as
//! ignored, with the reason.

mod agreement;
#[path = "../imported/breaks.rs"]
mod breaks;
mod by_dbmate;
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
    let is_there = |program: &str| {
        let answers = || Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
        std::env::var_os(MANDATORY).is_some() || answers()
    };
    let test = |name: &str, test: fn()| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    };
    let needing = |trial: Trial, is_there: bool, what: &str| match is_there {
        true => trial,
        false => trial.with_kind(format!("needs {what}")).with_ignored_flag(true),
    };
    let sqitch = test("what_sqitch_deploys_is_what_the_phases_lead_to", by_sqitch::agrees);
    let sqitch = needing(sqitch, is_there("sqitch"), "sqitch and DBD::Pg");
    let dbmate = test("what_dbmate_applies_is_what_the_phases_lead_to", by_dbmate::agrees);
    let dbmate = needing(dbmate, is_there("dbmate"), "dbmate");
    let sqlx = test("what_the_migrator_of_sqlx_applies_is_what_the_phases_lead_to", by_sqlx::agrees);
    let pgtap = test("a_check_fails_where_pgtap_itself_fails_and_nowhere_else", by_pgtap::agrees);
    let is_set = std::env::var_os("PHASEGATE_PGTAP").is_some();
    let pgtap = needing(pgtap, is_set, "pgTAP: set PHASEGATE_PGTAP to what ci/pgtap prints");
    libtest_mimic::run(&Arguments::from_args(), vec![sqlx, sqitch, dbmate, pgtap]).exit_code()
}
