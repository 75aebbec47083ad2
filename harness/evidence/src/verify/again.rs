//! Judges again, from what was expected and what was seen: every check, finding, defect, and every scenario with all that
//! happened in it.

use std::collections::{BTreeMap, BTreeSet};

use super::audit::Audit;
use crate::{
    EVENTS_FILE, Event, OUTPUTS_FOLDER, PhasePlan, Plan, Reason, ScenarioExpected, ScenarioPlan, Seen, ServerFacts,
    SuitePlan, Verdict,
    canonical::read_canonical,
    judge::{Check, Expectation, Judged, Judging, Observation, Sequence, inapplicable, judge},
};

/// What the events of one suite, or of one scenario of it, are judged by.
#[derive(Clone, Copy)]
struct Measure<'a> {
    suite: &'a SuitePlan,
    phases: &'a [PhasePlan],
    scenario: Option<&'a ScenarioPlan>,
    judging: Judging,
    server: &'a ServerFacts,
}

/// A proof of the way back: its suite, the scenario that it belongs to, and its check.
type Proof<'a> = (&'a str, Option<&'a str>, &'a str);

impl Audit<'_> {
    /// Every verdict of the run is the one that its observation comes to.
    pub(super) fn judged_again(&mut self, plan: &Plan, events: &[&Event]) {
        let nothing = ServerFacts::default();
        let mut server = &nothing;
        let mut proved: BTreeSet<Proof<'_>> = BTreeSet::new();
        let mut within: BTreeMap<(&str, &str), Vec<&Event>> = BTreeMap::new();
        for event in events {
            if let Event::ServerReady { server: facts } = event {
                server = facts;
            }
            // What speaks of a suite that was not planned is a fault of the order of events.
            let Some(suite) = event.suite().and_then(|name| plan.suites.iter().find(|suite| suite.suite == name))
            else {
                continue;
            };
            let own = Measure { suite, phases: &suite.phases, scenario: None, judging: plan.judging, server };
            match *event {
                Event::InScenario { scenario, event, .. } => {
                    let Some(planned) = suite.scenarios.iter().find(|planned| planned.scenario == *scenario) else {
                        continue;
                    };
                    within.entry((&suite.suite, scenario)).or_default().push(event);
                    let phases = match &planned.expected {
                        ScenarioExpected::Audit { phases, .. } => phases,
                        _ => &suite.phases,
                    };
                    let measure = Measure { phases, scenario: Some(planned), judging: Judging::Run, ..own };
                    self.event_again(measure, event);
                    self.way_back(measure, event, &mut proved);
                }
                Event::ScenarioEnded { scenario, verdict, reason, .. } => {
                    let Some(planned) = suite.scenarios.iter().find(|planned| planned.scenario == *scenario) else {
                        continue;
                    };
                    let events = within.remove(&(suite.suite.as_str(), scenario.as_str())).unwrap_or_default();
                    let derived = planned.judge(&events);
                    let subject = format!("scenario {scenario} of {}", suite.suite);
                    self.compare(&subject, EVENTS_FILE, (*verdict, reason.as_ref(), None), &derived);
                }
                other => {
                    self.event_again(own, other);
                    self.way_back(own, other, &mut proved);
                }
            }
        }
    }

    fn event_again(&mut self, by: Measure<'_>, event: &Event) {
        let suite = &by.suite.suite;
        match event {
            Event::CheckJudged { phase, check: id, verdict, reason, examined, observation, .. } => {
                let subject = format!("{suite}/{id}");
                let Some(check) = by.check(phase, id) else { return };
                let Some((file, seen)) = self.observation(&subject, observation) else { return };
                self.applicability(&subject, check, by, &seen);
                let derived = judge(&check.expectation, &seen);
                self.compare(&subject, &file, (*verdict, reason.as_ref(), *examined), &derived);
            }
            Event::DefectTried { phase, check: id, verdict, reason, observation, .. } => {
                let subject = format!("the defect of {suite}/{id}");
                let Some(check) = by.check(phase, id) else { return };
                let Some(defect) = &check.fails else {
                    self.fault(EVENTS_FILE, format!("{subject} was tried and is not planned"));
                    return;
                };
                let Some((file, seen)) = self.observation(&subject, observation) else { return };
                self.applicability(&subject, check, by, &seen);
                let met = judge(&check.expectation, &seen);
                let mut derived = defect.judge(&met);
                derived.reason = derived.reason.or(met.reason);
                self.compare(&subject, &file, (*verdict, Some(reason), None), &derived);
            }
            Event::FindingTried { finding: id, confirmed, reason, observation, .. } => {
                let subject = format!("finding {id} of {suite}");
                let planned = by.suite.findings.iter().find(|finding| finding.id == *id);
                let Some(finding) = planned else { return };
                let Some((file, seen)) = self.observation(&subject, observation) else { return };
                let derived = judge_steps(Sequence { steps: finding.steps.clone() }, &seen);
                let claimed = match *confirmed == (derived.verdict == Verdict::Passed) {
                    true => derived.verdict,
                    false if *confirmed => Verdict::Passed,
                    false => Verdict::Failed,
                };
                self.compare(&subject, &file, (claimed, reason.as_ref(), None), &derived);
            }
            Event::StepsTried { verdict, reason, observation, .. } => {
                let Some(ScenarioExpected::Probe(probe)) = by.scenario.map(|scenario| &scenario.expected) else {
                    self.fault(EVENTS_FILE, format!("steps of {suite} were tried and none are planned"));
                    return;
                };
                let subject = format!("the steps of a scenario of {suite}");
                let Some((file, seen)) = self.observation(&subject, observation) else { return };
                let derived = judge_steps(probe.sequence(), &seen);
                self.compare(&subject, &file, (*verdict, reason.as_ref(), None), &derived);
            }
            _ => {}
        }
    }

    /// Whether a proof of the way back is one; if it is and passed, later ones may rest on it.
    fn way_back<'e>(&mut self, by: Measure<'e>, event: &'e Event, proved: &mut BTreeSet<Proof<'e>>) {
        if let Event::CheckJudged { phase, check, verdict, observation, .. } = event
            && by.check(phase, check).is_some_and(|check| matches!(check.expectation, Expectation::Rollback(_)))
        {
            self.rest_of_the_way(by, phase, observation, proved);
            if *verdict == Verdict::Passed {
                proved.insert(by.proof(check));
            }
        }
    }

    /// What a proof of the way back rests on is a proof of the way back from the phase before, which passed before it in the
    /// same run. A proof that rests on nothing walks down every phase.
    fn rest_of_the_way(&mut self, by: Measure<'_>, phase: &str, seen: &Seen, proved: &BTreeSet<Proof<'_>>) {
        let seen = match seen {
            Seen::Here(seen) => Some(Observation::clone(seen)),
            // What cannot be read has been said already.
            Seen::Stored(digest) => {
                let bytes = self.stored(&format!("{OUTPUTS_FOLDER}/{digest}"));
                bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok())
            }
        };
        let (Some(index), Some(Observation::Rollback(seen))) =
            (by.phases.iter().position(|planned| planned.phase == phase), seen)
        else {
            return;
        };
        let holds = match &seen.rests_on {
            None => seen.planned == 2 * (index + 1),
            Some(earlier) => {
                let before = index.checked_sub(1).and_then(|before| by.phases.get(before));
                let is_proof = before
                    .and_then(|before| by.check(&before.phase, earlier))
                    .is_some_and(|check| matches!(check.expectation, Expectation::Rollback(_)));
                is_proof && seen.planned == 2 && proved.contains(&by.proof(earlier))
            }
        };
        if !holds {
            let what = format!("the way back of phase {phase} of {} is not walked to its end", by.suite.suite);
            self.fault(EVENTS_FILE, what);
        }
    }

    /// What was seen, and the file that holds it. What cannot be read is a fault.
    fn observation(&mut self, subject: &str, seen: &Seen) -> Option<(String, Observation)> {
        match seen {
            Seen::Here(seen) => Some((EVENTS_FILE.to_owned(), Observation::clone(seen))),
            Seen::Stored(digest) => {
                let file = format!("{OUTPUTS_FOLDER}/{digest}");
                // A missing output is a fault of its own.
                let bytes = self.stored(&file)?;
                match read_canonical(&bytes) {
                    Ok(seen) => Some((file, seen)),
                    Err(error) => {
                        self.fault(&file, format!("is not what {subject} can have seen: {error}"));
                        None
                    }
                }
            }
        }
    }

    /// A check is not applicable exactly where the plan and the facts of the server make it so.
    fn applicability(&mut self, subject: &str, check: &Check, by: Measure<'_>, seen: &Observation) {
        let derived = inapplicable(check, by.judging, by.server);
        let claimed = match seen {
            Observation::NotApplicable { reason } => Some(reason),
            _ => None,
        };
        let words = |reason: Option<&Reason>| match reason {
            Some(reason) => format!("not applicable ({reason})"),
            None => "applicable".to_owned(),
        };
        if claimed != derived.as_ref() {
            let (claimed, derived) = (words(claimed), words(derived.as_ref()));
            self.fault(EVENTS_FILE, format!("{subject} is said to be {claimed}; by plan and server it is {derived}"));
        }
    }

    fn compare(
        &mut self,
        subject: &str,
        file: &str,
        claimed: (Verdict, Option<&Reason>, Option<u64>),
        derived: &Judged,
    ) {
        let (verdict, reason, examined) = claimed;
        if (verdict, reason, examined) == (derived.verdict, derived.reason.as_ref(), derived.examined) {
            return;
        }
        let claimed = words(verdict, reason, examined);
        let derived = words(derived.verdict, derived.reason.as_ref(), derived.examined);
        self.fault(file, format!("{subject} is said to be {claimed}, and what was seen comes to {derived}"));
    }
}

