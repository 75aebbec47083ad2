use std::{collections::BTreeMap, fmt, path::Path};

use phasegate_evidence::{
    CheckResult, Digest, EVENTS_FILE, Event, FolderError, GatePlan, GateResult, Link, OUTPUTS_FOLDER, PLAN_FILE,
    PhasePlan, PhaseResult, Plan, Precedent, Proof, ReasonCode, RunFolder, RunResult, Seen, ServerFacts, SuitePlan,
    SuiteResult, Verdict, Verification, canonical_bytes, judge::Check, read_chain,
};

use crate::{
    sign_off::SignOffs,
    visible::{may_hide, visible_value},
};

/// The note on a suite whose gates were judged without applying anything.
pub(crate) const GATES_ALONE: &str = "gates alone, on a database that existed: this run applied nothing";

/// A run folder as read: what was planned, what happened, and what that comes to.
pub struct Record {
    /// The folder.
    pub folder: RunFolder,
    /// What was planned.
    pub plan: Plan,
    /// What happened.
    pub(crate) links: Vec<Link>,
    /// The digest of the last event.
    pub(crate) head: Digest,
    /// What that comes to.
    pub result: RunResult,
    /// The digest of the result.
    pub(crate) result_digest: Digest,
    /// Who stands for it; nobody, until whoever read the folder's signatures says who.
    pub sign_offs: SignOffs,
}

/// Why a run folder cannot be reported on.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It is no run folder, or a file cannot be read.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Its evidence is damaged.
    #[error("{0}")]
    Damaged(String),
}

/// One check: as planned, what came of it, and where it belongs.
pub(crate) struct CheckRecord<'a> {
    /// Its suite.
    pub(crate) suite: &'a SuitePlan,
    /// Its phase.
    pub(crate) phase: &'a PhasePlan,
    /// Its gate.
    pub(crate) gate: &'a GatePlan,
    /// The check as planned.
    pub(crate) plan: &'a Check,
    /// What it came to.
    pub(crate) result: &'a CheckResult,
    /// How long it took in microseconds, if it was tried.
    pub(crate) duration_us: Option<u64>,
    /// The file that holds what it saw, and the line in it, if it was tried.
    pub(crate) saw: Option<Place<'a>>,
    /// What it saw, or where that lies, if it was tried.
    pub(crate) seen: Option<&'a Seen>,
    /// Its file and line, where the plan says so: from the root of the project, or where that is not known, of the suite.
    pub(crate) at: Option<At>,
}

/// A place in a file that somebody wrote.
#[derive(Clone)]
pub(crate) struct At {
    /// The file from the root of the project, if that is known.
    pub(crate) path: Option<String>,
    /// The file from the folder of the suite.
    input: String,
    pub(crate) line: u32,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path.as_ref().unwrap_or(&self.input), self.line)
    }
}

impl CheckRecord<'_> {
    /// Whether the claim does not hold, or could not be tried.
    pub(crate) fn is_failure(&self) -> bool {
        matches!(self.result.verdict, Verdict::Failed | Verdict::Error)
    }

    /// Where the evidence of it lies, if it was tried.
    pub(crate) fn evidence(&self) -> Option<String> {
        self.saw.map(|place| match place {
            Place::Event(line) => format!("{EVENTS_FILE}, line {line}"),
            Place::Output(digest) => format!("{OUTPUTS_FOLDER}/{digest}"),
        })
    }

    /// Whether what it saw could be what it is to expect: then `phasegate adopt` can write that into it.
    pub(crate) fn is_adoptable(&self) -> bool {
        let code = self.result.reason.as_ref().map(|reason| reason.code);
        let is_met = !matches!(code, Some(ReasonCode::Vacuous | ReasonCode::Damaged));
        self.result.verdict == Verdict::Failed && is_met && self.plan.expectation.is_adoptable()
    }
}

