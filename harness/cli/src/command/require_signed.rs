//! `phasegate run --require-signed`.

use std::path::Path;

use phasegate_evidence::{
    Plan, Precedent, RunFolder, Verdict,
    sign::{Approval, approval, follows},
};

use super::verify::verified;
use crate::{
    args::{display_path, program_name},
    exit::{Exit, Failure},
    keys::trusted_keys,
};

/// A run begins only after a run that verifies, passed, was approved by a validator whose key is trusted, and ended where this
/// one goes on. An exception lets nothing begin (rule 6). What it comes to is recorded in the run that begins.
pub(super) fn requires_signed(path: &Path, keys: &Path, next: &Plan) -> Result<Precedent, Failure> {
    let keys = trusted_keys(keys)?;
    let folder = RunFolder::open(path)?;
    let mut verification = verified(&folder)?;
    verification.trust(&keys);
    let refused =
        |exit, what: String| Err(Failure::new(exit, format!("the run does not begin: {} {what}", display_path(path))));
    if !verification.holds() {
        let verify = format!("{} verify {} --trusted-keys ...", program_name(), display_path(path));
        return refused(Exit::Unverified, format!("is not evidence signed by trusted keys; `{verify}` says why"));
    }
    let verdict = verification.result.as_ref().map(|result| result.verdict);
    if let Some(verdict) = verdict.filter(|verdict| *verdict != Verdict::Passed) {
        return refused(Exit::GateFailed, format!("came to {verdict}"));
    }
    let signed = folder.plan()?;
    let approved = |phase| approval(&verification.signed, phase) == Approval::Given;
    let mut phases = signed
        .suites
        .iter()
        .flat_map(|suite| suite.phases.iter().map(move |phase| (suite.suite.as_str(), phase.phase.as_str())));
    if !approved(None)
        && let Some((suite, phase)) = phases.find(|phase| !approved(Some(*phase)))
    {
        let what = format!(
            "has no approval of phase {phase} of {suite} by a validator (`sign --role validator --meaning approval`)"
        );
        return refused(Exit::GateFailed, what);
    }
    if let Err(error) = follows(&signed, next) {
        return refused(Exit::GateFailed, format!("was signed for something else: {error}"));
    }
    Precedent::of(&verification).map_or_else(|| refused(Exit::Unverified, "has no run digest".to_owned()), Ok)
}
