//! From each requirement of the sources to what answers it, and to what came of that in this run.

use std::collections::{BTreeMap, BTreeSet};

use phasegate_evidence::{Answer, AnswerKind, FindingResult, RequirementPlan, SuitePlan, SuiteResult, Verdict};

use crate::{
    count::count,
    record::{gates, phases},
};

/// The requirements of a suite in the order of its plan.
pub(crate) struct Requirements<'a> {
    /// Each with what answers it.
    pub(crate) traced: Vec<Requirement<'a>>,
    /// How many gates answer none, neither by themselves nor by a check.
    pub(crate) gates_without: usize,
}

/// A requirement with what answers it.
pub(crate) struct Requirement<'a> {
    pub(crate) plan: &'a RequirementPlan,
    pub(crate) answers: Vec<Answered<'a>>,
}

/// An answer with what came of it.
pub(crate) struct Answered<'a> {
    pub(crate) answer: &'a Answer,
    /// What it says, where the plan holds it.
    pub(crate) says: &'a str,
    /// Of a gate or a check, the place of the check, or of the gate's first, among those of the suite.
    pub(crate) place: Option<usize>,
    pub(crate) came_to: CameTo,
}

/// What came of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CameTo {
    /// The run judged it.
    Verdict(Verdict),
    /// The run did not judge it; these words say why, or what it did instead.
    Unjudged(&'static str),
}

/// What is known of a part of a suite that may answer something.
#[derive(Clone, Copy)]
struct Part<'a> {
    says: &'a str,
    place: Option<usize>,
    came_to: CameTo,
}

impl<'a> Requirements<'a> {
    /// The requirements of a suite, held against what its checks came to.
    pub(crate) fn of(plan: &'a SuitePlan, result: &'a SuiteResult) -> Self {
        let parts = parts(plan, result);
        let answered = |answer: &'a Answer| {
            let part = parts.get(&(answer.kind, answer.id.as_str())).copied().unwrap_or(Part::unknown(answer.kind));
            Answered { answer, says: part.says, place: part.place, came_to: part.came_to }
        };
        let traced =
            |plan: &'a RequirementPlan| Requirement { plan, answers: plan.answers.iter().map(answered).collect() };
        let traced: Vec<Requirement<'_>> = plan.requirements.iter().map(traced).collect();
        let named: BTreeSet<(AnswerKind, &str)> =
            plan.requirements.iter().flat_map(|plan| &plan.answers).map(|answer| (answer.kind, &*answer.id)).collect();
        let all_gates = plan.phases.iter().flat_map(|phase| &phase.gates);
        let gates_without = all_gates
            .filter(|gate| !named.contains(&(AnswerKind::Gate, &*gate.gate)))
            .filter(|gate| !gate.checks.iter().any(|check| named.contains(&(AnswerKind::Check, &*check.id))))
            .count();
        Self { traced, gates_without }
    }

    /// The requirements by the titles of their sections; where the suite lists none, they have no title.
    pub(crate) fn sections(&self) -> impl Iterator<Item = (Option<&'a str>, &[Requirement<'a>])> {
        let sections = self.traced.chunk_by(|one, next| one.plan.section == next.plan.section);
        let is_listed = self.traced.first().is_some_and(|first| first.plan.section.is_some());
        let unlisted = is_listed.then_some("Named by gates, checks or scenarios alone");
        sections.map(move |section| (section[0].plan.section.as_deref().or(unlisted), section))
    }

    /// How many requirements came to what, in one sentence.
    pub(crate) fn gist(&self) -> String {
        let mut by_standing: BTreeMap<Option<Verdict>, usize> = BTreeMap::new();
        self.traced.iter().for_each(|requirement| *by_standing.entry(requirement.verdict()).or_default() += 1);
        let verdicts = Verdict::ALL
            .iter()
            .filter_map(|verdict| by_standing.get(&Some(*verdict)).map(|number| format!("{number} {verdict}")));
        let untried = by_standing.get(&None).map(|number| format!("{number} answered by nothing that this run judged"));
        let parts: Vec<String> = verdicts.chain(untried).collect();
        format!("{}: {}.", count(self.traced.len(), "requirement", "requirements"), parts.join(", "))
    }
}

impl Requirement<'_> {
    /// The worst verdict of what the run judged of it; nothing where it judged nothing, which is never a pass.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        let verdicts: Vec<Verdict> = self.verdicts().collect();
        (!verdicts.is_empty()).then(|| Verdict::of_parts(verdicts))
    }

    /// How many of its answers the run judged, where that is some and not all.
    pub(crate) fn in_part(&self) -> Option<String> {
        let judged = self.verdicts().count();
        let all = self.answers.len();
        (judged > 0 && judged < all).then(|| format!("{judged} of {all} answers judged"))
    }

    fn verdicts(&self) -> impl Iterator<Item = Verdict> {
        self.answers.iter().filter_map(|answer| match answer.came_to {
            CameTo::Verdict(verdict) => Some(verdict),
            CameTo::Unjudged(_) => None,
        })
    }
}

impl Part<'_> {
    /// What is known of something that neither plan nor result holds.
    fn unknown(kind: AnswerKind) -> Self {
        let words = match kind {
            AnswerKind::Gate | AnswerKind::Check | AnswerKind::Finding | AnswerKind::Deviation => "not in this plan",
            AnswerKind::Scenario => "not played by this run",
            AnswerKind::Test => "not run by this run",
        };
        Part { says: "", place: None, came_to: CameTo::Unjudged(words) }
    }
}

/// What the run came to, by what may answer a requirement.
fn parts<'a>(plan: &'a SuitePlan, result: &'a SuiteResult) -> BTreeMap<(AnswerKind, &'a str), Part<'a>> {
    let mut parts = BTreeMap::new();
    let mut at = 0;
    for (phase, phase_result) in phases(plan, result) {
        for (gate, gate_result) in gates(phase, phase_result) {
            let came_to = CameTo::Verdict(gate_result.verdict);
            let part = Part { says: &gate.claim, place: Some(at), came_to };
            parts.insert((AnswerKind::Gate, gate.gate.as_str()), part);
            for (check, check_result) in gate.checks.iter().zip(&gate_result.checks) {
                let came_to = CameTo::Verdict(check_result.verdict);
                let part = Part { says: &check.title, place: Some(at), came_to };
                parts.insert((AnswerKind::Check, check.id.as_str()), part);
                at += 1;
            }
        }
    }
    for (scenario, result) in plan.scenarios.iter().zip(&result.scenarios) {
        let part = Part { says: &scenario.title, place: None, came_to: CameTo::Verdict(result.verdict) };
        parts.insert((AnswerKind::Scenario, scenario.scenario.as_str()), part);
    }
    for (finding, result) in plan.findings.iter().zip(&result.findings) {
        let part = Part { says: &finding.title, place: None, came_to: CameTo::Unjudged(shown(result)) };
        parts.insert((AnswerKind::Finding, finding.id.as_str()), part);
    }
    for deviation in &plan.deviations {
        let part = Part { says: &deviation.reading, place: None, came_to: CameTo::Unjudged("read otherwise") };
        parts.insert((AnswerKind::Deviation, deviation.id.as_str()), part);
    }
    parts
}

/// A finding judges nothing: it says what does not hold, and whether that was seen.
fn shown(result: &FindingResult) -> &'static str {
    match result.confirmed {
        Some(true) => "confirmed on this server",
        Some(false) => "not confirmed on this server",
        None => "not tried",
    }
}
