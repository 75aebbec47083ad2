//! The one derivation of a result: from a plan and what happened, and from nothing else.

use std::collections::BTreeMap;

use crate::{
    ApplyFailure, CheckResult, DefectResult, Digest, Event, FindingResult, GatePlan, GateResult, PhasePlan,
    PhaseResult, Plan, Reason, ReasonCode, RunResult, ScenarioResult, SuitePlan, SuiteResult, Totals, Verdict,
    judge::{Check, Judging},
};

impl RunResult {
    /// Derives the result from a plan and what happened. Whatever was planned and has no event is `not-run`.
    #[must_use]
    pub fn derive<'a>(plan: &Plan, events: impl IntoIterator<Item = &'a Event>) -> Self {
        let seen = Seen::of(events);
        let suites: Vec<SuiteResult> = plan.suites.iter().map(|suite| seen.suite(suite, plan)).collect();
        let mut totals = Totals::default();
        for gate in suites.iter().flat_map(|s| &s.phases).flat_map(|p| &p.gates) {
            let (gates, checks) = if gate.added {
                (&mut totals.added.gates, &mut totals.added.checks)
            } else {
                (&mut totals.gates, &mut totals.checks)
            };
            gates.count(gate.verdict);
            gate.checks.iter().for_each(|check| checks.count(check.verdict));
        }
        Self {
            format: plan.format,
            phasegate: plan.phasegate.clone(),
            plan: seen.plan.cloned(),
            verdict: Verdict::of_parts(suites.iter().map(|suite| suite.verdict)),
            suites,
            totals,
        }
    }
}

type CheckKey<'a> = (&'a str, &'a str, &'a str);

/// The events of a run, by what they speak of.
#[derive(Default)]
struct Seen<'a> {
    plan: Option<&'a Digest>,
    servers: BTreeMap<&'a str, &'a BTreeMap<String, String>>,
    stops: BTreeMap<&'a str, &'a Reason>,
    baseline_failures: BTreeMap<&'a str, &'a ApplyFailure>,
    failures: BTreeMap<(&'a str, &'a str), &'a ApplyFailure>,
    catalogs: BTreeMap<(&'a str, &'a str), &'a Digest>,
    checks: BTreeMap<CheckKey<'a>, CheckResult>,
    findings: BTreeMap<(&'a str, &'a str), FindingResult>,
    defects: BTreeMap<CheckKey<'a>, (Verdict, &'a Reason)>,
    scenarios: BTreeMap<(&'a str, &'a str), ScenarioResult>,
}

impl<'a> Seen<'a> {
    fn of(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut seen = Self::default();
        let mut server = None;
        for event in events {
            match event.plain() {
                Event::RunStarted { plan, .. } => seen.plan = Some(plan),
                Event::ServerReady { server: facts } => server = Some(&facts.versions),
                Event::SuiteStarted { suite } => {
                    seen.servers.extend(server.map(|versions| (suite.as_str(), versions)));
                }
                Event::SuiteStopped { suite, reason } => {
                    seen.stops.insert(suite, reason);
                }
                Event::DefectTried { suite, phase, check, verdict, reason, .. } => {
                    seen.defects.insert((suite, phase, check), (*verdict, reason));
                }
                Event::ScenarioEnded { suite, scenario, verdict, reason, .. } => {
                    let result =
                        ScenarioResult { scenario: scenario.clone(), verdict: *verdict, reason: reason.clone() };
                    seen.scenarios.insert((suite, scenario), result);
                }
                Event::BaselineFailed { suite, failure } => {
                    seen.baseline_failures.insert(suite, failure);
                }
                Event::PhaseApplied { suite, phase, catalog_after, .. } => {
                    seen.catalogs.insert((suite, phase), catalog_after);
                }
                Event::PhaseFailed { suite, phase, failure, catalog_after, .. } => {
                    seen.failures.insert((suite, phase), failure);
                    seen.catalogs
                        .extend(catalog_after.iter().map(|catalog| ((suite.as_str(), phase.as_str()), catalog)));
                }
                Event::CheckJudged { suite, phase, check, verdict, reason, examined, .. } => {
                    let result = CheckResult {
                        check: check.clone(),
                        verdict: *verdict,
                        reason: reason.clone(),
                        examined: *examined,
                    };
                    seen.checks.insert((suite, phase, check), result);
                }
                Event::FindingTried { suite, finding, confirmed, reason, .. } => {
                    let result =
                        FindingResult { finding: finding.clone(), confirmed: Some(*confirmed), reason: reason.clone() };
                    seen.findings.insert((suite, finding), result);
                }
                _ => {}
            }
        }
        seen
    }

