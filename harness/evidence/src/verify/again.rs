//! Judges again, from what was expected and what was seen: every check, finding, defect, and every scenario with all that
//! happened in it. Each observation is read once, some at a time.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use super::{
    audit::Audit,
    commands::Commands,
    fault::FaultCode,
    possible::{impossible, impossible_of_steps},
    walk::Walk,
};
use crate::{
    Digest, EVENTS_FILE, Event, OUTPUTS_FOLDER, PhasePlan, Plan, Reason, ScenarioExpected, ScenarioPlan, Seen,
    ServerFacts, SuitePlan, Verdict,
    canonical::read_canonical,
    judge::{
        Check, Direction, Expectation, GoesTo, Judged, Judging, Observation, Rollback, RollbackSeen, Sequence,
        inapplicable, judge,
    },
    parallel::of_each,
};

/// What the events of one suite, or of one scenario of it, are judged by.
#[derive(Clone, Copy)]
struct Measure<'a, 'c> {
    suite: &'a SuitePlan,
    phases: &'a [PhasePlan],
    scenario: Option<&'a ScenarioPlan>,
    judging: Judging,
    server: &'a ServerFacts,
    checks: &'c Checks<'a>,
}

/// Every check of a plan: by suite, scenario where a scenario brings gates of its own, phase and id.
type Checks<'a> = HashMap<(&'a str, Option<&'a str>, &'a str, &'a str), &'a Check>;

/// How many events are looked at ahead for what they stored: each may have stored as much as [`crate::file_bytes_max`].
const READ_AHEAD: usize = 32;

/// What is known of a server before one answered.
static NO_SERVER: ServerFacts = ServerFacts {
    kind: String::new(),
    versions: BTreeMap::new(),
    origin: BTreeMap::new(),
    system: None,
    settings: BTreeMap::new(),
};

/// What is remembered on the way over the events.
#[derive(Default)]
struct Remembered<'e> {
    proved: BTreeSet<Proof<'e>>,
    /// By suite and scenario.
    commands: BTreeMap<(&'e str, Option<&'e str>), Commands<'e>>,
}

/// A proof of the way back: its suite, the scenario that it belongs to, and its check.
type Proof<'a> = (&'a str, Option<&'a str>, &'a str);

