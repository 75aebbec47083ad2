use std::collections::BTreeMap;

use phasegate_evidence::{Catalog, Difference, Digest, Event, RunResult, SuitePlan, SuiteResult, canonical_bytes};
use serde::Serialize;

use crate::record::Record;

/// Something that two runs say differently; `None` where one of them says nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// What it is: suite, phase, gate or check, as `ledger/2.1.1`.
    pub what: String,
    /// What the first run says.
    pub before: Option<String>,
    /// What the second one says.
    pub after: Option<String>,
}

/// What differs between two runs.
#[derive(Debug, Default, Serialize)]
pub struct RunDiff {
    /// Whether the results are equal: the same result digest.
    pub equal: bool,
    /// The result digests.
    pub result_digests: [String; 2],
    /// Verdicts of suites, phases, gates, defects and scenarios.
    pub verdicts: Vec<Changed>,
    /// Checks: verdict, reason, and the number of rows examined.
    pub checks: Vec<Changed>,
    /// Findings.
    pub findings: Vec<Changed>,
    /// Versions of servers, by suite.
    pub servers: Vec<Changed>,
    /// Files of the suites and their migrations, by their digests.
    pub inputs: Vec<Changed>,
    /// What was planned of a check, by the digest of it.
    pub plans: Vec<Changed>,
    /// Catalogs after each phase, object by object.
    pub catalogs: Vec<Changed>,
}

