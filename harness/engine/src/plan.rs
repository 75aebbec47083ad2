//! The plan of a run: pure, and written to the run folder before the first statement.

use phasegate_evidence::{CheckPlan, DeviationPlan, FORMAT_VERSION, FindingPlan, GatePlan, PhasePlan, Plan, SuitePlan};

use crate::suite::{Check, Gate, Suite};

/// The plan of running these suites.
///
/// # Errors
/// When an expectation cannot be written as JSON.
pub fn plan(suites: &[Suite]) -> Result<Plan, serde_json::Error> {
    Ok(Plan {
        format: FORMAT_VERSION,
        phasegate: env!("CARGO_PKG_VERSION").to_owned(),
        suites: suites.iter().map(suite_plan).collect::<Result<_, _>>()?,
    })
}

fn suite_plan(suite: &Suite) -> Result<SuitePlan, serde_json::Error> {
    let phases = suite.phases.iter().map(|phase| {
        Ok(PhasePlan {
            phase: phase.id.clone(),
            slug: phase.slug.clone(),
            title: phase.title.clone(),
            revision: phase.revision.clone(),
            gates: phase.gates.iter().map(gate_plan).collect::<Result<_, serde_json::Error>>()?,
        })
    });
    Ok(SuitePlan {
        suite: suite.name.clone(),
        title: suite.title.clone(),
        source: suite.source.clone(),
        server: suite.need.clone(),
        inputs: suite.inputs.clone(),
        deviations: suite
            .deviations
            .iter()
            .map(|deviation| DeviationPlan {
                id: deviation.id.clone(),
                reading: deviation.reading.clone(),
                instead_of: deviation.instead_of.clone(),
                reason: deviation.reason.clone(),
            })
            .collect(),
        findings: suite
            .findings
            .iter()
            .map(|finding| FindingPlan {
                id: finding.id.clone(),
                severity: finding.severity,
                title: finding.title.clone(),
                phase: finding.phase.clone(),
                sql: finding.steps.iter().map(|step| step.run.trim().to_owned()).collect(),
            })
            .collect(),
        phases: phases.collect::<Result<_, serde_json::Error>>()?,
    })
}

fn gate_plan(gate: &Gate) -> Result<GatePlan, serde_json::Error> {
    Ok(GatePlan {
        gate: gate.id.clone(),
        claim: gate.claim.clone(),
        requirement: gate.requirement.clone(),
        added: gate.added,
        checks: gate.checks.iter().map(check_plan).collect::<Result<_, _>>()?,
    })
}

fn check_plan(check: &Check) -> Result<CheckPlan, serde_json::Error> {
    Ok(CheckPlan {
        check: check.id.clone(),
        title: check.title.clone(),
        kind: check.expectation.kind().to_owned(),
        requirement: check.requirement.clone(),
        expectation: serde_json::to_value(check)?,
    })
}
