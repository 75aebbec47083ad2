//! `phasegate run --require-signed`.

use std::path::Path;

use phasegate_engine::{Applied, suite::Suite};
use phasegate_evidence::{
    Link, Plan, Precedent, RunFolder, Verdict,
    sign::{Approval, approval, follows},
};

use super::verify::{planned_and_happened, verified};
use crate::{
    args::{display_path, program_name},
    exit::{Exit, Failure},
    keys::trusted_keys,
};

/// A run begins only after a run that verifies, passed, was approved by a validator whose key is trusted, and ended where this
/// one goes on. An exception lets nothing begin (rule 6). What it comes to is recorded in the run that begins.
pub(super) fn requires_signed(path: &Path, keys: &Path, next: (&[Suite], &Plan)) -> Result<Precedent, Failure> {
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
    let (signed, links) = planned_and_happened(&folder)?;
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
    if let Err(why) = goes_on((&signed, &links), next) {
        return refused(Exit::GateFailed, why);
    }
    Precedent::of(&verification).map_or_else(|| refused(Exit::Unverified, "has no run digest".to_owned()), Ok)
}

/// Whether a run goes on where a signed one ended: the same migration, the same gates, and at most one phase more.
fn goes_on((signed, links): (&Plan, &[Link]), (suites, next): (&[Suite], &Plan)) -> Result<(), String> {
    if signed.judging.is_gates_alone() {
        return Err("judged gates alone, and applied no migration that could be gone on from".to_owned());
    }
    follows(signed, next).map_err(|error| format!("was signed for something else: {error}"))?;
    for (suite, now) in suites.iter().zip(&next.suites) {
        if let Some(plan) = signed.suites.iter().find(|plan| plan.suite == suite.name) {
            Applied { plan, links }.is_at_hand(suite, now, plan.phases.len())?;
        }
    }
    Ok(())
}
