//! How a scenario must end, and whether it did, from the events that it left.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Judged, Sequence, Step};
use crate::{ApplyFailure, Event, PhasePlan, Reason, ReasonCode, Verdict};

/// What is expected of a gated run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// How it ends.
    pub outcome: Outcome,
    /// The phase at which it ends; for `passed`, nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// The SQLSTATE with which the phase fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sqlstate: Option<String>,
    /// What refuses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What the message of the failure holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
    /// `unchanged`: the catalog after the failure is that before the phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<CatalogAfter>,
    /// Exactly the checks that fail, for `gate-failed`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<String>,
}

/// How a gated run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A phase does not apply.
    PhaseFailed,
    /// A gate of a phase does not pass.
    GateFailed,
    /// Every gate passes.
    Passed,
}

/// What the catalog is after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CatalogAfter {
    /// As before the phase.
    Unchanged,
}

/// What is expected where all phases are judged by other gates, and none stops the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AuditExpected {
    /// How many checks pass.
    pub passed_checks: u32,
    /// How many gates pass.
    pub passed_gates: u32,
    /// Every check that does not pass, as `code: fragment of the detail`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checks: BTreeMap<String, String>,
}

/// What is expected of steps on the state after a phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProbeExpected {
    /// The phase.
    pub phase: String,
    /// The steps, each with its own outcome.
    pub steps: Vec<Step>,
}

fn otherwise(what: impl Into<String>) -> Judged {
    Judged::failed(ReasonCode::EndedOtherwise, what)
}

/// What broke is no claim of the scenario (rule 11).
fn broke(reason: &Reason) -> Judged {
    Judged::error(reason.code, format!("it broke: {}", reason.detail))
}

/// What did not apply: it broke, or the scenario ended otherwise.
fn not_applied(what: &str, failure: &ApplyFailure) -> Judged {
    match failure.broke {
        Some(code) => Judged::error(code, format!("{what}{failure}")),
        None => otherwise(format!("{what}{failure}")),
    }
}

impl Expected {
    /// Judges the events of a gated run.
    pub(crate) fn judge<'a>(&self, events: impl IntoIterator<Item = &'a Event>) -> Judged {
        let mut failed = BTreeSet::new();
        for event in events {
            match event {
                Event::BaselineFailed { failure, .. } => return not_applied("the baseline failed: ", failure),
                Event::PhaseFailed { phase, failure, catalog_unchanged, .. } => {
                    return self.phase_failed(phase, failure, *catalog_unchanged);
                }
                Event::SuiteStopped { reason, .. } => return broke(reason),
                Event::CheckJudged { check, verdict, .. } if !verdict.opens_the_gate() => {
                    failed.insert(check.as_str());
                }
                Event::PhaseJudged { phase, verdict, .. } if !verdict.opens_the_gate() => {
                    return self.gate_failed(phase, &failed);
                }
                _ => {}
            }
        }
        match self.outcome {
            Outcome::Passed => Judged::passed(),
            other => otherwise(format!("every gate passed, expected {other:?}")),
        }
    }

    fn phase_failed(&self, phase: &str, failure: &ApplyFailure, catalog_unchanged: bool) -> Judged {
        let wrong = |what: &str| not_applied(&format!("{what}: phase {phase} failed: "), failure);
        if self.outcome != Outcome::PhaseFailed || self.phase.as_deref() != Some(phase) || failure.broke.is_some() {
            return wrong("another outcome was expected");
        }
        if self.sqlstate != failure.sqlstate {
            return wrong("another SQLSTATE was expected");
        }
        let cause = failure.cause.as_deref().unwrap_or_default();
        let is_meant =
            |by: &String| cause == by || cause.ends_with(&format!(" {by}")) || cause.ends_with(&format!(".{by}"));
        if !self.by.as_ref().is_none_or(is_meant) {
            return wrong("another cause was expected");
        }
        let says = self.says.as_deref().unwrap_or_default();
        if !failure.message.contains(says) {
            return wrong(&format!("a message that holds `{says}` was expected"));
        }
        if self.catalog == Some(CatalogAfter::Unchanged) && !catalog_unchanged {
            return wrong("the catalog should be as before the phase");
        }
        Judged::passed()
    }

    fn gate_failed(&self, phase: &str, failed: &BTreeSet<&str>) -> Judged {
        let wanted: BTreeSet<&str> = self.failed.iter().map(String::as_str).collect();
        if self.outcome == Outcome::GateFailed && self.phase.as_deref() == Some(phase) && wanted == *failed {
            return Judged::passed();
        }
        let list = |ids: &BTreeSet<&str>| ids.iter().copied().collect::<Vec<_>>().join(", ");
        otherwise(format!(
            "at phase {phase} these checks failed: {}; expected {:?} at {} with: {}",
            list(failed),
            self.outcome,
            self.phase.as_deref().unwrap_or("no phase"),
            list(&wanted)
        ))
    }
}

