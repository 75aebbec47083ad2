//! The scenarios of a suite.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use phasegate_evidence::judge::{AuditExpected, Expected};

use super::files::Loader;
use crate::suite::{
    AuditGates, Place, Replacement, Scenario, ScenarioKind, Suite, SuiteError,
    scenario::{self, KindName, ScenarioFile},
    source::Source,
};

impl Loader {
    pub(super) fn scenarios(&mut self, suite: &Suite) -> Result<Vec<Scenario>, SuiteError> {
        let mut scenarios = Vec::new();
        for (path, text) in self.toml_files(&self.folder.join("scenarios"), "suite/scenarios")? {
            let source = Source { file: &path, text: &text };
            let files = self.files_of_steps(source)?;
            for (slug, file) in scenario::read(source, &mut self.common.values, self.kind, &files)? {
                scenarios.push(self.scenario(suite, &path, slug, file)?);
            }
        }
        scenarios.sort_by(|one, other| one.slug.cmp(&other.slug));
        Ok(scenarios)
    }

    /// The SQL of the files that the steps of a probe run, by name.
    fn files_of_steps(&mut self, source: Source<'_>) -> Result<BTreeMap<String, String>, SuiteError> {
        let mut files = BTreeMap::new();
        let table = source.table()?;
        let steps = table.get("step").and_then(|steps| steps.get_ref().as_array());
        for name in steps.into_iter().flatten().filter_map(|step| step.get_ref().get("file")?.get_ref().as_str()) {
            let sql = self.sql(source.file, name)?;
            self.parsed(&sql)?;
            files.insert(name.to_owned(), sql.text.clone());
        }
        Ok(files)
    }

    pub(super) fn scenario(
        &mut self,
        suite: &Suite,
        path: &Path,
        slug: String,
        file: ScenarioFile,
    ) -> Result<Scenario, SuiteError> {
        let malformed = |why: String| SuiteError::malformed(Place::file(path), why);
        let known = |id: &str| -> Result<(), SuiteError> {
            suite.phase(id).map(drop).ok_or_else(|| malformed(format!("there is no phase {id}")))
        };
        let mut replace = Vec::new();
        for replaced in file.replace {
            known(&replaced.phase)?;
            replace.push(Replacement {
                phase: replaced.phase,
                up: replaced.up.map(|up| self.step(path, up)).transpose()?,
                down: replaced.down.map(|down| self.step(path, down)).transpose()?,
                transaction: replaced.transaction,
            });
        }
        let kind = match file.kind {
            KindName::Apply => {
                let expected: Expected = scenario::expect(path, file.expect)?;
                if let Some(phase) = &expected.phase {
                    known(phase)?;
                }
                let checks: BTreeSet<&str> = suite.checks().map(|(_, _, check)| check.id.as_str()).collect();
                if let Some(id) = expected.failed.iter().find(|id| !checks.contains(id.as_str())) {
                    return Err(malformed(format!("there is no check {id}")));
                }
                ScenarioKind::Apply(expected)
            }
            KindName::Audit => {
                let expected: AuditExpected = scenario::expect(path, file.expect)?;
                let mut gates = self.audit_gates(suite, &file.gates.unwrap_or_default(), path)?;
                let is_variant = file.leaves_out.is_some();
                if let Some(left_out) = file.leaves_out {
                    keep_gates(suite, &left_out, &mut gates).map_err(malformed)?;
                }
                let ids: BTreeSet<&str> =
                    gates.0.values().flatten().flat_map(|g| &g.checks).map(|c| c.id.as_str()).collect();
                if let Some(id) = expected.checks.keys().find(|id| !ids.contains(id.as_str())) {
                    return Err(malformed(format!("there is no check {id} among its gates")));
                }
                ScenarioKind::Audit { gates, is_variant, expected }
            }
            KindName::Probe => {
                let phase = file.phase.unwrap_or_default();
                known(&phase)?;
                ScenarioKind::Probe {
                    phase,
                    command: file.does.map(|does| self.step(path, does)).transpose()?,
                    steps: file.steps,
                }
            }
        };
        Ok(Scenario {
            slug,
            title: file.title,
            requirement: file.requirement,
            data: file.baseline.data.map(|data| self.patterns(path, &data)).transpose()?,
            extra: self.patterns(path, &file.baseline.extra)?,
            role: file.baseline.role.map(|role| Some(role).filter(|role| !role.is_empty())),
            replace,
            kind,
        })
    }

    pub(super) fn audit_gates(&mut self, suite: &Suite, name: &str, place: &Path) -> Result<AuditGates, SuiteError> {
        let mut by_phase = BTreeMap::new();
        for phase in &suite.phases {
            let folder = self.folder.join("scenarios").join(name).join(&phase.slug);
            let within = format!("suite/scenarios/{name}/{}", phase.slug);
            let gates = self.gates(&folder, &within, phase.revision.as_deref())?;
            let mut checks = gates.iter().flat_map(|gate| gate.checks.iter().map(move |check| (gate, check)));
            if let Some((gate, check)) = checks.find(|(_, check)| check.adopt) {
                let why = "asks with `adopt = true` for what is seen, and what a scenario sees is adopted by nobody: write it down";
                return Err(SuiteError::malformed(Place::file(&gate.file), format!("check {} {why}", check.id)));
            }
            if !gates.is_empty() {
                by_phase.insert(phase.id.clone(), gates);
            }
        }
        if by_phase.is_empty() {
            let why = format!("scenarios/{name} holds no gate of any phase");
            return Err(SuiteError::unmatched(Place::file(place), why));
        }
        Ok(AuditGates(by_phase))
    }
}

/// Puts the gates of the suite before those of an audit, but for those that it leaves out.
fn keep_gates(suite: &Suite, left_out: &[String], gates: &mut AuditGates) -> Result<(), String> {
    let all = || suite.phases.iter().flat_map(|phase| &phase.gates);
    if let Some(id) = left_out.iter().find(|id| !all().any(|gate| gate.id == **id)) {
        return Err(format!("there is no gate {id} to leave out"));
    }
    let own: BTreeSet<String> = gates.0.values().flatten().map(|gate| gate.id.clone()).collect();
    if let Some(gate) = all().find(|gate| own.contains(&gate.id)) {
        return Err(format!("gate {} is one of the suite's: give the gate of the audit an id of its own", gate.id));
    }
    for phase in &suite.phases {
        let kept = phase.gates.iter().filter(|gate| !left_out.contains(&gate.id)).cloned();
        let of_phase = gates.0.entry(phase.id.clone()).or_default();
        *of_phase = kept.chain(std::mem::take(of_phase)).collect();
    }
    gates.0.retain(|_, of_phase| !of_phase.is_empty());
    Ok(())
}