impl Audit<'_> {
    /// Every verdict of the run is the one that its observation comes to. Where the events are in order, each is also the
    /// one that was due, and saw what the folder holds.
    pub(super) fn judged_again<'e>(&mut self, plan: &'e Plan, events: &[&'e Event], in_order: bool) {
        let checks = checks_of(plan);
        let mut server = &NO_SERVER;
        let mut walk = in_order.then(|| Walk::new(plan));
        let mut remembered = Remembered::default();
        let mut within: BTreeMap<(&str, &str), Vec<&Event>> = BTreeMap::new();
        for (number, event) in events.iter().enumerate() {
            if number % READ_AHEAD == 0 {
                self.read_ahead(events.iter().skip(number).take(READ_AHEAD));
            }
            if let Event::ServerReady { server: facts } = event {
                server = facts;
            }
            let mut broke = false;
            // What speaks of a suite that was not planned is a fault of the order of events.
            let suite = event.suite().and_then(|name| plan.suites.iter().find(|suite| suite.suite == name));
            if let Some(suite) = suite {
                let own = Measure {
                    suite,
                    phases: &suite.phases,
                    scenario: None,
                    judging: plan.judging,
                    server,
                    checks: &checks,
                };
                let planned = |scenario: &str| suite.scenarios.iter().find(|planned| planned.scenario == scenario);
                match *event {
                    Event::InScenario { scenario, event, .. } => {
                        let Some(planned) = planned(scenario) else { continue };
                        within.entry((&suite.suite, scenario)).or_default().push(event);
                        let phases = match &planned.expected {
                            ScenarioExpected::Audit { phases, .. } => phases,
                            _ => &suite.phases,
                        };
                        let by = Measure { phases, scenario: Some(planned), judging: Judging::Run, ..own };
                        broke = self.event_again(by, event, &mut walk, &mut remembered);
                    }
                    Event::ScenarioEnded { scenario, verdict, reason, .. } => {
                        let Some(planned) = planned(scenario) else { continue };
                        let events = within.remove(&(suite.suite.as_str(), scenario.as_str())).unwrap_or_default();
                        let derived = planned.judge(&events);
                        let subject = format!("scenario {scenario} of {}", suite.suite);
                        self.compare(&subject, EVENTS_FILE, (*verdict, reason.as_ref(), None), &derived);
                    }
                    other => broke = self.event_again(own, other, &mut walk, &mut remembered),
                }
            }
            if let Some(Err(what)) = walk.as_mut().map(|walk| walk.step(event, broke)) {
                self.fault(FaultCode::OutOfOrder, EVENTS_FILE, what);
                // Whoever is lost would take every further step for a wrong one.
                walk = None;
            }
        }
    }

    /// Judges an event again; says whether something broke in it.
    fn event_again<'e>(
        &mut self,
        by: Measure<'e, '_>,
        event: &'e Event,
        walk: &mut Option<Walk<'e>>,
        remembered: &mut Remembered<'e>,
    ) -> bool {
        let suite = &by.suite.suite;
        let within = by.scenario.map(|scenario| scenario.scenario.as_str());
        let commands = remembered.commands.entry((suite, within)).or_default();
        commands.step(self, by.phases, within.is_none(), event);
        if let Some(walk) = walk {
            walk.state(self, by.scenario.is_some(), by.phases, event);
        }
        let (subject, seen) = match event {
            Event::CheckJudged { check, observation, .. } => (format!("{suite}/{check}"), observation),
            Event::DefectTried { check, observation, .. } => (format!("the defect of {suite}/{check}"), observation),
            Event::FindingTried { finding, observation, .. } => (format!("finding {finding} of {suite}"), observation),
            Event::StepsTried { observation, .. } => (format!("the steps of a scenario of {suite}"), observation),
            _ => return false,
        };
        let Some((file, seen)) = self.observation(&subject, seen) else { return false };
        let (claimed, derived, possible) = match event {
            Event::CheckJudged { phase, check: id, verdict, reason, examined, .. } => {
                let Some(check) = by.check(phase, id) else { return false };
                self.applicability(&subject, check, by, &seen);
                if let Expectation::Rollback(claim) = &check.expectation {
                    if let Observation::Rollback(seen) = seen.as_ref() {
                        self.way_back(by, phase, (claim, seen), &remembered.proved);
                        if within.is_none() {
                            commands.proved(self, by.phases, id, seen);
                        }
                    }
                    if *verdict == Verdict::Passed && claim.to == GoesTo::Baseline {
                        remembered.proved.insert(by.proof(id));
                    }
                }
                if let Some(Err(what)) = walk.as_mut().map(|walk| walk.seen(by.scenario.is_some(), check, &seen)) {
                    self.fault(FaultCode::Contradiction, &file, format!("{subject}: {what}"));
                }
                ((*verdict, reason.as_ref(), *examined), check.judge(&seen), impossible(check, &seen))
            }
            Event::DefectTried { phase, check: id, verdict, reason, .. } => {
                let Some(check) = by.check(phase, id) else { return false };
                let Some(defect) = &check.fails else {
                    self.fault(FaultCode::OutOfOrder, EVENTS_FILE, format!("{subject} was tried and is not planned"));
                    return false;
                };
                self.applicability(&subject, check, by, &seen);
                let met = check.judge(&seen);
                let mut derived = defect.judge(&met);
                derived.reason = derived.reason.or(met.reason);
                ((*verdict, Some(reason), None), derived, impossible(check, &seen))
            }
            Event::FindingTried { finding: id, confirmed, reason, .. } => {
                let planned = by.suite.findings.iter().find(|finding| finding.id == *id);
                let Some(finding) = planned else { return false };
                let steps = Sequence { steps: finding.steps.clone() };
                let possible = impossible_of_steps(&steps, &seen);
                let derived = judge(&Expectation::Sequence(steps), &seen);
                let claimed = match *confirmed == (derived.verdict == Verdict::Passed) {
                    true => derived.verdict,
                    false if *confirmed => Verdict::Passed,
                    false => Verdict::Failed,
                };
                ((claimed, reason.as_ref(), None), derived, possible)
            }
            Event::StepsTried { verdict, reason, .. } => {
                let Some(ScenarioExpected::Probe(probe)) = by.scenario.map(|scenario| &scenario.expected) else {
                    self.fault(
                        FaultCode::OutOfOrder,
                        EVENTS_FILE,
                        format!("steps of {suite} were tried and none are planned"),
                    );
                    return false;
                };
                let possible = impossible_of_steps(&probe.sequence(), &seen);
                let derived = judge(&Expectation::Sequence(probe.sequence()), &seen);
                ((*verdict, reason.as_ref(), None), derived, possible)
            }
            _ => return false,
        };
        if let Some(what) = possible {
            self.fault(FaultCode::Contradiction, &file, format!("{subject} cannot have seen {what}"));
        }
        self.compare(&subject, &file, claimed, &derived);
        matches!(seen.as_ref(), Observation::Broken { .. })
    }

    /// A proof of the way back walks it step by step. What it rests on is a proof of the way back to the baseline from a phase
    /// before it, which passed in the same run, and to whose state the steps down led; one that rests on nothing walks down to
    /// the state that it names.
    fn way_back(
        &mut self,
        by: Measure<'_, '_>,
        phase: &str,
        (claim, seen): (&Rollback, &RollbackSeen),
        proved: &BTreeSet<Proof<'_>>,
    ) {
        let Some(index) = by.phases.iter().position(|planned| planned.phase == phase) else { return };
        let lowest = match &seen.rests_on {
            None => Some(claim.to.state(index)),
            Some(earlier) => {
                let holds = |before: &PhasePlan| by.check(&before.phase, earlier).is_some();
                let before = by.phases[..index].iter().position(holds).map(|before| before + 1);
                before.filter(|_| claim.to == GoesTo::Baseline && proved.contains(&by.proof(earlier)))
            }
        };
        let Some(lowest) = lowest.filter(|lowest| seen.planned == 2 * (index + 1 - lowest)) else {
            let what = format!("the way back of phase {phase} of {} is not walked to its end", by.suite.suite);
            self.fault(FaultCode::Contradiction, EVENTS_FILE, what);
            return;
        };
        let turned = seen.rests_on.as_ref().and_then(|_| seen.steps.get(index - lowest));
        if turned.is_some_and(|step| !step.difference.is_empty()) {
            let what = format!("the way back of phase {phase} of {} rests on another state", by.suite.suite);
            self.fault(FaultCode::Contradiction, EVENTS_FILE, what);
        }
        let way = (lowest..=index).rev().map(|at| (at, Direction::Down));
        let way = way.chain((lowest..=index).map(|at| (at, Direction::Up)));
        let mut pairs = way.zip(&seen.steps);
        let goes =
            pairs.all(|((at, direction), step)| by.phases[at].phase == step.phase && direction == step.direction);
        if !goes || seen.steps.len() > seen.planned {
            let what = format!("the way back of phase {phase} of {} does not go step by step", by.suite.suite);
            self.fault(FaultCode::Contradiction, EVENTS_FILE, what);
        }
    }

    /// Reads what these events stored, which takes most of the time, on every processor.
    fn read_ahead<'e>(&mut self, events: impl Iterator<Item = &'e &'e Event>) {
        let stored: BTreeSet<&Digest> = events.filter_map(|event| event.seen()).filter_map(Seen::stored).collect();
        let stored: Vec<&Digest> = stored.into_iter().collect();
        let read = of_each(&stored, |digest| self.stored(&output(digest)).map(|bytes| read_canonical(&bytes)));
        let read = stored.into_iter().cloned().zip(read);
        self.ahead = read.filter_map(|(digest, read)| Some((digest, read?))).collect();
    }

    /// What was seen, and the file that holds it. What cannot be read is a fault.
    fn observation<'e>(&mut self, subject: &str, seen: &'e Seen) -> Option<(String, Cow<'e, Observation>)> {
        match seen {
            Seen::Here(seen) => Some((EVENTS_FILE.to_owned(), Cow::Borrowed(seen))),
            Seen::Stored(digest) => {
                let file = output(digest);
                let read = match self.ahead.remove(digest) {
                    Some(read) => read,
                    // A missing output is a fault of its own.
                    None => read_canonical(&self.stored(&file)?),
                };
                match read {
                    Ok(seen) => Some((file, Cow::Owned(seen))),
                    Err(error) => {
                        self.fault(
                            FaultCode::OutputDamaged,
                            &file,
                            format!("is not what {subject} can have seen: {error}"),
                        );
                        None
                    }
                }
            }
        }
    }

    /// A check is not applicable exactly where the plan and the facts of the server make it so.
    fn applicability(&mut self, subject: &str, check: &Check, by: Measure<'_, '_>, seen: &Observation) {
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
            self.fault(
                FaultCode::WrongVerdict,
                EVENTS_FILE,
                format!("{subject} is said to be {claimed}; by plan and server it is {derived}"),
            );
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
        self.fault(
            FaultCode::WrongVerdict,
            file,
            format!("{subject} is said to be {claimed}, and what was seen comes to {derived}"),
        );
    }
}

