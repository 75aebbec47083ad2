//! The phases of a suite, their gates and the defects that their checks must catch.

use std::{collections::BTreeMap, path::Path};

use phasegate_database::Statement;
use phasegate_evidence::judge::{DefectSql, Expectation, Neighbour};

use super::files::Loader;
use crate::suite::{
    CommandLine, Gate, Phase, PhaseStep, Place, SqlFile, Suite, SuiteError, TransactionMode, gate_file,
    source::Source,
    suite_file::{PhaseFile, StepFile},
};

impl Loader {
    /// A phase with its gates; `shared` are those that it has with others.
    pub(super) fn phase(
        &mut self,
        source: Source<'_>,
        file: PhaseFile,
        shared: Vec<Gate>,
    ) -> Result<Phase, SuiteError> {
        let place = source.file;
        let folder = self.folder.join("gates").join(&file.slug);
        let mut gates = self.gates(&folder, &format!("suite/gates/{}", file.slug), file.revision.as_deref())?;
        gates.extend(shared);
        gates.sort_by(|one, other| one.slug.cmp(&other.slug));
        if gates.is_empty() && !self.draft {
            let why = format!("phase {} has no gate: expected at least one file in {}", file.id, folder.display());
            return Err(SuiteError::unmatched(Place::file(place), why));
        }
        for check in gates.iter().flat_map(|gate| &gate.checks) {
            if let Expectation::Rejects(rejects) = &check.expectation
                && matches!(rejects.neighbour, Neighbour::None(_))
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
        let own = self.commands(source, &file.inputs, file.env)?;
        Ok(Phase {
            id: file.id,
            slug: file.slug,
            title: file.title,
            revision: file.revision,
            up,
            down,
            transaction: file.transaction,
            own,
            gates,
        })
    }

    /// The gates in a folder, which stand after a phase of this revision.
    pub(super) fn gates(&mut self, folder: &Path, name: &str, revision: Option<&str>) -> Result<Vec<Gate>, SuiteError> {
        self.common.values.set_revision(revision);
        let mut gates = Vec::new();
        for (path, text) in self.toml_files(folder, name)? {
            let mut gate = gate_file::read(Source { file: &path, text: &text }, &mut self.common, self.kind)?;
            self.fold_names(&mut gate)?;
            self.tap_files(&mut gate)?;
            named_after(&gate.id, &gate)?;
            gates.push(gate);
        }
        Ok(gates)
    }

    /// Reads the files of pgTAP that a gate names.
    fn tap_files(&mut self, gate: &mut Gate) -> Result<(), SuiteError> {
        for check in &mut gate.checks {
            let Expectation::Tap(tap) = &mut check.expectation else { continue };
            let capable = self.kind.capabilities().sessions;
            if !capable || check.role.is_some() {
                let why = if capable { "`as` means nothing beside `tap`" } else { "pgTAP is of PostgreSQL alone" };
                return Err(SuiteError::malformed(Place::file(&gate.file), format!("check {}: {why}", check.id)));
            }
            let file = self.sql(&gate.file, &tap.file)?;
            self.parsed(&file)?;
            tap.sql = file.text;
        }
        Ok(())
    }

    /// Names compare without case where the kind of database compares them so.
    fn fold_names(&self, gate: &mut Gate) -> Result<(), SuiteError> {
        if self.kind.capabilities().names_with_case {
            return Ok(());
        }
        let malformed =
            |id: &str, why: String| SuiteError::malformed(Place::file(&gate.file), format!("check {id}: {why}"));
        for check in &mut gate.checks {
            check.expectation.fold_keys().map_err(|why| malformed(&check.id, why))?;
        }
        Ok(())
    }

    /// The gates that stand after several phases, by phase.
    pub(super) fn shared_gates(&mut self, phases: &[PhaseFile]) -> Result<BTreeMap<String, Vec<Gate>>, SuiteError> {
        let mut gates: BTreeMap<String, Vec<Gate>> = BTreeMap::new();
        for (path, text) in self.toml_files(&self.folder.join("gates"), "suite/gates")? {
            let source = Source { file: &path, text: &text };
            for (phase, gate) in gate_file::read_shared(source, phases, &mut self.common, self.kind)? {
                let mut gate = gate;
                self.fold_names(&mut gate)?;
                self.tap_files(&mut gate)?;
                named_after(gate.id.strip_prefix(&format!("{phase}.")).unwrap_or(&gate.id), &gate)?;
                gates.entry(phase).or_default().push(gate);
            }
        }
        Ok(gates)
    }

    pub(super) fn step(&mut self, place: &Path, file: StepFile) -> Result<PhaseStep, SuiteError> {
        Ok(match file {
            StepFile::Command(words) => {
                // A script among the fixtures is as much an input as an SQL file.
                let mut scripts = BTreeMap::new();
                for word in &words {
                    let path = self.fixtures.join(word);
                    if path.is_file() {
                        let (_, digest) = self.bytes_of(&path)?;
                        self.inputs.insert(format!("fixtures/{word}"), digest.clone());
                        scripts.insert(word.clone(), digest);
                    }
                }
                PhaseStep::Command(CommandLine { words, scripts })
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
            if self.kind.is_dump(&file.text) {
                let why = "this is a dump by pg_dump, which is a whole state and no step from one to the next: name it under \
                           `schema` of [baseline], and write what the phase does";
                return Err(SuiteError::malformed(Place::file(&self.fixtures.join(&file.path)), why));
            }
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
        for (_, gate, check) in suite.checks() {
            if let Some(defect) = &check.fails {
                let sql = match &defect.sql {
                    DefectSql::File(file) => self.sql(&gate.file, file)?,
                    DefectSql::When(sql) => self.sql_within(format!("fails.when of {}", check.id), sql),
                };
                defects.insert(check.id.clone(), sql);
            }
        }
        Ok(defects)
    }
}

/// The file of a gate begins with its id.
fn named_after(id: &str, gate: &Gate) -> Result<(), SuiteError> {
    let name = gate.file.file_name().unwrap_or_default().to_string_lossy();
    if name.starts_with(&format!("{id}-")) || name == format!("{id}.toml") {
        return Ok(());
    }
    let why = format!("the file of gate {} should be named {id}-<what it claims>.toml", gate.id);
    Err(SuiteError::malformed(Place::file(&gate.file), why))
}
