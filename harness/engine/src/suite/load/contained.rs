//! What checks, findings, probes and defects do is rolled back, and so none of them may leave its transaction. Only phases
//! may, which are meant to stay; and steps on named sessions, which have a database of their own.

use std::{fs, path::Path};

use phasegate_database::Kind;
use phasegate_evidence::judge::{Check, Expectation, Neighbour, Step};

use crate::suite::{Gate, Place, ScenarioKind, Suite, SuiteError};

/// SQL with the key that holds it, and whether it may be one statement only.
type Part<'a> = (&'a str, &'a str, bool);

/// Holds everything that is rolled back to what a rollback takes back.
pub(super) fn contained(suite: &Suite, folder: &Path) -> Result<(), SuiteError> {
    for gate in suite.all_gates() {
        gate_contained(suite, gate)?;
    }
    for finding in &suite.findings {
        held(suite.kind, &folder.join("suite.toml"), &format!("finding {}", finding.id), steps(&finding.steps))?;
    }
    for scenario in &suite.scenarios {
        if let ScenarioKind::Probe { steps: tried, .. } = &scenario.kind {
            held(suite.kind, &folder.join("scenarios"), &format!("scenario {}", scenario.slug), steps(tried))?;
        }
    }
    Ok(())
}

fn gate_contained(suite: &Suite, gate: &Gate) -> Result<(), SuiteError> {
    for check in &gate.checks {
        held(suite.kind, &gate.file, &format!("check {}", check.id), parts_of(check))?;
        if let Some(defect) = suite.defects.get(&check.id) {
            held(
                suite.kind,
                &gate.file,
                &format!("the defect of check {}", check.id),
                vec![("sql", &defect.text, false)],
            )?;
        }
    }
    Ok(())
}

fn held(kind: Kind, file: &Path, whose: &str, parts: Vec<Part<'_>>) -> Result<(), SuiteError> {
    for (key, sql, one) in parts {
        if let Err(fault) = kind.contained(sql, one) {
            let why = format!(
                "{whose}: `{key}`, line {}: {}; what it does is rolled back, and only a phase may do more",
                fault.line, fault.message
            );
            return Err(SuiteError::malformed(place(file, sql), why));
        }
    }
    Ok(())
}

/// Where SQL stands in a file, if it stands there as it is.
fn place(file: &Path, sql: &str) -> Place {
    let first = sql.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    match fs::read_to_string(file) {
        Ok(text) if !first.is_empty() => match text.find(first) {
            Some(byte) => Place::at(file, &text, byte),
            None => Place::file(file),
        },
        _ => Place::file(file),
    }
}

fn parts_of(check: &Check) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = check.given.iter().map(|given| ("given", given.as_str(), false)).collect();
    match &check.expectation {
        Expectation::Rows(rows) => {
            parts.push(("query", &rows.query, true));
            parts.extend(rows.examined.iter().map(|examined| ("examined", examined.as_str(), true)));
        }
        Expectation::Violations(violations) => {
            parts.push(("violations", &violations.query, true));
            parts.push(("examined", &violations.examined, true));
        }
        Expectation::Plan(plan) => parts.push(("query", &plan.query, true)),
        Expectation::Rejects(rejects) => {
            parts.push(("write", &rejects.write, false));
            if let Neighbour::Write(write) = &rejects.neighbour {
                parts.push(("neighbour", write, false));
            }
        }
        Expectation::Accepts(accepts) => parts.push(("write", &accepts.write, false)),
        Expectation::Sequence(sequence) => parts.extend(steps(&sequence.steps)),
        // A file of pgTAP has a database of its own, which goes after it.
        Expectation::Tap(_)
        | Expectation::Catalog(_)
        | Expectation::Changes(_)
        | Expectation::Unchanged(_)
        | Expectation::Rollback(_) => {}
    }
    parts
}

fn steps(steps: &[Step]) -> Vec<Part<'_>> {
    steps.iter().filter(|step| step.session.is_none()).map(|step| ("run", step.run.as_str(), false)).collect()
}
