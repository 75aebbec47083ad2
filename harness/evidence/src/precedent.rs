//! The signed run that another one was let to begin after.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Digest, Event, Link, Plan, Verdict, Verification,
    sign::{KeyId, Meaning, Role, Signed, follows},
};

/// A run whose approval let this one begin, as its folder said then. Whoever has that folder holds it against this
/// ([`Precedent::differs`]); what the approvals must cover, `verify` knows from the plan of this run alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Precedent {
    /// The name of the run.
    pub run: String,
    /// The run digest that was signed.
    pub run_digest: Digest,
    /// The digest of its result.
    pub result: Digest,
    /// The approvals by validators, in their order.
    pub approvals: Vec<ApprovedBy>,
}

/// An approval by a validator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ApprovedBy {
    /// The SHA-256 of the file of the sign-off.
    pub sign_off: Digest,
    /// The printed name.
    pub name: String,
    /// The id of the key: the SHA-256 of its public half.
    pub key: KeyId,
    /// Suite and phase, if it is not the whole run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<(String, String)>,
}

impl Precedent {
    /// What a run that verifies lets begin; nothing where its digests are not known.
    #[must_use]
    pub fn of(verification: &Verification) -> Option<Self> {
        Some(Self {
            run: verification.facts.as_ref()?.run.clone(),
            run_digest: verification.run_digest.clone()?,
            result: verification.result_digest.clone()?,
            approvals: verification.signed.iter().filter_map(ApprovedBy::of).collect(),
        })
    }

    /// The first phase of this plan that began on no approval. A run goes at most one phase beyond the one that was signed, so
    /// that all but the last phase of each suite must have been approved, by itself or with the whole run; without any approval,
    /// nothing begins.
    pub(crate) fn unapproved<'p>(&self, plan: &'p Plan) -> Option<(&'p str, &'p str)> {
        let beyond = usize::from(!self.approvals.is_empty());
        let mut phases = plan.suites.iter().flat_map(|suite| {
            let signed = suite.phases.len().saturating_sub(beyond);
            suite.phases.iter().take(signed).map(|phase| (suite.suite.as_str(), phase.phase.as_str()))
        });
        let covers = |approval: &ApprovedBy, (suite, phase): (&str, &str)| match &approval.phase {
            None => true,
            Some((of_suite, of_phase)) => (of_suite.as_str(), of_phase.as_str()) == (suite, phase),
        };
        phases.find(|phase| !self.approvals.iter().any(|approval| covers(approval, *phase)))
    }

    /// What this says otherwise than the folder of the run that it names; nothing where it says the same.
    #[must_use]
    pub fn differs(&self, earlier: &Verification) -> Option<String> {
        if !earlier.holds() {
            return Some("does not verify itself".to_owned());
        }
        if let Some(verdict) = earlier.result.as_ref().map(|result| result.verdict).filter(|v| *v != Verdict::Passed) {
            return Some(format!("came to {verdict}, and an exception lets nothing begin"));
        }
        if earlier.run_digest.as_ref() != Some(&self.run_digest) || earlier.result_digest.as_ref() != Some(&self.result)
        {
            return Some(format!("has another run digest or result than run {}, which this one began after", self.run));
        }
        let found: Vec<ApprovedBy> = earlier.signed.iter().filter_map(ApprovedBy::of).collect();
        let missing = self.approvals.iter().find(|approval| !found.contains(approval));
        missing.map(|approval| format!("does not hold the approval by {approval}"))
    }
}

/// Whether a run goes on where a signed one ended, both of which are known to hold: the same migration and gates, at most one
/// phase more, and whatever of it both applied by the same files or commands.
///
/// # Errors
/// In a sentence about the signed run, when it does not.
pub fn begins_after(next: (&Plan, &[Link]), signed: (&Plan, &[Link])) -> Result<(), String> {
    if signed.0.judging.is_gates_alone() {
        return Err("judged gates alone, and applied no migration that could be gone on from".to_owned());
    }
    follows(signed.0, next.0).map_err(|error| format!("was signed for something else: {error}"))?;
    for suite in &next.0.suites {
        let [then, now] = [signed.1, next.1].map(|links| baseline_statements(links, &suite.suite));
        if now.is_some() && now != then {
            return Err(format!("applied another baseline of suite {}", suite.suite));
        }
        let Some(planned) = signed.0.suites.iter().find(|planned| planned.suite == suite.suite) else { continue };
        if planned.env != suite.env {
            return Err(format!("gave the commands of suite {} another environment", suite.suite));
        }
        for phase in &planned.phases {
            let [then, now] = [signed.1, next.1].map(|links| applied(links, &suite.suite, &phase.phase));
            // A phase that did not apply as a whole ended before its last file.
            if !then.0.starts_with(&now.0) || (now.1 && now.0 != then.0) {
                return Err(format!("applied other files in phase {} of suite {}", phase.phase, suite.suite));
            }
        }
    }
    Ok(())
}

/// Of how many statements the baseline was that a run applied.
fn baseline_statements(links: &[Link], wanted: &str) -> Option<u32> {
    links.iter().find_map(|link| match link.event.plain() {
        Event::BaselineApplied { suite, statements, .. } if suite == wanted => Some(*statements),
        _ => None,
    })
}

/// The files of a phase, or its command, in the order in which a run applied them, and whether it applied all of it.
fn applied<'l>(links: &'l [Link], of: &str, wanted: &str) -> (Vec<&'l str>, bool) {
    let (mut files, mut whole) = (Vec::new(), false);
    for link in links {
        match link.event.plain() {
            Event::StatementApplied { suite, phase, file, .. } if suite == of && phase == wanted => {
                files.push(file.as_str());
            }
            Event::PhaseApplied { suite, phase, .. } if suite == of && phase == wanted => whole = true,
            _ => {}
        }
    }
    files.dedup();
    (files, whole)
}

impl ApprovedBy {
    fn of(signed: &Signed) -> Option<Self> {
        let sign_off = &signed.sign_off;
        let approves = sign_off.meaning == Meaning::Approval && sign_off.role == Role::Validator;
        approves.then(|| Self {
            sign_off: signed.digest.clone(),
            name: sign_off.name.clone(),
            key: signed.key.id(),
            phase: sign_off.phase.as_ref().map(|scope| (scope.suite.clone(), scope.phase.clone())),
        })
    }
}

impl fmt::Display for ApprovedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as validator (key {})", self.name, self.key.short())?;
        match &self.phase {
            None => Ok(()),
            Some((suite, phase)) => write!(f, ", phase {phase} of {suite}"),
        }
    }
}
