//! `phasegate list`.

use phasegate_engine::{
    plan::plan,
    suite::{Suite, load},
};
use phasegate_evidence::{SuitePlan, judge::Judging};
use phasegate_report::visible_value;
use serde::Serialize;

use super::print_json::print_json;
use crate::{
    args::{Format, Global, ListArgs},
    console::{self, Depth},
    exit::{Exit, Failure},
    requirements::{Requirement, requirements},
};

/// What `list --format json` prints.
#[derive(Serialize)]
struct Listed<'a> {
    suites: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    suite: &'a str,
    title: &'a str,
    source: &'a str,
    phases: Vec<Phase<'a>>,
    scenarios: Vec<Scenario<'a>>,
}

#[derive(Serialize)]
struct Phase<'a> {
    phase: &'a str,
    title: &'a str,
    revision: Option<&'a str>,
    gates: Vec<Gate<'a>>,
}

#[derive(Serialize)]
struct Gate<'a> {
    gate: &'a str,
    claim: &'a str,
    added: bool,
    requirement: &'a [String],
    checks: Vec<Check<'a>>,
}

#[derive(Serialize)]
struct Check<'a> {
    check: &'a str,
    title: &'a str,
    kind: &'a str,
    requirement: &'a [String],
}

#[derive(Serialize)]
struct Scenario<'a> {
    scenario: &'a str,
    title: &'a str,
    requirement: &'a [String],
}

#[derive(Serialize)]
struct Answers<'a> {
    requirements: Vec<Requirement<'a>>,
}

/// Lists suites, or what answers which requirement.
pub(super) fn list(global: &Global, asked: &ListArgs) -> Result<Exit, Failure> {
    let names: Vec<String> = asked.suite.iter().cloned().collect();
    let suites = load(&global.suites()?, &names).map_err(Failure::usage)?;
    // The plan of a proof holds the scenarios too.
    let plan = plan(&suites, Judging::Prove);
    match (asked.requirements, global.format) {
        (true, Format::Human) => console::print(&console::requirements(&requirements(&plan.suites)))?,
        (true, Format::Json) => print_json(&Answers { requirements: requirements(&plan.suites) })?,
        (false, Format::Json) => {
            let entries = suites.iter().zip(&plan.suites).map(|(suite, plan)| entry(suite, plan));
            print_json(&Listed { suites: entries.collect() })?;
        }
        (false, Format::Human) => {
            let depth = if asked.suite.is_some() { Depth::Checks } else { Depth::Phases };
            console::print(&console::tree(&visible_value(plan.suites), depth))?;
        }
    }
    Ok(Exit::Passed)
}

fn entry<'a>(suite: &'a Suite, plan: &'a SuitePlan) -> Entry<'a> {
    let check = |check: &'a phasegate_evidence::judge::Check| Check {
        check: &check.id,
        title: &check.title,
        kind: check.kind(),
        requirement: &check.requirement,
    };
    let gate = |gate: &'a phasegate_evidence::GatePlan| Gate {
        gate: &gate.gate,
        claim: &gate.claim,
        added: gate.added,
        requirement: &gate.requirement,
        checks: gate.checks.iter().map(check).collect(),
    };
    let phase = |phase: &'a phasegate_evidence::PhasePlan| Phase {
        phase: &phase.phase,
        title: &phase.title,
        revision: phase.revision.as_deref(),
        gates: phase.gates.iter().map(gate).collect(),
    };
    let scenario = |scenario: &'a phasegate_engine::suite::Scenario| Scenario {
        scenario: &scenario.slug,
        title: &scenario.title,
        requirement: &scenario.requirement,
    };
    Entry {
        suite: &plan.suite,
        title: &plan.title,
        source: &plan.source,
        phases: plan.phases.iter().map(phase).collect(),
        scenarios: suite.scenarios.iter().map(scenario).collect(),
    }
}