/// Where an observation lies in a run folder.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    /// In this line of the events.
    Event(u64),
    /// Among the outputs.
    Output(&'a Digest),
}

/// What an event says of a check.
#[derive(Clone, Copy)]
struct TriedCheck<'a> {
    duration_us: u64,
    place: Place<'a>,
    seen: &'a Seen,
}

impl Record {
    /// Reads a run folder. The chain of events must hold; everything else is checked by `verify`.
    ///
    /// # Errors
    /// When it is no run folder, or its plan or its chain of events is damaged.
    pub fn read(path: &Path) -> Result<Self, RecordError> {
        let folder = RunFolder::open(path)?;
        let damaged = |file: &str, why: &dyn std::fmt::Display| RecordError::Damaged(format!("{file}: {why}"));
        let planned = String::from_utf8(folder.read(PLAN_FILE)?).map_err(|error| damaged(PLAN_FILE, &error))?;
        let plan: Plan = serde_json::from_str(&planned).map_err(|error| damaged(PLAN_FILE, &error))?;
        let text = String::from_utf8(folder.read(EVENTS_FILE)?).map_err(|error| damaged(EVENTS_FILE, &error))?;
        let (links, head) = read_chain(&text).map_err(|error| damaged(EVENTS_FILE, &error))?;
        let result = RunResult::derive(&plan, links.iter().map(|link| &link.event));
        let links = at_their_times(links);
        let bytes = canonical_bytes(&result).map_err(|error| damaged(PLAN_FILE, &error))?;
        let result = detailed(result, &links);
        let (result_digest, sign_offs) = (Digest::of(&bytes), SignOffs::default());
        let record = Self { folder, plan, links, head, result, result_digest, sign_offs };
        Ok(record.made_visible(&planned, &text))
    }

    /// A run folder as `verify` read it; nothing where it could not, or did before.
    ///
    /// # Errors
    /// When a file can no longer be read.
    pub fn verified(folder: &RunFolder, verification: &mut Verification) -> Result<Option<Self>, RecordError> {
        let sign_offs = SignOffs::from(&*verification);
        let Verification { read, result: Some(result), result_digest: Some(result_digest), head: Some(head), .. } =
            verification
        else {
            return Ok(None);
        };
        let Some((plan, links)) = read.take() else { return Ok(None) };
        let links = at_their_times(links);
        let (folder, head) = (folder.clone(), head.clone());
        let (result, result_digest) = (detailed(result.clone(), &links), result_digest.clone());
        let [planned, text] = [folder.read(PLAN_FILE)?, folder.read(EVENTS_FILE)?];
        let record = Self { folder, plan, links, head, result, result_digest, sign_offs };
        Ok(Some(record.made_visible(&String::from_utf8_lossy(&planned), &String::from_utf8_lossy(&text))))
    }

    /// The record of this plan and these events with all text made visible: no report shows anything else than the record, and
    /// so none has to think of it.
    fn made_visible(self, plan: &str, events: &str) -> Self {
        if may_hide(plan) || may_hide(events) { self.visible() } else { self }
    }

    fn visible(self) -> Self {
        let (plan, links, result) = (visible_value(self.plan), visible_value(self.links), visible_value(self.result));
        Self { plan, links, result, ..self }
    }

    /// The name of the run.
    pub(crate) fn name(&self) -> &str {
        self.events()
            .find_map(|event| match event {
                Event::RunStarted { run, .. } => Some(run.as_str()),
                _ => None,
            })
            .unwrap_or("a run without a start")
    }