    fn suite(&self, plan: &SuitePlan, of: &Plan) -> SuiteResult {
        let name = plan.suite.as_str();
        let mut closed = None;
        let mut phases: Vec<PhaseResult> = Vec::new();
        for phase in &plan.phases {
            let result = self.phase(name, phase, closed);
            // Whoever keeps going is stopped by nothing but a phase that does not apply.
            let stops = !of.keep_going || result.failure.is_some();
            if closed.is_none() && stops && !result.verdict.opens_the_gate() {
                closed = Some(phase.phase.as_str());
            }
            phases.push(result);
        }
        let untried = |id: &String| FindingResult { finding: id.clone(), confirmed: None, reason: None };
        let defects = if of.judging == Judging::Prove { self.defects(plan) } else { Vec::new() };
        let scenarios = self.scenarios(plan);
        let stopped = self.stops.get(name).map(|reason| (*reason).clone());
        let parts = phases.iter().map(|phase| phase.verdict);
        let parts = parts.chain(defects.iter().map(|defect| defect.verdict));
        let parts = parts.chain(scenarios.iter().map(|scenario| scenario.verdict));
        let parts = parts.chain(stopped.iter().map(|_| Verdict::Error));
        let baseline_failure = self.baseline_failures.get(name).map(|failure| failure.of_result());
        SuiteResult {
            suite: plan.suite.clone(),
            inputs: plan.inputs_digest(),
            server: self.servers.get(name).map(|versions| (*versions).clone()).unwrap_or_default(),
            verdict: baseline_failure.as_ref().map_or_else(|| Verdict::of_parts(parts), ApplyFailure::verdict),
            baseline_failure,
            stopped,
            phases,
            defects,
            scenarios,
            findings: plan
                .findings
                .iter()
                .map(|finding| {
                    let key = (name, finding.id.as_str());
                    self.findings.get(&key).cloned().unwrap_or_else(|| untried(&finding.id))
                })
                .collect(),
            deviations: plan.deviations.iter().map(|deviation| deviation.id.clone()).collect(),
        }
    }

    fn phase(&self, suite: &str, plan: &PhasePlan, closed: Option<&str>) -> PhaseResult {
        let key = (suite, plan.phase.as_str());
        let failure = self.failures.get(&key).map(|failure| failure.of_result());
        let gates: Vec<GateResult> = plan.gates.iter().map(|gate| self.gate(suite, (plan, closed), gate)).collect();
        PhaseResult {
            phase: plan.phase.clone(),
            verdict: match &failure {
                Some(failure) => failure.verdict(),
                None => Verdict::of_parts(gates.iter().map(|gate| gate.verdict)),
            },
            catalog: self.catalogs.get(&key).map(|digest| (*digest).clone()),
            failure,
            gates,
        }
    }

    fn gate(&self, suite: &str, phase: (&PhasePlan, Option<&str>), plan: &GatePlan) -> GateResult {
        let checks: Vec<CheckResult> = plan.checks.iter().map(|check| self.check(suite, phase, check)).collect();
        GateResult {
            gate: plan.gate.clone(),
            added: plan.added,
            verdict: Verdict::of_parts(checks.iter().map(|check| check.verdict)),
            checks,
        }
    }

    fn check(&self, suite: &str, (phase, closed): (&PhasePlan, Option<&str>), plan: &Check) -> CheckResult {
        let key = (suite, phase.phase.as_str(), plan.id.as_str());
        self.checks.get(&key).cloned().unwrap_or_else(|| CheckResult {
            check: plan.id.clone(),
            verdict: Verdict::NotRun,
            reason: Some(self.why_not_run(suite, phase, closed)),
            examined: None,
        })
    }

    /// What each check came to on the schema that its defect weakens.
    fn defects(&self, plan: &SuitePlan) -> Vec<DefectResult> {
        let with_defect = plan.checks().filter(|(_, _, check)| check.fails.is_some());
        let result = |(phase, _, check): (&PhasePlan, &GatePlan, &Check)| {
            let tried = self.defects.get(&(plan.suite.as_str(), phase.phase.as_str(), check.id.as_str()));
            let (verdict, reason) = match tried {
                Some((verdict, reason)) => (*verdict, (*reason).clone()),
                None => (Verdict::NotRun, Reason::new(ReasonCode::NotReached, "the run stopped before this defect")),
            };
            DefectResult { phase: phase.phase.clone(), check: check.id.clone(), verdict, reason }
        };
        with_defect.map(result).collect()
    }

    fn scenarios(&self, plan: &SuitePlan) -> Vec<ScenarioResult> {
        let result = |scenario: &String| ScenarioResult {
            scenario: scenario.clone(),
            verdict: Verdict::NotRun,
            reason: Some(Reason::new(ReasonCode::NotReached, "the run stopped before this scenario")),
        };
        let planned = plan.scenarios.iter().map(|planned| &planned.scenario);
        planned
            .map(|scenario| {
                let ended = self.scenarios.get(&(plan.suite.as_str(), scenario.as_str()));
                ended.cloned().unwrap_or_else(|| result(scenario))
            })
            .collect()
    }

    fn why_not_run(&self, suite: &str, phase: &PhasePlan, closed: Option<&str>) -> Reason {
        if self.failures.contains_key(&(suite, phase.phase.as_str())) {
            Reason::new(ReasonCode::PhaseFailed, format!("phase {} did not apply", phase.phase))
        } else if self.baseline_failures.contains_key(suite) {
            Reason::new(ReasonCode::BaselineFailed, "the baseline did not apply")
        } else if let Some(stop) = self.stops.get(suite) {
            Reason::new(ReasonCode::NotReached, format!("the run stopped before this check: {}", stop.code))
        } else if let Some(closed) = closed {
            Reason::new(ReasonCode::NotReached, format!("phase {closed} did not open its gate"))
        } else {
            Reason::new(ReasonCode::NotReached, "the run stopped before this check")
        }
    }
}