impl AuditExpected {
    /// Judges the events of an audit by these phases.
    pub(crate) fn judge<'a>(&self, phases: &[PhasePlan], events: impl IntoIterator<Item = &'a Event>) -> Judged {
        let mut met: BTreeMap<&str, (Verdict, Option<&Reason>)> = BTreeMap::new();
        for event in events {
            match event {
                Event::CheckJudged { check, verdict, reason, .. } => {
                    met.insert(check, (*verdict, reason.as_ref()));
                }
                Event::SuiteStopped { reason, .. } => return broke(reason),
                // A phase that is refused leaves its checks untried, which is expected or is not.
                Event::BaselineFailed { failure, .. } | Event::PhaseFailed { failure, .. }
                    if failure.broke.is_some() =>
                {
                    return not_applied("", failure);
                }
                _ => {}
            }
        }
        let mut wrong = Vec::new();
        let mut passed = [0, 0];
        for gate in phases.iter().flat_map(|phase| &phase.gates) {
            let mut verdicts = Vec::new();
            for check in &gate.checks {
                let (verdict, reason) = met.get(check.id.as_str()).copied().unwrap_or((Verdict::NotRun, None));
                verdicts.push(verdict);
                let expected = self.checks.get(&check.id);
                match (verdict, expected) {
                    (Verdict::Passed, None) => passed[0] += 1,
                    (_, Some(expected)) if reason.is_some_and(|reason| is_meant(reason, expected)) => {}
                    _ => {
                        let met = reason.map_or_else(|| verdict.to_string(), ToString::to_string);
                        let expected = expected.map_or("passed", String::as_str);
                        wrong.push(format!("{} is `{met}`, expected `{expected}`", check.id));
                    }
                }
            }
            passed[1] += u32::from(Verdict::of_parts(verdicts) == Verdict::Passed);
        }
        let expected = [self.passed_checks, self.passed_gates];
        if passed != expected {
            wrong.push(format!(
                "{} checks and {} gates passed, expected {} and {}",
                passed[0], passed[1], expected[0], expected[1]
            ));
        }
        if wrong.is_empty() { Judged::passed() } else { otherwise(wrong.join("\n")) }
    }
}

/// Whether a reason is the expected one: the same code, and a detail that holds the fragment.
fn is_meant(met: &Reason, expected: &str) -> bool {
    let (code, fragment) = expected.split_once(": ").unwrap_or((expected, ""));
    met.code.as_str() == code && met.detail.contains(fragment)
}

impl ProbeExpected {
    /// What the steps come to, as a check of kind `sequence` would.
    #[must_use]
    pub fn sequence(&self) -> Sequence {
        Sequence { steps: self.steps.clone() }
    }

