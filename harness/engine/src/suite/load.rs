//! Reads suites from disk, and refuses what is not whole: silent absence is the defect that this harness exists for.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use phasegate_evidence::Digest;

use super::{
    AuditGates, Baseline, Dialect, Gate, Phase, PhaseStep, Place, Replacement, Scenario,
    ScenarioKind, SqlFile, Suite, SuiteError, TransactionMode, gate_file, requirements, scenario,
    scenario::{AuditExpected, KindName, ScenarioFile},
    suite_file::{self, PhaseFile, StepFile},
};
use crate::{
    gate::{Expectation, Neighbour},
    sql::Statement,
};

const SUITE_FILE: &str = "suite.toml";
const REQUIREMENTS_FILE: &str = "requirements.toml";

/// Loads the suites below a folder: those named, or all of them when none is.
///
/// # Errors
/// At the first thing that is not as it must be, with its file and line.
pub fn load(suites: &Path, names: &[String]) -> Result<Vec<Suite>, SuiteError> {
    let mut known = Vec::new();
    if suites.is_dir() {
        for path in entries(suites)? {
            if path.join(SUITE_FILE).is_file() {
                known.push(path);
            }
        }
    }
    if known.is_empty() {
        return Err(SuiteError::NoSuites(suites.to_owned()));
    }
    let name = |path: &PathBuf| {
        path.file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    let all: Vec<String> = known.iter().map(name).collect();
    if let Some(unknown) = names.iter().find(|name| !all.contains(name)) {
        return Err(SuiteError::Unknown {
            name: unknown.clone(),
            known: all.join(", "),
        });
    }
    known
        .iter()
        .filter(|path| names.is_empty() || names.contains(&name(path)))
        .map(|path| Loader::new(path)?.suite())
        .collect()
}

struct Loader {
    folder: PathBuf,
    fixtures: PathBuf,
    sqlite: bool,
    /// Every file that was read, by the name under which the plan lists it.
    inputs: BTreeMap<String, Digest>,
    read: BTreeSet<PathBuf>,
}

impl Loader {
    fn new(folder: &Path) -> Result<Self, SuiteError> {
        Ok(Self {
            folder: folder.to_owned(),
            fixtures: PathBuf::new(),
            sqlite: false,
            inputs: BTreeMap::new(),
            read: BTreeSet::new(),
        })
    }

    fn suite(mut self) -> Result<Suite, SuiteError> {
        let path = self.folder.join(SUITE_FILE);
        let text = self.take(&path, &format!("suite/{SUITE_FILE}"))?;
        let file = suite_file::read(&path, &text)?;
        let folder_name = self
            .folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if file.suite != folder_name {
            let why = format!(
                "suite = \"{}\" is not the name of its folder, {folder_name}",
                file.suite
            );
            return Err(SuiteError::malformed(Place::file(&path), why));
        }
        let is_kind = |kind| file.server.kind == kind;
        if !is_kind("postgres") && !is_kind("sqlite") {
            let why = format!(
                "server.kind is `{}`, expected `postgres` or `sqlite`",
                file.server.kind
            );
            return Err(SuiteError::malformed(Place::file(&path), why));
        }
        self.sqlite = is_kind("sqlite");
        self.fixtures = self.folder.join(&file.fixtures);
        if !self.fixtures.is_dir() {
            let why = format!("fixtures = \"{}\" is no folder", file.fixtures);
            return Err(SuiteError::unmatched(Place::file(&path), why));
        }
        if file.phases.is_empty() {
            return Err(SuiteError::malformed(
                Place::file(&path),
                "the suite has no phase",
            ));
        }
        let baseline = Baseline {
            schema: self.patterns(&path, &file.baseline.schema)?,
            data: self.patterns(&path, &file.baseline.data)?,
            role: file.baseline.role,
        };
        for file in baseline.schema.iter().chain(&baseline.data) {
            self.parsed(file)?;
        }
        let mut phases = Vec::new();
        for phase in file.phases {
            phases.push(self.phase(&path, phase)?);
        }
        unique(&path, "phase", phases.iter().map(|phase| phase.id.as_str()))?;
        let gates = || phases.iter().flat_map(|phase| &phase.gates);
        unique(&path, "gate", gates().map(|gate| gate.id.as_str()))?;
        unique(
            &path,
            "check",
            gates()
                .flat_map(|gate| &gate.checks)
                .map(|check| check.id.as_str()),
        )?;
        unique(
            &path,
            "finding",
            file.findings.iter().map(|finding| finding.id.as_str()),
        )?;
        unique(
            &path,
            "deviation",
            file.deviations
                .iter()
                .map(|deviation| deviation.id.as_str()),
        )?;
        for finding in &file.findings {
            if finding.steps.is_empty() || !phases.iter().any(|phase| phase.id == finding.phase) {
                let why = format!(
                    "finding {} has no step, or names a phase that is not there",
                    finding.id
                );
                return Err(SuiteError::malformed(Place::file(&path), why));
            }
        }
        let mut suite = Suite {
            name: file.suite,
            title: file.title,
            source: file.source,
            folder: self.folder.clone(),
            fixtures: self.fixtures.clone(),
            need: file.server,
            baseline,
            phases,
            deviations: file.deviations,
            findings: file.findings,
            scenarios: Vec::new(),
            requirements: Vec::new(),
            defects: BTreeMap::new(),
            inputs: BTreeMap::new(),
        };
        suite.defects = self.defects(&suite)?;
        suite.scenarios = self.scenarios(&suite)?;
        self.requirements(&mut suite)?;
        self.orphans()?;
        suite.inputs = self.inputs;
        Ok(suite)
    }

    fn phase(&mut self, place: &Path, file: PhaseFile) -> Result<Phase, SuiteError> {
        let folder = self.folder.join("gates").join(&file.slug);
        let gates = self.gates(&folder, &format!("suite/gates/{}", file.slug))?;
        if gates.is_empty() {
            let why = format!(
                "phase {} has no gate: expected at least one file in {}",
                file.id,
                folder.display()
            );
            return Err(SuiteError::unmatched(Place::file(place), why));
        }
        for check in gates.iter().flat_map(|gate| &gate.checks) {
            if let Expectation::Rejects(rejects) = &check.expectation
                && matches!(rejects.neighbour, Neighbour::Without(_))
            {
                let why = format!(
                    "check {} has no neighbour; only the gates of a scenario may do without",
                    check.id
                );
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

    fn gates(&mut self, folder: &Path, name: &str) -> Result<Vec<Gate>, SuiteError> {
        let mut gates = Vec::new();
        if !folder.is_dir() {
            return Ok(gates);
        }
        for path in entries(folder)? {
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            let file_name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let text = self.take(&path, &format!("{name}/{file_name}"))?;
            let gate = gate_file::read(&path, &text)?;
            if !file_name.starts_with(&format!("{}-", gate.id))
                && file_name != format!("{}.toml", gate.id)
            {
                let why = format!(
                    "the file of gate {} should be named {}-<what it claims>.toml",
                    gate.id, gate.id
                );
                return Err(SuiteError::malformed(Place::file(&path), why));
            }
            gates.push(gate);
        }
        Ok(gates)
    }

    fn step(&mut self, place: &Path, file: StepFile) -> Result<PhaseStep, SuiteError> {
        Ok(match file {
            StepFile::Command(command) => {
                // A script among the fixtures is as much an input as an SQL file.
                for argument in &command {
                    if self.fixtures.join(argument).is_file() {
                        self.take(
                            &self.fixtures.join(argument),
                            &format!("fixtures/{argument}"),
                        )?;
                    }
                }
                PhaseStep::Command(command)
            }
            StepFile::Files(files) => PhaseStep::Sql(self.files(place, &files)?),
        })
    }

    /// A step of the suite itself must parse, and may not control the transaction that it runs in.
    fn checked(&self, step: &PhaseStep, mode: TransactionMode) -> Result<(), SuiteError> {
        let PhaseStep::Sql(files) = step else {
            return Ok(());
        };
        for file in files {
            let statements = self.parsed(file)?;
            let controls = statements
                .iter()
                .find(|statement| statement.controls_transaction);
            if let Some(statement) = controls
                && mode == TransactionMode::Phase
            {
                let place = Place {
                    file: self.fixtures.join(&file.path),
                    line: Some(statement.line as usize),
                };
                return Err(SuiteError::malformed(
                    place,
                    "the file begins or ends a transaction, and the phase already runs in one: take the statement \
                     out, or say transaction = \"none\" for the phase",
                ));
            }
        }
        Ok(())
    }

    fn parsed<'f>(&self, file: &'f SqlFile) -> Result<&'f [Statement], SuiteError> {
        let path = self.fixtures.join(&file.path);
        match file.statements() {
            Ok([]) => Err(SuiteError::malformed(
                Place::file(&path),
                "the file holds no statement",
            )),
            Ok(statements) => Ok(statements),
            Err(fault) => Err(SuiteError::malformed(
                Place {
                    file: path,
                    line: Some(fault.line as usize),
                },
                fault.message,
            )),
        }
    }

    /// Files by patterns; each pattern must match.
    fn patterns(&mut self, place: &Path, patterns: &[String]) -> Result<Vec<SqlFile>, SuiteError> {
        let mut names = Vec::new();
        for pattern in patterns {
            let full = self.fixtures.join(pattern);
            let matched = glob::glob(&full.to_string_lossy()).map_err(|error| {
                SuiteError::malformed(
                    Place::file(place),
                    format!("`{pattern}` is no pattern: {error}"),
                )
            })?;
            let before = names.len();
            for path in matched.flatten() {
                if let Ok(name) = path.strip_prefix(&self.fixtures) {
                    names.push(name.to_string_lossy().into_owned());
                }
            }
            if names.len() == before {
                let why = format!("`{pattern}` matches no file in {}", self.fixtures.display());
                return Err(SuiteError::unmatched(Place::file(place), why));
            }
        }
        self.files(place, &names)
    }

    fn files(&mut self, place: &Path, names: &[String]) -> Result<Vec<SqlFile>, SuiteError> {
        names.iter().map(|name| self.sql(place, name)).collect()
    }

    fn sql(&mut self, place: &Path, name: &str) -> Result<SqlFile, SuiteError> {
        let path = self.fixtures.join(name);
        if !path.is_file() {
            let why = format!("there is no file {name} in {}", self.fixtures.display());
            return Err(SuiteError::unmatched(Place::file(place), why));
        }
        let text = self.take(&path, &format!("fixtures/{name}"))?;
        let dialect = if self.sqlite {
            Dialect::Sqlite
        } else {
            Dialect::Postgres
        };
        Ok(SqlFile::new(name.to_owned(), text, dialect))
    }

    fn defects(&mut self, suite: &Suite) -> Result<BTreeMap<String, SqlFile>, SuiteError> {
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

    fn scenarios(&mut self, suite: &Suite) -> Result<Vec<Scenario>, SuiteError> {
        let folder = self.folder.join("scenarios");
        let mut scenarios = Vec::new();
        if !folder.is_dir() {
            return Ok(scenarios);
        }
        for path in entries(&folder)? {
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            let slug = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let text = self.take(&path, &format!("suite/scenarios/{slug}.toml"))?;
            let file = scenario::read(&path, &text)?;
            scenarios.push(self.scenario(suite, &path, slug, file)?);
        }
        Ok(scenarios)
    }

    fn scenario(
        &mut self,
        suite: &Suite,
        path: &Path,
        slug: String,
        file: ScenarioFile,
    ) -> Result<Scenario, SuiteError> {
        let malformed = |why: String| SuiteError::malformed(Place::file(path), why);
        let known = |id: &str| -> Result<(), SuiteError> {
            suite
                .phase(id)
                .map(drop)
                .ok_or_else(|| malformed(format!("there is no phase {id}")))
        };
        let mut replace = Vec::new();
        for replaced in file.replace {
            known(&replaced.phase)?;
            replace.push(Replacement {
                phase: replaced.phase,
                up: replaced.up.map(|up| self.step(path, up)).transpose()?,
                down: replaced
                    .down
                    .map(|down| self.step(path, down))
                    .transpose()?,
                transaction: replaced.transaction,
            });
        }
        let kind = match file.kind {
            KindName::Apply => {
                let expected: scenario::Expected = scenario::expect(path, file.expect)?;
                if let Some(phase) = &expected.phase {
                    known(phase)?;
                }
                let checks: BTreeSet<&str> = suite
                    .checks()
                    .map(|(_, _, check)| check.id.as_str())
                    .collect();
                if let Some(id) = expected
                    .failed
                    .iter()
                    .find(|id| !checks.contains(id.as_str()))
                {
                    return Err(malformed(format!("there is no check {id}")));
                }
                ScenarioKind::Apply(expected)
            }
            KindName::Audit => {
                let expected: AuditExpected = scenario::expect(path, file.expect)?;
                let gates = self.audit_gates(suite, &file.gates.unwrap_or_default(), path)?;
                let ids: BTreeSet<&str> = gates
                    .0
                    .values()
                    .flatten()
                    .flat_map(|g| &g.checks)
                    .map(|c| c.id.as_str())
                    .collect();
                if let Some(id) = expected.checks.keys().find(|id| !ids.contains(id.as_str())) {
                    return Err(malformed(format!("there is no check {id} among its gates")));
                }
                ScenarioKind::Audit {
                    gates,
                    passed_checks: expected.passed_checks,
                    passed_gates: expected.passed_gates,
                    failing: expected.checks,
                }
            }
            KindName::Probe => {
                let phase = file.phase.unwrap_or_default();
                known(&phase)?;
                ScenarioKind::Probe {
                    phase,
                    steps: file.steps,
                }
            }
        };
        Ok(Scenario {
            slug,
            title: file.title,
            why: file.why,
            requirement: file.requirement,
            data: file
                .baseline
                .data
                .map(|data| self.patterns(path, &data))
                .transpose()?,
            extra: self.patterns(path, &file.baseline.extra)?,
            role: file
                .baseline
                .role
                .map(|role| Some(role).filter(|role| !role.is_empty())),
            replace,
            kind,
        })
    }

    fn audit_gates(
        &mut self,
        suite: &Suite,
        name: &str,
        place: &Path,
    ) -> Result<AuditGates, SuiteError> {
        let mut by_phase = BTreeMap::new();
        for phase in &suite.phases {
            let folder = self.folder.join("scenarios").join(name).join(&phase.slug);
            let gates = self.gates(&folder, &format!("suite/scenarios/{name}/{}", phase.slug))?;
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

    /// The list of requirements decides no verdict, and so is no input of a run.
    fn requirements(&mut self, suite: &mut Suite) -> Result<(), SuiteError> {
        let path = self.folder.join(REQUIREMENTS_FILE);
        if !path.is_file() {
            return Ok(());
        }
        let text = self.text_of(&path)?.0;
        let file = requirements::read(&path, &text)?;
        let own = match &file.tests {
            None => None,
            Some(own) => {
                let path = self.fixtures.join(&own.file);
                let text = self.text_of(&path)?.0;
                Some((path, text))
            }
        };
        let own = own
            .as_ref()
            .map(|(path, text)| (path.as_path(), text.as_str()));
        suite.requirements = requirements::gather(file, &path, own)?;
        requirements::check(suite, &path)
    }

    /// Rule 4: a file that nothing reads is an error, since its author believes that it is at work.
    fn orphans(&self) -> Result<(), SuiteError> {
        let suite_files = files_below(&self.folder)?;
        let sql_files = files_below(&self.fixtures)?
            .into_iter()
            .filter(|path| path.extension().is_some_and(|extension| extension == "sql"));
        let orphan = suite_files.into_iter().chain(sql_files).find(|path| {
            path.canonicalize()
                .map_or(true, |path| !self.read.contains(&path))
        });
        match orphan {
            None => Ok(()),
            Some(path) => Err(SuiteError::unmatched(
                Place::file(&path),
                "no phase, gate or scenario reads this file: name it where it belongs, or delete it",
            )),
        }
    }

    fn take(&mut self, path: &Path, name: &str) -> Result<String, SuiteError> {
        let (text, digest) = self.text_of(path)?;
        self.inputs.insert(name.to_owned(), digest);
        Ok(text)
    }

    fn text_of(&mut self, path: &Path) -> Result<(String, Digest), SuiteError> {
        let unreadable = |source| SuiteError::Unreadable {
            place: Place::file(path),
            source,
        };
        let bytes = fs::read(path).map_err(unreadable)?;
        let digest = Digest::of(&bytes);
        self.read.insert(path.canonicalize().map_err(unreadable)?);
        String::from_utf8(bytes)
            .map(|text| (text, digest))
            .map_err(|_| SuiteError::malformed(Place::file(path), "the file is not UTF-8"))
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, SuiteError> {
    let unreadable = |source| SuiteError::Unreadable {
        place: Place::file(folder),
        source,
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        paths.push(entry.map_err(unreadable)?.path());
    }
    paths.sort();
    Ok(paths)
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>, SuiteError> {
    let mut files = Vec::new();
    for path in entries(folder)? {
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

fn unique<'a>(
    place: &Path,
    what: &str,
    ids: impl Iterator<Item = &'a str>,
) -> Result<(), SuiteError> {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            let why = format!("{what} {id} is there twice: ids are unique within a suite");
            return Err(SuiteError::malformed(Place::file(place), why));
        }
    }
    Ok(())
}