    /// What happened, without the chain.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.links.iter().map(|link| &link.event)
    }

    /// The run before this one that tried the gates of a suite.
    pub(crate) fn proof(&self, suite: &str) -> Option<&Proof> {
        let proofs = self.events().find_map(|event| match event {
            Event::RunStarted { proofs, .. } => Some(proofs),
            _ => None,
        });
        proofs?.iter().find(|proof| proof.suite == suite)
    }

    /// The signed run that this one was let to begin after.
    pub fn precedent(&self) -> Option<&Precedent> {
        self.events().find_map(|event| match event {
            Event::RunStarted { after, .. } => after.as_ref(),
            _ => None,
        })
    }

    /// What a suite has from an earlier run, if it goes on from one, in a sentence without its end.
    pub(crate) fn resumed(&self, wanted: &SuitePlan) -> Option<String> {
        self.events().find_map(|event| match event {
            Event::SuiteResumed { suite, run, head, phase, changed, .. } if *suite == wanted.suite => {
                let phases = wanted.phases.iter().map(|phase| phase.phase.as_str());
                let taken: Vec<&str> = phases.take_while(|before| before != phase).collect();
                let taken = match taken.as_slice() {
                    [] => String::new(),
                    [one] => format!(" and phase {one}"),
                    several => format!(" and phases {}", several.join(", ")),
                };
                let changed = match changed.as_slice() {
                    [] => String::new(),
                    files => format!("; changed since then: {}", files.join(", ")),
                };
                let from = format!("resumes run {run} (head digest {head}) with phase {phase}");
                Some(format!("{from}; taken over from there: the baseline{taken}{changed}"))
            }
            _ => None,
        })
    }

    /// When the first event was written, in milliseconds since 1970.
    pub(crate) fn started_unix_ms(&self) -> Option<u64> {
        self.links.first().map(|link| link.at_unix_ms)
    }

    /// A file of a suite by its name among the inputs, as the project names it; nothing where the suite lay outside of it.
    pub(crate) fn path(&self, suite: &str, input: &str) -> Option<String> {
        match self.events().next() {
            Some(Event::RunStarted { roots, .. }) => roots.get(suite)?.path(input),
            _ => None,
        }
    }

    /// From the first event to the last, in microseconds.
    pub(crate) fn elapsed_us(&self) -> u64 {
        match (self.links.first(), self.links.last()) {
            (Some(first), Some(last)) => last.at_unix_ms.saturating_sub(first.at_unix_ms).saturating_mul(1000),
            _ => 0,
        }
    }

    /// Whether the run came to its end.
    pub(crate) fn is_finished(&self) -> bool {
        matches!(self.links.last().map(|link| &link.event), Some(Event::RunFinished { .. }))
    }

    /// The servers in the order in which they answered, each once.
    pub(crate) fn servers(&self) -> Vec<&ServerFacts> {
        let mut servers: Vec<&ServerFacts> = Vec::new();
        for event in self.events() {
            if let Event::ServerReady { server } = event
                && !servers.contains(&server)
            {
                servers.push(server);
            }
        }
        servers
    }

    /// Whether suites were judged by their gates alone, on a database that existed: nothing of them was applied.
    pub(crate) fn is_gates_alone(&self) -> bool {
        self.plan.judging.is_gates_alone()
    }

    /// The command by which what a check saw becomes what it expects, where that can be right.
    pub(crate) fn adopting(&self, check: &CheckRecord<'_>) -> Option<String> {
        let is_possible = check.is_adoptable() && !self.is_gates_alone();
        is_possible.then(|| format!("phasegate adopt {} {}", self.name(), check.plan.id))
    }

    /// After which phase a suite was kept going although its gates had not opened, in a sentence without its end.
    pub(crate) fn kept_going(&self, result: &SuiteResult) -> Option<String> {
        let mut after = result.phases.iter().skip_while(|phase| phase.verdict.opens_the_gate());
        let closed = after.next().filter(|_| self.plan.keep_going)?;
        after.next().filter(|next| next.catalog.is_some())?;
        Some(format!(
            "kept going although the gates of phase {} did not open (--keep-going): what was seen after it is no evidence that \
             the migration holds",
            closed.phase
        ))
    }

    /// The suites with their results.
    pub(crate) fn suites(&self) -> impl Iterator<Item = (&SuitePlan, &SuiteResult)> {
        self.plan.suites.iter().zip(&self.result.suites)
    }

    /// Every check of a suite in order.
    pub(crate) fn checks<'a>(&'a self, suite: &'a SuitePlan, result: &'a SuiteResult) -> Vec<CheckRecord<'a>> {
        let tried = self.tried(&suite.suite);
        let places = suite.places();
        let mut checks = Vec::new();
        for (phase, phase_result) in phases(suite, result) {
            for (gate, gate_result) in gates(phase, phase_result) {
                for (plan, result) in gate.checks.iter().zip(&gate_result.checks) {
                    let key = (phase.phase.as_str(), plan.id.as_str());
                    let tried = tried.get(&key).copied();
                    let (duration_us, saw) = tried.map(|tried| (tried.duration_us, tried.place)).unzip();
                    let seen = tried.map(|tried| tried.seen);
                    let at = places.get(plan.id.as_str()).map(|(input, line)| self.at(suite, input, *line));
                    checks.push(CheckRecord { suite, phase, gate, plan, result, duration_us, saw, seen, at });
                }
            }
        }
        checks
    }

    fn at(&self, suite: &SuitePlan, input: &str, line: u32) -> At {
        let of_suite = input.split_once('/').map_or(input, |(_, name)| name).to_owned();
        At { path: self.path(&suite.suite, input), input: of_suite, line }
    }

    fn tried<'a>(&'a self, wanted: &str) -> BTreeMap<(&'a str, &'a str), TriedCheck<'a>> {
        let mut tried = BTreeMap::new();
        for link in &self.links {
            if let Event::CheckJudged { suite, phase, check, duration_us, observation, .. } = &link.event
                && suite == wanted
            {
                let place = match observation {
                    Seen::Here(_) => Place::Event(link.seq + 1),
                    Seen::Stored(digest) => Place::Output(digest),
                };
                let event = TriedCheck { duration_us: *duration_us, place, seen: observation };
                tried.insert((phase.as_str(), check.as_str()), event);
            }
        }
        tried
    }
}

