//! Recomputes a run folder offline and says everything that does not hold.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Digest, EVENTS_FILE, Event, FORMAT_VERSION, FolderError, Link, OUTPUTS_FOLDER, PLAN_FILE, Plan,
    RESULT_FILE, RunFolder, RunResult, Verdict, canonical_bytes, read_chain,
};

/// One thing that does not hold in a run folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file, relative to the run folder.
    pub file: String,
    /// What does not hold.
    pub what: String,
}

/// What a verification found.
#[derive(Debug, Clone)]
pub struct Verification {
    /// What does not hold; empty for a folder that verifies.
    pub faults: Vec<Fault>,
    /// The result as recomputed from plan and events, unless these could not be read.
    pub result: Option<RunResult>,
    /// The result digest as recomputed.
    pub result_digest: Option<Digest>,
    /// The digest of the last event.
    pub head: Option<Digest>,
    /// The run digest.
    pub run_digest: Digest,
}

impl Verification {
    /// Whether everything holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Verifies a run folder: the chain of events, every output, that each planned check has at most one verdict and no
/// check an unplanned one, that no phase started before the one before had opened the gate, and that `result.json` is
/// exactly what plan and events come to.
///
/// # Errors
/// When a file cannot be read at all.
pub fn verify(folder: &RunFolder) -> Result<Verification, FolderError> {
    let mut audit = Audit {
        folder,
        faults: Vec::new(),
    };
    let plan = audit.plan()?;
    let links = audit.links()?;
    let mut result = None;
    let mut result_digest = None;
    if let Some(plan) = &plan
        && let Some((links, _)) = &links
    {
        audit.outputs(links)?;
        audit.start(links, &audit.folder.read(PLAN_FILE)?);
        audit.judged_as_planned(plan, links);
        audit.gates_held(plan, links);
        let derived = RunResult::derive(plan, links.iter().map(|link| &link.event));
        result_digest = audit.result(&derived, links)?;
        result = Some(derived);
    }
    Ok(Verification {
        faults: audit.faults,
        result,
        result_digest,
        head: links.map(|(_, head)| head),
        run_digest: folder.digest()?,
    })
}

struct Audit<'a> {
    folder: &'a RunFolder,
    faults: Vec<Fault>,
}