impl RunDiff {
    /// The groups of differences under the words for them.
    #[must_use]
    pub fn groups(&self) -> [(&'static str, &[Changed]); 7] {
        [
            ("verdicts", &self.verdicts),
            ("checks", &self.checks),
            ("findings", &self.findings),
            ("servers", &self.servers),
            ("files", &self.inputs),
            ("plan of checks", &self.plans),
            ("catalogs", &self.catalogs),
        ]
    }
}

/// What one thing is called, and what a run says of it.
type Said = BTreeMap<String, String>;

/// What differs between two runs, in terms of what they came to.
pub fn diff(before: &Record, after: &Record) -> RunDiff {
    let of = |said: fn(&Record) -> Said| changes(&said(before), &said(after));
    RunDiff {
        equal: before.result_digest == after.result_digest,
        result_digests: [before.result_digest.to_string(), after.result_digest.to_string()],
        verdicts: of(verdicts),
        checks: of(checks),
        findings: of(findings),
        servers: of(servers),
        inputs: of(inputs),
        plans: of(plans),
        catalogs: catalogs(before, after),
    }
}

fn changes(before: &Said, after: &Said) -> Vec<Changed> {
    let mut changed: Vec<Changed> = before
        .iter()
        .filter(|(what, said)| after.get(*what) != Some(*said))
        .map(|(what, said)| Changed { what: what.clone(), before: Some(said.clone()), after: after.get(what).cloned() })
        .collect();
    let added = after.iter().filter(|(what, _)| !before.contains_key(*what));
    changed.extend(added.map(|(what, said)| Changed { what: what.clone(), before: None, after: Some(said.clone()) }));
    changed.sort_by(|one, other| one.what.cmp(&other.what));
    changed
}

fn suites(result: &RunResult) -> impl Iterator<Item = &SuiteResult> {
    result.suites.iter()
}

fn verdicts(record: &Record) -> Said {
    let mut said = Said::new();
    for suite in suites(&record.result) {
        let name = &suite.suite;
        said.insert(name.clone(), suite.verdict.to_string());
        for phase in &suite.phases {
            let failure = phase.failure.as_ref().map(|failure| format!(": {}", failure.message));
            let verdict = format!("{}{}", phase.verdict, failure.unwrap_or_default());
            said.insert(format!("{name}/phase {}", phase.phase), verdict);
            for gate in &phase.gates {
                said.insert(format!("{name}/phase {}/gate {}", phase.phase, gate.gate), gate.verdict.to_string());
            }
        }
        for defect in &suite.defects {
            let what = format!("{name}/phase {}/defect of {}", defect.phase, defect.check);
            said.insert(what, format!("{} ({})", defect.verdict, defect.reason));
        }
        for scenario in &suite.scenarios {
            let reason = scenario.reason.as_ref().map(|reason| format!(" ({reason})"));
            let verdict = format!("{}{}", scenario.verdict, reason.unwrap_or_default());
            said.insert(format!("{name}/scenario {}", scenario.scenario), verdict);
        }
    }
    said
}

fn checks(record: &Record) -> Said {
    let mut said = Said::new();
    for suite in suites(&record.result) {
        for phase in &suite.phases {
            for check in phase.gates.iter().flat_map(|gate| &gate.checks) {
                let reason = check.reason.as_ref().map(|reason| format!(" ({reason})"));
                let examined = check.examined.map(|rows| format!(" over {rows} rows"));
                let verdict =
                    format!("{}{}{}", check.verdict, examined.unwrap_or_default(), reason.unwrap_or_default());
                said.insert(format!("{}/phase {}/{}", suite.suite, phase.phase, check.check), verdict);
            }
        }
    }
    said
}

fn findings(record: &Record) -> Said {
    let words = |confirmed| match confirmed {
        Some(true) => "confirmed",
        Some(false) => "not confirmed",
        None => "not tried",
    };
    let of = |suite: &SuiteResult| -> Vec<(String, String)> {
        let what = |finding: &str| format!("{}/{finding}", suite.suite);
        suite.findings.iter().map(|found| (what(&found.finding), words(found.confirmed).to_owned())).collect()
    };
    suites(&record.result).flat_map(of).collect()
}

fn servers(record: &Record) -> Said {
    let of = |suite: &SuiteResult| -> Vec<(String, String)> {
        suite.server.iter().map(|(name, version)| (format!("{}/{name}", suite.suite), version.clone())).collect()
    };
    suites(&record.result).flat_map(of).chain([("Phasegate".to_owned(), record.plan.phasegate.clone())]).collect()
}

fn inputs(record: &Record) -> Said {
    let of = |suite: &SuitePlan| -> Vec<(String, String)> {
        let what = |path: &str| format!("{}/{path}", suite.suite);
        suite.inputs.iter().map(|(path, digest)| (what(path), digest.short().to_owned())).collect()
    };
    record.plan.suites.iter().flat_map(of).collect()
}

fn plans(record: &Record) -> Said {
    let mut said = Said::new();
    for suite in &record.plan.suites {
        for (phase, _, check) in suite.checks() {
            let digest = canonical_bytes(check).map(|bytes| Digest::of(&bytes).short().to_owned()).unwrap_or_default();
            said.insert(format!("{}/phase {}/{}", suite.suite, phase.phase, check.id), digest);
        }
    }
    said
}

/// The catalog after each phase, where its digest differs between the two.
fn catalogs(before: &Record, after: &Record) -> Vec<Changed> {
    let [one, other] = [before, after].map(states);
    let mut changed = Vec::new();
    for (what, digest) in &one {
        let Some(later) = other.get(what).filter(|later| *later != digest) else { continue };
        let (Some(earlier), Some(later)) = (catalog(before, digest), catalog(after, later)) else { continue };
        let difference = Difference::between(&earlier, &later);
        let object = |key: &str| format!("{what}: {key}");
        let one_sided = |key: &String, before: Option<&String>, after: Option<&String>| Changed {
            what: object(key),
            before: before.cloned(),
            after: after.cloned(),
        };
        changed.extend(difference.dropped.iter().map(|(key, was)| one_sided(key, Some(was), None)));
        changed.extend(difference.added.iter().map(|(key, is)| one_sided(key, None, Some(is))));
        changed.extend(difference.altered.iter().map(|(key, two)| one_sided(key, Some(&two.before), Some(&two.after))));
    }
    for (what, digest) in &one {
        if !other.contains_key(what) {
            let before = Some(digest.short().to_owned());
            changed.push(Changed { what: what.clone(), before, after: None });
        }
    }
    for (what, digest) in &other {
        if !one.contains_key(what) {
            let after = Some(digest.short().to_owned());
            changed.push(Changed { what: what.clone(), before: None, after });
        }
    }
    changed
}

/// The catalogs that a run laid, by what they lie after.
fn states(record: &Record) -> BTreeMap<String, Digest> {
    let mut states = BTreeMap::new();
    for event in record.events() {
        match event {
            Event::BaselineApplied { suite, catalog, .. } => {
                states.insert(format!("{suite}/baseline"), catalog.clone());
            }
            Event::PhaseApplied { suite, phase, catalog_after, .. } => {
                states.insert(format!("{suite}/phase {phase}"), catalog_after.clone());
            }
            _ => {}
        }
    }
    states
}

fn catalog(record: &Record, digest: &Digest) -> Option<Catalog> {
    serde_json::from_slice(&record.folder.output(digest).ok()?).ok()
}
