//! The one object that `--format json` prints.

use phasegate_evidence::{Counts, Digest, Reason, Tally, Verdict};
use serde::Serialize;

use crate::record::Record;

/// A run in one object.
#[derive(Serialize)]
struct Run<'a> {
    run: String,
    result_digest: &'a Digest,
    server: Server<'a>,
    suites: Vec<Suite<'a>>,
    totals: Totals<'a>,
}

/// The server; what a suite on SQLite was judged on is merged in.
#[derive(Default, Serialize)]
struct Server<'a> {
    kind: &'a str,
    postgres: Option<&'a str>,
    timescaledb: Option<&'a str>,
    edition: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sqlite: Option<&'a str>,
}

#[derive(Serialize)]
struct Suite<'a> {
    suite: &'a str,
    verdict: Verdict,
    phases: Vec<Phase<'a>>,
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
    Ok(serde_json::to_string_pretty(&run)? + "\n")
}

fn server(record: &Record) -> Server<'_> {
    let mut merged = Server::default();
    for facts in record.servers() {
        if merged.kind.is_empty() || merged.kind == "sqlite" {
            merged.kind = &facts.kind;
        }
        merged.postgres = merged.postgres.or(facts.postgres.as_deref());
        merged.timescaledb = merged.timescaledb.or(facts.timescaledb.as_deref());
        merged.edition = merged.edition.or(facts.edition.as_deref());
        merged.sqlite = merged.sqlite.or(facts.sqlite.as_deref());
    }
    merged
}
