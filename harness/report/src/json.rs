//! The one object that `--format json` prints.

use std::collections::BTreeMap;

use phasegate_evidence::{Counts, DefectResult, Digest, Reason, ScenarioResult, Tally, Verdict};
use serde::Serialize;

use crate::{record::Record, visible::visible_json};

/// A run in one object.
#[derive(Serialize)]
struct Run<'a> {
    run: String,
    result_digest: &'a Digest,
    server: Server<'a>,
    suites: Vec<Suite<'a>>,
    totals: Totals<'a>,
}

/// The servers: the kind of the first, and the versions of all by their names.
#[derive(Default, Serialize)]
struct Server<'a> {
    kind: &'a str,
    versions: BTreeMap<&'a str, &'a str>,
}

#[derive(Serialize)]
struct Suite<'a> {
    suite: &'a str,
    verdict: Verdict,
    /// That phases were observed after one whose gates had not opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_going: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<&'a Reason>,
    phases: Vec<Phase<'a>>,
    #[serde(skip_serializing_if = "<[DefectResult]>::is_empty")]
    defects: &'a [DefectResult],
    #[serde(skip_serializing_if = "<[ScenarioResult]>::is_empty")]
    scenarios: &'a [ScenarioResult],
}

#[derive(Serialize)]
struct Phase<'a> {
    phase: &'a str,
    verdict: Verdict,
    gates: Vec<Gate<'a>>,
}

#[derive(Serialize)]
struct Gate<'a> {
    gate: &'a str,
    verdict: Verdict,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    added: bool,
    checks: Vec<Check<'a>>,
}

#[derive(Serialize)]
struct Check<'a> {
    check: &'a str,
    verdict: Verdict,
    reason: Option<&'a Reason>,
}

#[derive(Serialize)]
struct Totals<'a> {
    gates: &'a Counts,
    checks: &'a Counts,
    added: &'a Tally,
}

/// A run as JSON, indented, with a line end.
///
/// # Errors
/// When a value has no JSON form.
pub fn json(record: &Record) -> Result<String, serde_json::Error> {
    let suites = record.result.suites.iter().map(|suite| Suite {
        suite: &suite.suite,
        verdict: suite.verdict,
        kept_going: record.kept_going(suite),
        stopped: suite.stopped.as_ref(),
        defects: &suite.defects,
        scenarios: &suite.scenarios,
        phases: suite
            .phases
            .iter()
            .map(|phase| Phase {
                phase: &phase.phase,
                verdict: phase.verdict,
                gates: phase
                    .gates
                    .iter()
                    .map(|gate| Gate {
                        gate: &gate.gate,
                        verdict: gate.verdict,
                        added: gate.added,
                        checks: gate
                            .checks
                            .iter()
                            .map(|check| Check {
                                check: &check.check,
                                verdict: check.verdict,
                                reason: check.reason.as_ref(),
                            })
                            .collect(),
                    })
                    .collect(),
            })
            .collect(),
    });
    let run = Run {
        run: record.folder.path().display().to_string(),
        result_digest: &record.result_digest,
        server: server(record),
        suites: suites.collect(),
        totals: Totals {
            gates: &record.result.totals.gates,
            checks: &record.result.totals.checks,
            added: &record.result.totals.added,
        },
    };
    Ok(visible_json(&serde_json::to_string_pretty(&run)?).into_owned() + "\n")
}

fn server(record: &Record) -> Server<'_> {
    let mut merged = Server::default();
    for facts in record.servers() {
        if merged.kind.is_empty() {
            merged.kind = &facts.kind;
        }
        merged.versions.extend(facts.versions.iter().map(|(name, version)| (name.as_str(), version.as_str())));
    }
    merged
}
