//! The course of a suite, or of a scenario of it, step by step as the one loop of the engine takes it: what is due, and
//! whether it is that which happened. Rule 6 is held here: no phase starts unless the gates of the one before are open, or the plan says that the run keeps going.

use std::collections::BTreeMap;

use super::what::what;
use crate::{
    Event, PhasePlan, Plan, Reason, ReasonCode, ScenarioExpected, ScenarioPlan, SuitePlan, Verdict,
    judge::{Direction, Judging},
};

/// How far a suite, or a scenario of it, has come.
pub(super) struct Course<'a> {
    name: String,
    legs: Vec<Leg<'a>>,
    /// Whether a phase whose gates do not open is the last.
    stops: bool,
    /// Whether states are laid, rather than that there is one already.
    lays: bool,
    /// Whether each check is tried on the schema that its defect weakens.
    proves: bool,
    /// Whether steps are tried in the end.
    probes: bool,
    scenarios: &'a [ScenarioPlan],
    /// The scenario that is being played.
    within: Option<Box<Course<'a>>>,
    at: At,
    /// Whether something broke: then nothing more is tried (rule 11).
    broke: bool,
}

/// A phase on the way.
struct Leg<'a> {
    plan: &'a PhasePlan,
    /// Whether each of its gates is judged, rather than passed through.
    judged: bool,
    /// What is asked of the state after it, with what it came to.
    checks: BTreeMap<&'a str, Option<Verdict>>,
    findings: BTreeMap<&'a str, bool>,
    /// The checks with a defect, in order, and how many of them have been tried.
    defects: (Vec<&'a str>, usize),
    /// What it came to.
    verdict: Verdict,
}

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Baseline,
    /// The start of this phase; of the one after the last, the end.
    Phase(usize),
    /// The end of this phase's statements.
    Applying(usize),
    /// Whatever is asked of the state after this phase.
    Judging(usize),
    /// The defects of this phase's checks.
    Proving(usize),
    Steps,
    /// Nothing more but the end.
    Over,
}

impl<'a> Course<'a> {
    pub(super) fn of_suite(plan: &Plan, suite: &'a SuitePlan) -> Self {
        let lays = !plan.judging.is_gates_alone();
        Self {
            stops: lays && !plan.keep_going,
            lays,
            proves: plan.judging == Judging::Prove,
            scenarios: if plan.judging == Judging::Prove { &suite.scenarios } else { &[] },
            at: if lays { At::Baseline } else { At::Phase(0) },
            ..Self::over(suite.suite.clone(), suite.phases.iter().map(|phase| (phase, true)), suite)
        }
    }

    fn of_scenario(suite: &'a SuitePlan, scenario: &'a ScenarioPlan) -> Self {
        let name = format!("scenario {} of {}", scenario.scenario, suite.suite);
        let (phases, judged) = match &scenario.expected {
            ScenarioExpected::Apply(_) => (suite.phases.as_slice(), true),
            ScenarioExpected::Audit { phases, .. } => (phases.as_slice(), true),
            ScenarioExpected::Probe(probe) => {
                let through = suite.phases.iter().position(|phase| phase.phase == probe.phase).map_or(0, |at| at + 1);
                (&suite.phases[..through], false)
            }
        };
        let mut course = Self::over(name, phases.iter().map(|phase| (phase, judged)), suite);
        course.legs.iter_mut().for_each(|leg| leg.findings.clear());
        course.stops = !matches!(scenario.expected, ScenarioExpected::Audit { .. });
        course.probes = !judged;
        course
    }

