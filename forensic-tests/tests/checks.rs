//! Every check and scenario of the suites, held to a list that is kept beside this file: none is lost, loosened or expected
//! to fail for another reason while the files that say them are written anew. After a
//! change that is meant, make the list anew by running these tests once with `PHASEGATE_BLESS=1`, and read its diff.

use std::{fs, path::Path};

use libtest_mimic::{Failed, Trial};
use phasegate_engine::suite::{Gate, Scenario, ScenarioKind, Suite};
use phasegate_evidence::judge::{AuditExpected, Check, Expected};
use serde_json::Value;

use crate::world::World;

/// Keys that hold SQL, which may be written otherwise without a change of what is expected of it.
const SQL: [&str; 4] = ["query", "write", "examined", "run"];

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    let trial = |suite: &Suite| {
        let name = format!("{}::every_check_is_as_the_list_has_it", suite.name.replace('-', "_"));
        let suite = suite.clone();
        Trial::test(name, move || as_listed(&suite))
    };
    world.suites().iter().map(trial).collect()
}

fn as_listed(suite: &Suite) -> Result<(), Failed> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checks").join(format!("{}.txt", suite.name));
    let found = list(suite)?;
    if std::env::var_os("PHASEGATE_BLESS").is_some() {
        fs::write(&file, found.join("\n") + "\n")?;
    }
    let listed = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let listed: Vec<&str> = listed.lines().collect();
    let lost = listed.iter().filter(|line| !found.iter().any(|found| found == *line)).map(|line| format!("- {line}"));
    let unlisted = found.iter().filter(|line| !listed.contains(&line.as_str())).map(|line| format!("+ {line}"));
    let differences: Vec<String> = lost.chain(unlisted).collect();
    if differences.is_empty() {
        Ok(())
    } else {
        Err(format!("{} and the suite differ:\n{}", file.display(), differences.join("\n")).into())
    }
}

/// A line for each check and for each scenario.
fn list(suite: &Suite) -> Result<Vec<String>, Failed> {
    let mut lines = Vec::new();
    for phase in &suite.phases {
        gates(&format!("phase {}", phase.id), &phase.gates, &mut lines)?;
    }
    for scenario in &suite.scenarios {
        lines.push(format!("scenario {} | {} | {}", scenario.slug, scenario.title, outcome(scenario)?));
        if let ScenarioKind::Audit { gates: of_phases, .. } = &scenario.kind {
            for (phase, of_phase) in &of_phases.0 {
                gates(&format!("scenario {} phase {phase}", scenario.slug), of_phase, &mut lines)?;
            }
        }
    }
    Ok(lines)
}

fn gates(place: &str, gates: &[Gate], lines: &mut Vec<String>) -> Result<(), Failed> {
    for gate in gates {
        for check in &gate.checks {
            lines.push(format!("{place} | {} | {} | {}", gate.slug, check.id, line(check)?));
        }
    }
    Ok(())
}

/// What a check says, but for its SQL and the rows that it finds ready.
fn line(check: &Check) -> Result<String, Failed> {
    let mut said = serde_json::to_value(check)?;
    if let Some(said) = said.as_object_mut() {
        said.retain(|key, _| !["id", "title", "given", "fails"].contains(&key.as_str()));
    }
    without_sql(&mut said);
    let fails = match &check.fails {
        None => "nothing".to_owned(),
        Some(defect) => format!("{}: {}", defect.reason, defect.detail.as_deref().unwrap_or_default()),
    };
    Ok(format!("{} | {said} | fails {fails}", check.title))
}

fn without_sql(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.iter_mut().for_each(|(key, value)| match value {
            Value::String(sql) if SQL.contains(&key.as_str()) => sql.replace_range(.., "..."),
            value => without_sql(value),
        }),
        Value::Array(values) => values.iter_mut().for_each(without_sql),
        _ => {}
    }
}

fn outcome(scenario: &Scenario) -> Result<String, Failed> {
    Ok(match &scenario.kind {
        ScenarioKind::Apply(expected) => {
            let Expected { outcome, phase, sqlstate, by, says, catalog, failed } = expected;
            format!("{outcome:?} {phase:?} {sqlstate:?} {by:?} {says:?} {catalog:?} {failed:?}")
        }
        ScenarioKind::Audit { expected: AuditExpected { passed_checks, passed_gates, checks: failing }, .. } => {
            format!("passed {passed_checks} checks, {passed_gates} gates, but for {failing:?}")
        }
        ScenarioKind::Probe { phase, steps, .. } => {
            let mut steps = serde_json::to_value(steps)?;
            without_sql(&mut steps);
            format!("after phase {phase} {steps}")
        }
    })
}