/// A result with what the server said of the values in play, which the result itself leaves out.
fn detailed(mut result: RunResult, links: &[Link]) -> RunResult {
    for link in links {
        let (suite, phase, failure) = match &link.event {
            Event::BaselineFailed { suite, failure } => (suite, None, failure),
            Event::PhaseFailed { suite, phase, failure, .. } => (suite, Some(phase), failure),
            _ => continue,
        };
        let Some(met) = result.suites.iter_mut().find(|met| met.suite == *suite) else { continue };
        let told = match phase {
            None => met.baseline_failure.as_mut(),
            Some(phase) => met.phases.iter_mut().find(|met| met.phase == *phase).and_then(|met| met.failure.as_mut()),
        };
        if let Some(told) = told {
            told.detail.clone_from(&failure.detail);
        }
    }
    result
}

/// What was taken over from an earlier run, as it happened there and then.
fn at_their_times(links: Vec<Link>) -> Vec<Link> {
    let plain = |link: Link| match link.event {
        Event::TakenOver { at_unix_ms, event, .. } => Link { at_unix_ms, event: *event, ..link },
        event => Link { event, ..link },
    };
    links.into_iter().map(plain).collect()
}

/// The phases of a suite with their results.
pub(crate) fn phases<'a>(
    suite: &'a SuitePlan,
    result: &'a SuiteResult,
) -> impl Iterator<Item = (&'a PhasePlan, &'a PhaseResult)> {
    suite.phases.iter().zip(&result.phases)
}

/// The gates of a phase with their results.
pub(crate) fn gates<'a>(
    phase: &'a PhasePlan,
    result: &'a PhaseResult,
) -> impl Iterator<Item = (&'a GatePlan, &'a GateResult)> {
    phase.gates.iter().zip(&result.gates)
}
