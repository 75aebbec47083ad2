//! The phases of a suite, their gates and the defects that their checks must catch.

use std::{collections::BTreeMap, path::Path};

use super::files::{Loader, entries};
use crate::{
    gate::{Expectation, Neighbour},
    sql::Statement,
    suite::{
        Gate, Phase, PhaseStep, Place, SqlFile, Suite, SuiteError, TransactionMode, gate_file,
        suite_file::{PhaseFile, StepFile},
    },
};

impl Loader {
    pub(super) fn phase(&mut self, place: &Path, file: PhaseFile) -> Result<Phase, SuiteError> {
        let folder = self.folder.join("gates").join(&file.slug);
        let gates = self.gates(&folder, &format!("suite/gates/{}", file.slug))?;
        if gates.is_empty() {
            let why = format!("phase {} has no gate: expected at least one file in {}", file.id, folder.display());
            return Err(SuiteError::unmatched(Place::file(place), why));
        }
        for check in gates.iter().flat_map(|gate| &gate.checks) {
            if let Expectation::Rejects(rejects) = &check.expectation
                && matches!(rejects.neighbour, Neighbour::Without(_))
            {
                let why = format!("check {} has no neighbour; only the gates of a scenario may do without", check.id);
                return Err(SuiteError::malformed(Place::file(&folder), why));
            }
        }
        let up = self.step(place, file.up)?;
        self.checked(&up, file.transaction)?;
        let down = file.down.map(|down| self.step(place, down)).transpose()?;
        if let Some(down) = &down {
            self.checked(down, file.transaction)?;
        }
        Ok(Phase {
            id: file.id,
            slug: file.slug,
            title: file.title,
            revision: file.revision,
            up,
            down,
            transaction: file.transaction,
            gates,
        })
    }

    pub(super) fn gates(&mut self, folder: &Path, name: &str) -> Result<Vec<Gate>, SuiteError> {
        let mut gates = Vec::new();
        if !folder.is_dir() {
            return Ok(gates);
        }
        for path in entries(folder)? {
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text = self.take(&path, &format!("{name}/{file_name}"))?;
            let mut gate = gate_file::read(&path, &text)?;
            if self.sqlite {
                for check in &mut gate.checks {
                    let folded = check.expectation.fold_keys();
                    folded.map_err(|why| {
                        SuiteError::malformed(Place::file(&path), format!("check {}: {why}", check.id))
                    })?;
                }
            }
            if !file_name.starts_with(&format!("{}-", gate.id)) && file_name != format!("{}.toml", gate.id) {
                let why = format!("the file of gate {} should be named {}-<what it claims>.toml", gate.id, gate.id);
                return Err(SuiteError::malformed(Place::file(&path), why));
            }
            gates.push(gate);
        }
        Ok(gates)
    }

    pub(super) fn step(&mut self, place: &Path, file: StepFile) -> Result<PhaseStep, SuiteError> {
        Ok(match file {
            StepFile::Command(command) => {
                // A script among the fixtures is as much an input as an SQL file.
                for argument in &command {
                    if self.fixtures.join(argument).is_file() {
                        self.take(&self.fixtures.join(argument), &format!("fixtures/{argument}"))?;
                    }
                }
                PhaseStep::Command(command)
            }
            StepFile::Files(files) => PhaseStep::Sql(self.files(place, &files)?),
        })
    }

    /// A step of the suite itself must parse, and may not control the transaction that it runs in.
    pub(super) fn checked(&self, step: &PhaseStep, mode: TransactionMode) -> Result<(), SuiteError> {
        let PhaseStep::Sql(files) = step else {
            return Ok(());
        };
        for file in files {
            let statements = self.parsed(file)?;
            let controls = statements.iter().find(|statement| statement.controls_transaction);
            if let Some(statement) = controls
                && mode == TransactionMode::Phase
            {
                let place = Place { file: self.fixtures.join(&file.path), line: Some(statement.line as usize) };
                return Err(SuiteError::malformed(
                    place,
                    "the file begins or ends a transaction, and the phase already runs in one: take the statement \
                     out, or say transaction = \"none\" for the phase",
                ));
            }
        }
        Ok(())
    }

    pub(super) fn parsed<'f>(&self, file: &'f SqlFile) -> Result<&'f [Statement], SuiteError> {
        let path = self.fixtures.join(&file.path);
        match file.statements() {
            Ok([]) => Err(SuiteError::malformed(Place::file(&path), "the file holds no statement")),
            Ok(statements) => Ok(statements),
            Err(fault) => {
                Err(SuiteError::malformed(Place { file: path, line: Some(fault.line as usize) }, fault.message))
            }
        }
    }

    pub(super) fn defects(&mut self, suite: &Suite) -> Result<BTreeMap<String, SqlFile>, SuiteError> {
        let mut defects = BTreeMap::new();
        for (index, gate, check) in suite.checks() {
            if let Some(defect) = &check.fails {
                let place = self.folder.join("gates").join(&suite.phases[index].slug);
                let place = place.join(format!("{}-*.toml", gate.id));
                defects.insert(defect.with.clone(), self.sql(&place, &defect.with)?);
            }
        }
        Ok(defects)
    }
}
