//! The plan of a run: pure, and written to the run folder before the first statement.

use std::collections::BTreeMap;

use phasegate_evidence::{
    DeviationPlan, FORMAT_VERSION, FindingPlan, GatePlan, PhasePlan, Plan, ScenarioExpected, ScenarioPlan, SuitePlan,
    judge::{Judging, ProbeExpected},
};

use crate::{
    command::Commands,
    requirements::requirements,
    secrets::shown,
    suite::{Gate, Phase, PhaseStep, Scenario, ScenarioKind, Suite},
};

/// The plan of running these suites.
#[must_use]
pub fn plan(suites: &[Suite], judging: Judging) -> Plan {
    Plan {
        format: FORMAT_VERSION,
        phasegate: env!("CARGO_PKG_VERSION").to_owned(),
        judging,
        keep_going: false,
        suites: suites.iter().map(|suite| of_suite(suite, judging)).collect(),
    }
}

fn of_suite(suite: &Suite, judging: Judging) -> SuitePlan {
    let deviation = |deviation: &crate::suite::Deviation| DeviationPlan {
        id: deviation.id.clone(),
        reading: deviation.reading.clone(),
        instead_of: deviation.instead_of.clone(),
        reason: deviation.reason.clone(),
    };
    let finding = |finding: &crate::suite::Finding| FindingPlan {
        id: finding.id.clone(),
        severity: finding.severity,
        title: finding.title.clone(),
        phase: finding.phase.clone(),
        steps: finding.steps.clone(),
    };
    let scenarios = match judging {
        Judging::Prove => suite.scenarios.iter().map(|played| scenario(suite, played)).collect(),
        _ => Vec::new(),
    };
    let mut planned = SuitePlan {
        suite: suite.name.clone(),
        title: suite.title.clone(),
        source: suite.source.clone(),
        server: suite.need.clone(),
        inputs: suite.inputs.clone(),
        lines: lines(suite),
        deviations: suite.deviations.iter().map(deviation).collect(),
        env: env(&suite.commands),
        bookkeeping: suite.bookkeeping.clone(),
        findings: suite.findings.iter().map(finding).collect(),
        requirements: requirements(suite),
        phases: suite.phases.iter().map(|phase| of_phase(phase, &phase.gates)).collect(),
        scenarios,
    };
    planned.deviations.extend(planned.excused());
    planned
}

/// What commands are given, as it may be shown.
fn env(commands: &Commands) -> BTreeMap<String, String> {
    commands.env.iter().map(|(name, value)| (name.clone(), shown(name, value))).collect()
}

/// The line of each check, by the file of its gate.
fn lines(suite: &Suite) -> BTreeMap<String, BTreeMap<String, u32>> {
    let mut lines: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
    for gate in suite.all_gates() {
        if let Ok(file) = gate.file.strip_prefix(&suite.folder) {
            lines.entry(format!("suite/{}", file.display())).or_default().extend(gate.lines.clone());
        }
    }
    lines
}

/// The plan of a scenario.
pub(crate) fn scenario(suite: &Suite, scenario: &Scenario) -> ScenarioPlan {
    let expected = match &scenario.kind {
        ScenarioKind::Apply(expected) => ScenarioExpected::Apply(expected.clone()),
        ScenarioKind::Audit { expected, .. } => ScenarioExpected::Audit {
            phases: suite.phases.iter().map(|phase| of_phase(phase, scenario.gates_of(phase))).collect(),
            expected: expected.clone(),
        },
        ScenarioKind::Probe { phase, steps, .. } => {
            ScenarioExpected::Probe(ProbeExpected { phase: phase.clone(), steps: steps.clone() })
        }
    };
    ScenarioPlan { scenario: scenario.slug.clone(), title: scenario.title.clone(), expected }
}

fn of_phase(phase: &Phase, gates: &[Gate]) -> PhasePlan {
    PhasePlan {
        phase: phase.id.clone(),
        slug: phase.slug.clone(),
        title: phase.title.clone(),
        revision: phase.revision.clone(),
        up_command: phase.up.command(),
        down_command: phase.down.as_ref().and_then(PhaseStep::command),
        inputs: phase.own.inputs.digests.keys().map(|name| format!("fixtures/{name}")).collect(),
        env: env(&phase.own),
        gates: gates.iter().map(of_gate).collect(),
    }
}

fn of_gate(gate: &Gate) -> GatePlan {
    GatePlan {
        gate: gate.id.clone(),
        claim: gate.claim.clone(),
        requirement: gate.requirement.clone(),
        added: gate.added,
        checks: gate.checks.clone(),
    }
}