    fn over(name: String, phases: impl Iterator<Item = (&'a PhasePlan, bool)>, suite: &'a SuitePlan) -> Self {
        let leg = |(plan, judged): (&'a PhasePlan, bool)| {
            let checks = || plan.gates.iter().flat_map(|gate| &gate.checks);
            let findings = suite.findings.iter().filter(|finding| finding.phase == plan.phase);
            Leg {
                plan,
                judged: judged && !plan.gates.is_empty(),
                checks: checks().map(|check| (check.id.as_str(), None)).collect(),
                findings: findings.map(|finding| (finding.id.as_str(), false)).collect(),
                defects: (checks().filter(|check| check.fails.is_some()).map(|check| check.id.as_str()).collect(), 0),
                verdict: Verdict::NotRun,
            }
        };
        Self {
            name,
            legs: phases.map(leg).collect(),
            stops: true,
            lays: true,
            proves: false,
            probes: false,
            scenarios: &[],
            within: None,
            at: At::Baseline,
            broke: false,
        }
    }

    /// Takes the step that happened, or says why it cannot have. `broke` says whether something broke in it.
    pub(super) fn step(&mut self, suite: &'a SuitePlan, event: &Event, broke: bool) -> Result<(), String> {
        if self.broke
            && !matches!(
                event,
                Event::CheckJudged { .. }
                    | Event::FindingTried { .. }
                    | Event::CommandEnded { .. }
                    | Event::SuiteStopped { .. }
            )
        {
            return Err(format!("{}: {} although something had broken", self.name, what(event)));
        }
        let is_within = matches!(event, Event::InScenario { .. } | Event::ScenarioEnded { .. });
        let is_reused = matches!(event, Event::StateReused { .. });
        if (self.within.is_some() && !is_within) || (is_reused && !self.is_scenario()) {
            return Err(self.misplaced(event));
        }
        let taken = self.taken(suite, event, broke);
        if !matches!(event, Event::InScenario { .. } | Event::StepsTried { .. }) {
            self.broke |= broke;
        }
        taken
    }

    fn taken(&mut self, suite: &'a SuitePlan, event: &Event, broke: bool) -> Result<(), String> {
        match (self.at, event) {
            (At::Baseline, Event::SuiteResumed { phase, .. })
                if self.stops && !self.proves && self.legs.iter().any(|leg| leg.plan.phase == *phase) => {}
            (At::Baseline, Event::BaselineApplied { .. } | Event::StateReused { phase: None, .. }) => {
                self.at = At::Phase(0);
                if self.legs.is_empty() {
                    self.applied(0);
                }
            }
            (At::Baseline, Event::BaselineFailed { .. }) => self.at = At::Over,
            (_, Event::PhaseStarted { phase, .. }) => self.at = At::Applying(self.starts(event, phase)?),
            (_, Event::StateReused { phase: Some(phase), .. }) => {
                let index = self.starts(event, phase)?;
                self.applied(index);
            }
            (At::Applying(index), Event::StatementApplied { phase, file, line, .. }) if self.is(index, phase) => {
                // A command has no line.
                if *line > 0 && !suite.inputs.contains_key(&format!("fixtures/{file}")) {
                    return Err(format!(
                        "{}: a statement of {file} was applied, which is no file of the plan",
                        self.name
                    ));
                }
            }
            (At::Applying(index), Event::CommandEnded { phase: Some(phase), check: None, direction, .. })
                if self.is(index, phase) && *direction == Direction::Up => {}
            (At::Judging(index), Event::CommandEnded { phase: Some(_), check: Some(check), .. })
                if self.legs[index].checks.contains_key(check.as_str()) => {}
            (At::Baseline | At::Steps, Event::CommandEnded { phase: None, check: None, .. }) => {}
            (At::Applying(index), Event::PhaseApplied { phase, .. }) if self.is(index, phase) => self.applied(index),
            (At::Applying(index), Event::PhaseFailed { phase, failure, .. }) if self.is(index, phase) => {
                self.legs[index].verdict = failure.verdict();
                self.at = At::Over;
            }
            (_, Event::CheckJudged { phase, check, verdict, .. }) => {
                let index = self.judging();
                let leg = index.and_then(|index| self.legs.get_mut(index)).filter(|leg| leg.plan.phase == *phase);
                let (Some(index), Some(judged)) = (index, leg.and_then(|leg| leg.checks.get_mut(check.as_str())))
                else {
                    return Err(self.misplaced(event));
                };
                *judged = Some(*verdict);
                self.at = At::Judging(index);
            }
            (At::Judging(index), Event::FindingTried { finding, .. }) => {
                match self.legs[index].findings.get_mut(finding.as_str()) {
                    Some(tried) => *tried = true,
                    None => return Err(self.misplaced(event)),
                }
            }
            (At::Judging(index), Event::PhaseJudged { phase, verdict, .. }) if self.is(index, phase) => {
                self.judged(index, *verdict, event)?;
            }
            (At::Proving(index), Event::DefectTried { phase, check, .. }) if self.is(index, phase) => {
                let defects = &mut self.legs[index].defects;
                if defects.0.get(defects.1).is_none_or(|due| due != check) {
                    return Err(self.misplaced(event));
                }
                defects.1 += 1;
            }
            (At::Steps, Event::ActionFailed { .. } | Event::StepsTried { .. }) => self.at = At::Over,
            (_, Event::InScenario { suite: of, scenario, event: inner }) => {
                self.within(suite, scenario, event)?;
                if inner.suite() != Some(of.as_str()) {
                    return Err(self.misplaced(event));
                }
                if let Some(within) = &mut self.within {
                    within.step(suite, inner, broke)?;
                }
            }
            (_, Event::ScenarioEnded { scenario, verdict, .. }) => {
                self.within(suite, scenario, event)?;
                if let Some(within) = self.within.take() {
                    within.ended(event)?;
                }
                self.scenarios = &self.scenarios[1..];
                self.broke = *verdict == Verdict::Error;
            }
            (at, Event::SuiteStopped { reason, .. }) if at != At::Over || self.broke || self.probes => {
                self.stopped(reason)?;
            }
            _ => return Err(self.misplaced(event)),
        }
        Ok(())
    }

    /// The suite, or the scenario, came to its end.
    pub(super) fn ended(&self, event: &Event) -> Result<(), String> {
        let opened = self.legs.last().is_none_or(|last| last.verdict.opens_the_gate());
        match self.at {
            _ if self.broke => Err(format!("{}: {} although something had broken", self.name, what(event))),
            At::Over => Ok(()),
            _ if self.is_through() && (self.scenarios.is_empty() || !opened) => Ok(()),
            _ => Err(self.misplaced(event)),
        }
    }

    fn is(&self, index: usize, phase: &str) -> bool {
        self.legs[index].plan.phase == phase
    }

    /// The phase that starts, which must be the one that is due.
    fn starts(&self, event: &Event, phase: &str) -> Result<usize, String> {
        let misplaced = || self.misplaced(event);
        let index = self.legs.iter().position(|leg| leg.plan.phase == phase).ok_or_else(misplaced)?;
        let due = match self.at {
            At::Phase(due) => due == index,
            At::Proving(proved) => proved + 1 == index && self.is_proved(proved),
            _ => false,
        };
        if due && self.lays {
            return Ok(index);
        }
        // Rule 6.
        match index.checked_sub(1).map(|before| &self.legs[before]) {
            Some(before) if self.stops && !self.verdict(before).opens_the_gate() => {
                let verdict = self.verdict(before);
                Err(format!("{}: phase {phase} started although phase {} was {verdict}", self.name, before.plan.phase))
            }
            _ => Err(misplaced()),
        }
    }

    /// What a phase has come to so far.
    fn verdict(&self, leg: &Leg<'_>) -> Verdict {
        match leg.verdict {
            Verdict::NotRun => Verdict::of_parts(leg.checks.values().map(|verdict| verdict.unwrap_or(Verdict::NotRun))),
            verdict => verdict,
        }
    }

    fn applied(&mut self, index: usize) {
        self.at = match self.legs.get(index) {
            Some(leg) if leg.judged => At::Judging(index),
            _ if index + 1 >= self.legs.len() && self.probes => At::Steps,
            _ => At::Phase(index + 1),
        };
    }

    /// The phase whose checks may be judged now.
    fn judging(&self) -> Option<usize> {
        match self.at {
            At::Judging(index) => Some(index),
            // Nothing is applied, and a phase without gates is passed over.
            At::Phase(index) if !self.lays => (index..self.legs.len()).find(|index| self.legs[*index].judged),
            _ => None,
        }
    }

    fn judged(&mut self, index: usize, verdict: Verdict, event: &Event) -> Result<(), String> {
        if self.legs[index].due().is_some() {
            return Err(self.misplaced(event));
        }
        let leg = &self.legs[index];
        let derived = Verdict::of_parts(leg.checks.values().map(|verdict| verdict.unwrap_or(Verdict::NotRun)));
        // Of a suite itself the derived result says so.
        if verdict != derived && self.is_scenario() {
            let phase = &leg.plan.phase;
            return Err(format!("{}: phase {phase} is said to be {verdict} and comes to {derived}", self.name));
        }
        self.legs[index].verdict = derived;
        let is_last = index + 1 == self.legs.len();
        self.at = match derived.opens_the_gate() {
            false if self.stops && !is_last => At::Over,
            true if self.proves => At::Proving(index),
            _ => At::Phase(index + 1),
        };
        Ok(())
    }

    fn is_scenario(&self) -> bool {
        self.name.starts_with("scenario ")
    }

    fn is_proved(&self, index: usize) -> bool {
        self.legs[index].defects.1 == self.legs[index].defects.0.len()
    }

    /// Whether all phases are behind it.
    fn is_through(&self) -> bool {
        match self.at {
            At::Phase(index) => self.legs[index.min(self.legs.len())..].iter().all(|leg| !leg.judged && !self.lays),
            At::Proving(index) => index + 1 == self.legs.len() && self.is_proved(index),
            _ => false,
        }
    }

    /// The scenario that is due is this one, and has begun.
    fn within(&mut self, suite: &'a SuitePlan, scenario: &str, event: &Event) -> Result<(), String> {
        match self.scenarios.first() {
            Some(due) if due.scenario == scenario && self.is_through() => {
                self.within.get_or_insert_with(|| Box::new(Self::of_scenario(suite, due)));
                Ok(())
            }
            _ => Err(self.misplaced(event)),
        }
    }

    fn stopped(&mut self, reason: &Reason) -> Result<(), String> {
        self.at = At::Over;
        self.broke = false;
        self.within = None;
        // What is too large breaks nothing, but a scenario that came to no claim is the last; bookkeeping that names nothing
        // would make every claim after it worth less than it says.
        if reason.code.is_breakage() || matches!(reason.code, ReasonCode::TooLarge | ReasonCode::NamesNothing) {
            return Ok(());
        }
        Err(format!("{}: it was stopped by {}, by which nothing breaks", self.name, reason.code))
    }

    fn misplaced(&self, event: &Event) -> String {
        let due = match self.at {
            At::Baseline => "the baseline".to_owned(),
            At::Phase(index) | At::Applying(index) if index < self.legs.len() => {
                format!("phase {}", self.legs[index].plan.phase)
            }
            At::Judging(index) => self.legs[index].due().unwrap_or_else(|| "the verdict of the phase".to_owned()),
            At::Proving(index) if !self.is_proved(index) => {
                format!("the defect of check {}", self.legs[index].defects.0[self.legs[index].defects.1])
            }
            At::Proving(index) if index + 1 < self.legs.len() => format!("phase {}", self.legs[index + 1].plan.phase),
            At::Steps => "its steps".to_owned(),
            At::Over => "the end".to_owned(),
            _ => self.scenarios.first().map_or("the end".to_owned(), |due| format!("scenario {}", due.scenario)),
        };
        format!("{}: {} where {due} was due", self.name, what(event))
    }
}

impl Leg<'_> {
    /// What must still be asked of the state after it.
    fn due(&self) -> Option<String> {
        let check = self.checks.iter().find(|(_, verdict)| verdict.is_none()).map(|(id, _)| format!("check {id}"));
        let finding = || self.findings.iter().find(|(_, tried)| !**tried).map(|(id, _)| format!("finding {id}"));
        check.or_else(finding)
    }
}