    /// Judges the events of a probe.
    pub(crate) fn judge<'a>(&self, events: impl IntoIterator<Item = &'a Event>) -> Judged {
        for event in events {
            match event {
                Event::BaselineFailed { failure, .. }
                | Event::PhaseFailed { failure, .. }
                | Event::ActionFailed { failure, .. } => return not_applied("", failure),
                Event::SuiteStopped { reason, .. } => return broke(reason),
                Event::StepsTried { verdict, reason, .. } => {
                    return match reason {
                        None if *verdict == Verdict::Passed => Judged::passed(),
                        None => otherwise(format!("the steps are {verdict}")),
                        Some(reason) if *verdict == Verdict::Error => broke(reason),
                        Some(reason) => otherwise(reason.to_string()),
                    };
                }
                _ => {}
            }
        }
        otherwise("the steps were not tried")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Digest, GatePlan, Seen};

    fn phase_failed(sqlstate: &str, catalog_unchanged: bool) -> Vec<Event> {
        let failure = ApplyFailure {
            sqlstate: Some(sqlstate.into()),
            cause: Some("column t.a".into()),
            ..ApplyFailure::of_harness("up.sql", "null value")
        };
        let failure = ApplyFailure { broke: None, ..failure };
        let catalog_after = Some(Digest::of(b""));
        let (suite, phase, tables) = ("s".into(), "2".into(), BTreeMap::new());
        let revisions = BTreeMap::new();
        vec![Event::PhaseFailed { suite, phase, failure, catalog_after, catalog_unchanged, tables, revisions }]
    }

    fn judged(check: &str, reason: Option<Reason>) -> Event {
        Event::CheckJudged {
            suite: "s".into(),
            phase: "2".into(),
            gate: "2.1".into(),
            check: check.into(),
            verdict: if reason.is_some() { Verdict::Failed } else { Verdict::Passed },
            reason,
            examined: None,
            observation: Seen::Stored(Digest::of(b"")),
            duration_us: 0,
        }
    }

    fn failed_phase() -> Expected {
        Expected {
            outcome: Outcome::PhaseFailed,
            phase: Some("2".into()),
            sqlstate: Some("23502".into()),
            by: Some("a".into()),
            says: Some("null".into()),
            catalog: Some(CatalogAfter::Unchanged),
            failed: Vec::new(),
        }
    }

    #[test]
    fn a_phase_that_fails_as_expected_is_a_pass_and_no_other_failure_is() {
        let verdict = |expected: &Expected, events: &[Event]| expected.judge(events).verdict;
        assert_eq!(verdict(&failed_phase(), &phase_failed("23502", true)), Verdict::Passed);
        assert_eq!(verdict(&failed_phase(), &phase_failed("23503", true)), Verdict::Failed);
        assert_eq!(verdict(&failed_phase(), &phase_failed("23502", false)), Verdict::Failed);
        assert_eq!(verdict(&failed_phase(), &[]), Verdict::Failed);
        let other = Expected { by: Some("b".into()), ..failed_phase() };
        assert_eq!(verdict(&other, &phase_failed("23502", true)), Verdict::Failed);
        let other = Expected { phase: Some("1".into()), ..failed_phase() };
        assert_eq!(verdict(&other, &phase_failed("23502", true)), Verdict::Failed);
    }

    #[test]
    fn exactly_the_named_checks_must_fail() {
        let gate = |failed: &[&str]| Expected {
            outcome: Outcome::GateFailed,
            sqlstate: None,
            failed: failed.iter().map(|id| (*id).to_owned()).collect(),
            ..failed_phase()
        };
        let reason = Reason::new(ReasonCode::Differs, "i is `x`");
        let events = [
            judged("2.1.1", None),
            judged("2.1.2", Some(reason)),
            Event::PhaseJudged { suite: "s".into(), phase: "2".into(), verdict: Verdict::Failed },
        ];
        assert_eq!(gate(&["2.1.2"]).judge(&events).verdict, Verdict::Passed);
        assert_eq!(gate(&[]).judge(&events).verdict, Verdict::Failed);
        assert_eq!(gate(&["2.1.1", "2.1.2"]).judge(&events).verdict, Verdict::Failed);
    }

    #[test]
    fn an_audit_names_each_check_that_does_not_pass_with_its_reason() {
        let rows = || super::super::Rows { query: String::new(), rows: Vec::new(), examined: None };
        let check = |id: &str| super::super::Check::new(id, "", super::super::Expectation::Rows(rows()));
        let gate = GatePlan {
            gate: "2.1".into(),
            claim: String::new(),
            requirement: Vec::new(),
            added: false,
            checks: vec![check("2.1.1"), check("2.1.2")],
        };
        let phases = [PhasePlan {
            phase: "2".into(),
            slug: String::new(),
            title: String::new(),
            revision: None,
            up_command: None,
            down_command: None,
            inputs: Vec::new(),
            env: BTreeMap::new(),
            gates: vec![gate],
        }];
        let events = [judged("2.1.1", None), judged("2.1.2", Some(Reason::new(ReasonCode::Differs, "i is `x`")))];
        let expected = |passed_checks, reason: &str| AuditExpected {
            passed_checks,
            passed_gates: 0,
            checks: [("2.1.2".to_owned(), reason.to_owned())].into(),
        };
        let verdict = |expected: AuditExpected, events: &[Event]| expected.judge(&phases, events).verdict;
        assert_eq!(verdict(expected(1, "differs: `x`"), &events), Verdict::Passed);
        assert_eq!(verdict(expected(2, "differs: `x`"), &events), Verdict::Failed);
        assert_eq!(verdict(expected(1, "missing: `x`"), &events), Verdict::Failed);
        assert_eq!(verdict(expected(1, "differs: `y`"), &events), Verdict::Failed);
        assert_eq!(verdict(expected(1, "differs"), &events[1..]), Verdict::Failed);
    }

    #[test]
    fn an_audit_in_which_something_broke_is_an_error_and_one_in_which_a_phase_was_refused_is_judged_by_its_checks() {
        let audit = AuditExpected { passed_checks: 0, passed_gates: 0, checks: BTreeMap::new() };
        let refused = phase_failed("23502", true);
        assert_eq!(audit.judge(&[], &refused), Judged::passed());
        let stopped = Event::SuiteStopped { suite: "s".into(), reason: Reason::new(ReasonCode::TimedOut, "not done") };
        assert_eq!(audit.judge(&[], &[stopped]), Judged::error(ReasonCode::TimedOut, "it broke: not done"));
        let broke = ApplyFailure::broke("up.sql", ReasonCode::ConnectionLost, "it was lost");
        let broke = Event::BaselineFailed { suite: "s".into(), failure: broke };
        let judged = audit.judge(&[], &[broke]);
        assert_eq!(
            (judged.verdict, judged.reason.map(|reason| reason.code)),
            (Verdict::Error, Some(ReasonCode::ConnectionLost))
        );
    }
}