impl<'a> Measure<'a, '_> {
    fn proof<'c>(&self, check: &'c str) -> Proof<'c>
    where
        'a: 'c,
    {
        (&self.suite.suite, self.scenario.map(|scenario| scenario.scenario.as_str()), check)
    }

    fn check(&self, phase: &str, id: &str) -> Option<&'a Check> {
        let own = self.scenario.filter(|scenario| matches!(scenario.expected, ScenarioExpected::Audit { .. }));
        let own = own.map(|scenario| scenario.scenario.as_str());
        self.checks.get(&(self.suite.suite.as_str(), own, phase, id)).copied()
    }
}

/// Of two checks of one name, which are a fault of the plan, the first.
fn checks_of(plan: &Plan) -> Checks<'_> {
    let mut checks = Checks::new();
    for suite in &plan.suites {
        let audits = suite.scenarios.iter().filter_map(|planned| match &planned.expected {
            ScenarioExpected::Audit { phases, .. } => Some((Some(planned.scenario.as_str()), phases)),
            _ => None,
        });
        for (scenario, phases) in [(None, &suite.phases)].into_iter().chain(audits) {
            for phase in phases {
                for check in phase.gates.iter().flat_map(|gate| &gate.checks) {
                    checks.entry((&suite.suite, scenario, &phase.phase, &check.id)).or_insert(check);
                }
            }
        }
    }
    checks
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

fn words(verdict: Verdict, reason: Option<&Reason>, examined: Option<u64>) -> String {
    let rows = |n: u64| if n == 1 { "1 row".to_owned() } else { format!("{n} rows") };
    let examined = examined.map(|n| format!(" over {}", rows(n)));
    let reason = reason.map(|reason| format!(" ({reason})"));
    format!("{verdict}{}{}", examined.unwrap_or_default(), reason.unwrap_or_default())
}

/// The file of an output.
fn output(digest: &Digest) -> String {
    format!("{OUTPUTS_FOLDER}/{digest}")
}