impl Audit<'_> {
    fn fault(&mut self, file: &str, what: impl Into<String>) {
        self.faults.push(Fault {
            file: file.to_owned(),
            what: what.into(),
        });
    }

    fn plan(&mut self) -> Result<Option<Plan>, FolderError> {
        match serde_json::from_slice::<Plan>(&self.folder.read(PLAN_FILE)?) {
            Ok(plan) if plan.format == FORMAT_VERSION => Ok(Some(plan)),
            Ok(plan) => {
                let what = format!(
                    "format {} is not the format {FORMAT_VERSION} that this version reads",
                    plan.format
                );
                self.fault(PLAN_FILE, what);
                Ok(None)
            }
            Err(error) => {
                self.fault(PLAN_FILE, format!("is no plan: {error}"));
                Ok(None)
            }
        }
    }

    fn links(&mut self) -> Result<Option<(Vec<Link>, Digest)>, FolderError> {
        let bytes = self.folder.read(EVENTS_FILE)?;
        let Ok(text) = String::from_utf8(bytes) else {
            self.fault(EVENTS_FILE, "is not UTF-8");
            return Ok(None);
        };
        match read_chain(&text) {
            Ok(whole) => Ok(Some(whole)),
            Err(error) => {
                self.fault(EVENTS_FILE, error.to_string());
                Ok(None)
            }
        }
    }

    fn outputs(&mut self, links: &[Link]) -> Result<(), FolderError> {
        let named: BTreeSet<&Digest> = links.iter().flat_map(|link| link.event.outputs()).collect();
        let prefix = format!("{OUTPUTS_FOLDER}/");
        let files = self.folder.files()?;
        let stored: BTreeSet<&str> = files
            .iter()
            .filter_map(|file| file.strip_prefix(&prefix))
            .collect();
        for digest in &named {
            if !stored.contains(digest.as_str()) {
                self.fault(
                    &format!("{prefix}{digest}"),
                    "is named by an event and missing",
                );
            }
        }
        for name in stored {
            let file = format!("{prefix}{name}");
            if Digest::of(&self.folder.read(&file)?).as_str() != name {
                self.fault(&file, "does not hold the bytes that its name says");
            } else if !named.iter().any(|digest| digest.as_str() == name) {
                self.fault(&file, "is named by no event");
            }
        }
        Ok(())
    }

    fn start(&mut self, links: &[Link], plan: &[u8]) {
        match links.first().map(|link| &link.event) {
            Some(Event::RunStarted { plan: digest, .. }) if *digest == Digest::of(plan) => {}
            Some(Event::RunStarted { .. }) => {
                self.fault(PLAN_FILE, "is not the plan that the run started with");
            }
            _ => self.fault(EVENTS_FILE, "does not begin with the start of a run"),
        }
    }

    fn judged_as_planned(&mut self, plan: &Plan, links: &[Link]) {
        let planned: BTreeSet<[&str; 4]> = plan
            .suites
            .iter()
            .flat_map(|suite| {
                suite.checks().map(|(phase, gate, check)| {
                    [suite.suite.as_str(), &phase.phase, &gate.gate, &check.check]
                })
            })
            .collect();
        let mut judged = BTreeMap::new();
        for link in links {
            if let Event::CheckJudged {
                suite,
                phase,
                gate,
                check,
                ..
            } = &link.event
            {
                *judged
                    .entry([suite.as_str(), phase, gate, check])
                    .or_insert(0) += 1;
            }
        }
        for (key, times) in judged {
            let name = key.join("/");
            if !planned.contains(&key) {
                self.fault(EVENTS_FILE, format!("{name} was judged and not planned"));
            } else if times > 1 {
                self.fault(EVENTS_FILE, format!("{name} was judged {times} times"));
            }
        }
    }

    /// Rule 6: phase N+1 does not start unless every gate of phase N is passed or not applicable.
    fn gates_held(&mut self, plan: &Plan, links: &[Link]) {
        for suite in &plan.suites {
            for pair in suite.phases.windows(2) {
                let [earlier, later] = pair else { continue };
                let start = links.iter().position(|link| {
                    matches!(&link.event, Event::PhaseStarted { suite: s, phase }
                        if *s == suite.suite && *phase == later.phase)
                });
                let Some(start) = start else { continue };
                let before = links[..start].iter().map(|link| &link.event);
                let so_far = RunResult::derive(plan, before);
                let verdict = so_far
                    .suites
                    .iter()
                    .filter(|result| result.suite == suite.suite)
                    .flat_map(|result| &result.phases)
                    .find(|result| result.phase == earlier.phase)
                    .map_or(Verdict::Error, |result| result.verdict);
                if !verdict.opens_the_gate() {
                    let what = format!(
                        "{}: phase {} started although phase {} was {verdict}",
                        suite.suite, later.phase, earlier.phase
                    );
                    self.fault(EVENTS_FILE, what);
                }
            }
        }
    }

    fn result(
        &mut self,
        derived: &RunResult,
        links: &[Link],
    ) -> Result<Option<Digest>, FolderError> {
        for link in links {
            let claimed = match &link.event {
                Event::PhaseJudged {
                    suite,
                    phase,
                    verdict,
                } => derived
                    .suites
                    .iter()
                    .filter(|s| s.suite == *suite)
                    .flat_map(|s| &s.phases)
                    .find(|p| p.phase == *phase)
                    .map(|p| (format!("phase {phase} of {suite}"), *verdict, p.verdict)),
                Event::SuiteFinished { suite, verdict } => derived
                    .suites
                    .iter()
                    .find(|s| s.suite == *suite)
                    .map(|s| (format!("suite {suite}"), *verdict, s.verdict)),
                Event::RunFinished { verdict, .. } => {
                    Some(("the run".to_owned(), *verdict, derived.verdict))
                }
                _ => None,
            };
            if let Some((what, claimed, derived)) = claimed
                && claimed != derived
            {
                self.fault(
                    EVENTS_FILE,
                    format!("{what} is said to be {claimed} and comes to {derived}"),
                );
            }
        }
        let Some(Event::RunFinished {
            result: claimed, ..
        }) = links.last().map(|link| &link.event)
        else {
            self.fault(
                EVENTS_FILE,
                "does not end with the end of the run: it was interrupted",
            );
            return Ok(None);
        };
        let Ok(bytes) = canonical_bytes(derived) else {
            self.fault(RESULT_FILE, "has no canonical form");
            return Ok(None);
        };
        let digest = Digest::of(&bytes);
        if *claimed != digest {
            let what = format!("the run ended with result {claimed}, its events come to {digest}");
            self.fault(EVENTS_FILE, what);
        }
        if self.folder.read(RESULT_FILE)? != bytes {
            self.fault(RESULT_FILE, "is not what plan and events come to");
        }
        Ok(Some(digest))
    }
}
