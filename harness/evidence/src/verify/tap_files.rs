//! A file of pgTAP that stands in the plan is an input of its suite, byte for byte.

use super::{audit::Audit, fault::FaultCode};
use crate::{Digest, PLAN_FILE, Plan, judge::Expectation};

impl Audit<'_> {
    /// What a check runs as a file is the file whose digest the plan holds.
    pub(super) fn tap_files(&mut self, plan: &Plan) {
        for suite in &plan.suites {
            for (_, _, check) in suite.checks() {
                let Expectation::Tap(tap) = &check.expectation else { continue };
                let file = format!("fixtures/{}", tap.file);
                if suite.inputs.get(&file) != Some(&Digest::of(tap.sql.as_bytes())) {
                    let what = format!(
                        "check {} of {} runs another {file} than the plan names as an input",
                        check.id, suite.suite
                    );
                    self.fault(FaultCode::Contradiction, PLAN_FILE, what);
                }
            }
        }
    }
}