impl<'a> Measure<'a> {
    fn proof<'c>(&self, check: &'c str) -> Proof<'c>
    where
        'a: 'c,
    {
        (&self.suite.suite, self.scenario.map(|scenario| scenario.scenario.as_str()), check)
    }

    fn check(&self, phase: &str, id: &str) -> Option<&'a Check> {
        let phase = self.phases.iter().find(|planned| planned.phase == phase)?;
        phase.gates.iter().flat_map(|gate| &gate.checks).find(|check| check.id == id)
    }
}

impl ScenarioPlan {
    /// What the events of the scenario come to.
    #[must_use]
    pub fn judge(&self, events: &[&Event]) -> Judged {
        let events = events.iter().copied();
        match &self.expected {
            ScenarioExpected::Apply(expected) => expected.judge(events),
            ScenarioExpected::Audit { phases, expected } => expected.judge(phases, events),
            ScenarioExpected::Probe(expected) => expected.judge(events),
        }
    }
}

fn judge_steps(steps: Sequence, seen: &Observation) -> Judged {
    judge(&Expectation::Sequence(steps), seen)
}

fn words(verdict: Verdict, reason: Option<&Reason>, examined: Option<u64>) -> String {
    let rows = |n: u64| if n == 1 { "1 row".to_owned() } else { format!("{n} rows") };
    let examined = examined.map(|n| format!(" over {}", rows(n)));
    let reason = reason.map(|reason| format!(" ({reason})"));
    format!("{verdict}{}{}", examined.unwrap_or_default(), reason.unwrap_or_default())
}
