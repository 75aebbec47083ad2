//! A walk over the events of a whole run: its suites one after the other, each with its course and its states.

use super::{
    audit::Audit,
    course::Course,
    states::{Catalogs, Standing, States},
    what::what,
};
use crate::{
    Event, PhasePlan, Plan, SuitePlan, Verdict,
    judge::{Check, Observation},
};

/// How far the run has come.
pub(super) struct Walk<'a> {
    plan: &'a Plan,
    /// The suites that have not begun.
    ahead: &'a [SuitePlan],
    suite: Option<Walked<'a>>,
    verdicts: Vec<Verdict>,
    server: Option<&'a Event>,
    logged: bool,
    catalogs: Catalogs<'a>,
}

/// The suite that is being walked.
struct Walked<'a> {
    plan: &'a SuitePlan,
    course: Course<'a>,
    states: States<'a>,
    /// Where the suite itself stands, and the scenario that is being played.
    standing: [Standing; 2],
}

impl<'a> Walk<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        Self {
            plan,
            ahead: &plan.suites,
            suite: None,
            verdicts: Vec::new(),
            server: None,
            logged: false,
            catalogs: Catalogs::default(),
        }
    }

    /// Takes the step that happened, or says why it cannot have. `broke` says whether something broke in it.
    pub(super) fn step(&mut self, event: &'a Event, broke: bool) -> Result<(), String> {
        let opens = Verdict::of_parts(self.verdicts.iter().copied()).opens_the_gate();
        match (event, &mut self.suite) {
            (Event::RunStarted { .. }, None) => {}
            (Event::ServerReady { .. }, None) if self.server != Some(event) => self.server = Some(event),
            (Event::SuiteStarted { suite }, None) if self.ahead.first().is_some_and(|due| due.suite == *suite) => {
                let plan = &self.ahead[0];
                self.ahead = &self.ahead[1..];
                if let Some(Event::ServerReady { server }) = self.server
                    && let Some(lacking) = plan.server.lacking(server)
                {
                    return Err(format!("suite {suite} {lacking}, and was started on {}", server.version_line()));
                }
                let course = Course::of_suite(self.plan, plan);
                self.suite = Some(Walked { plan, course, states: States::default(), standing: Default::default() });
            }
            (Event::SuiteFinished { suite, verdict }, Some(walked)) if walked.plan.suite == *suite => {
                walked.course.ended(event)?;
                self.verdicts.push(*verdict);
                self.suite = None;
            }
            (Event::ServerLog { .. }, None) if self.ahead.is_empty() && !self.logged && !opens => self.logged = true,
            (Event::RunFinished { .. }, None) if self.ahead.is_empty() => {}
            (_, Some(walked)) if event.suite() == Some(walked.plan.suite.as_str()) => {
                walked.course.step(walked.plan, event, broke)?;
            }
            (_, Some(walked)) => return Err(format!("{} while suite {} was judged", what(event), walked.plan.suite)),
            (_, None) => {
                let due =
                    self.ahead.first().map_or("the end of the run".to_owned(), |due| format!("suite {}", due.suite));
                return Err(format!("{} where {due} was due", what(event)));
            }
        }
        Ok(())
    }

    /// Follows the states of the suite, or of the scenario of it that is being played.
    pub(super) fn state(&mut self, audit: &mut Audit<'_>, in_scenario: bool, phases: &[PhasePlan], event: &'a Event) {
        if let Some(walked) = &mut self.suite {
            let phases: Vec<&str> = phases.iter().map(|phase| phase.phase.as_str()).collect();
            let standing = &mut walked.standing[usize::from(in_scenario)];
            walked.states.step(audit, &mut self.catalogs, standing, &phases, event);
        }
    }

    /// What a check saw is what the state holds on which it was tried.
    pub(super) fn seen(&mut self, in_scenario: bool, check: &'a Check, seen: &Observation) -> Result<(), String> {
        match &mut self.suite {
            Some(walked) => {
                let standing = &mut walked.standing[usize::from(in_scenario)];
                walked.states.seen(standing, walked.plan.books(), check, seen)
            }
            None => Ok(()),
        }
    }
}
