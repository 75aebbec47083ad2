//! The suites of a folder.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use phasegate_database::Kind;
use toml::Spanned;

use super::{
    commands::{ForCommands, needed},
    contained::contained,
    files::Loader,
    known::{Known, KnownSuite, SUITE_FILE},
};
use crate::suite::{
    Baseline, Place, Suite, SuiteError,
    expand::{State, StateFile, States, Values},
    requirements, sessions,
    source::Source,
    suite_file::{self, StepFile},
};

const REQUIREMENTS_FILE: &str = "requirements.toml";

/// Loads the suites below a folder: those named, or all of them when none is.
///
/// # Errors
/// At the first thing that is not as it must be, with its file and line.
pub fn load(suites: &Path, names: &[String]) -> Result<Vec<Suite>, SuiteError> {
    load_as(suites, names, &BTreeMap::new())
}

/// Loads suites as they would be if some of their files held these texts: whoever is about to write one knows what comes of it.
///
/// # Errors
/// As [`load`].
pub fn load_as(suites: &Path, names: &[String], instead: &BTreeMap<PathBuf, String>) -> Result<Vec<Suite>, SuiteError> {
    let known = Known::below(suites)?;
    let all = known.names();
    if let Some(unknown) = names.iter().find(|name| !all.contains(name)) {
        return Err(SuiteError::Unknown { name: unknown.clone(), known: all.clone() });
    }
    let asked_for = |suite: &&KnownSuite| names.is_empty() || names.contains(&suite.name);
    let mut loaded = Vec::new();
    for suite in known.suites.iter().filter(asked_for) {
        let mut loader = Loader::new(&suite.folder, known.alone);
        loader.instead.clone_from(instead);
        loaded.push((loader.suite()?, loader));
    }
    let mut read: BTreeSet<PathBuf> = loaded.iter().flat_map(|(_, loader)| loader.read.clone()).collect();
    // What the other suites read of a folder that is shared with these.
    for other in known.suites.iter().filter(|suite| !asked_for(suite)) {
        if loaded.iter().any(|(suite, _)| other.has_fixtures(&suite.fixtures)) {
            let mut loader = Loader::new(&other.folder, known.alone);
            loader.suite()?;
            read.extend(loader.read);
        }
    }
    for (_, loader) in &loaded {
        loader.orphans(&read)?;
    }
    Ok(loaded.into_iter().map(|(suite, _)| suite).collect())
}

/// Loads the suite of a folder whose gates are still to be written.
///
/// # Errors
/// As [`load`], but a phase may have no gate.
pub fn load_draft(folder: &Path) -> Result<Suite, SuiteError> {
    let mut loader = Loader { draft: true, ..Loader::new(folder, true) };
    loader.suite()
}

impl Loader {
    pub(super) fn suite(&mut self) -> Result<Suite, SuiteError> {
        let path = self.folder.join(SUITE_FILE);
        let text = self.take(&path, &format!("suite/{SUITE_FILE}"))?;
        let file = suite_file::read(&path, &text)?;
        self.text.clone_from(&text);
        let folder_name = self.folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if file.suite != folder_name && !self.alone {
            let why = format!("suite = \"{}\" is not the name of its folder, {folder_name}", file.suite);
            return Err(SuiteError::malformed(Place::file(&path), why));
        }
        let Some(kind) = Kind::named(&file.server.kind) else {
            let known = Kind::ALL.map(|kind| format!("`{}`", kind.capabilities().name)).join(" or ");
            let why = format!("server.kind is `{}`, expected {known}", file.server.kind);
            return Err(SuiteError::malformed(Place::file(&path), why));
        };
        self.kind = kind;
        self.unread = file.unread;
        self.fixtures = self.folder.join(&file.fixtures);
        if !self.fixtures.is_dir() {
            let why = format!("fixtures = \"{}\" is no folder", file.fixtures);
            return Err(SuiteError::unmatched(Place::file(&path), why));
        }
        if file.phases.is_empty() {
            return Err(SuiteError::malformed(Place::file(&path), "the suite has no phase"));
        }
        if file.baseline.command.as_ref().is_some_and(Vec::is_empty) {
            return Err(SuiteError::malformed(Place::file(&path), "the command of the baseline names no program"));
        }
        let command = file.baseline.command.map(|command| self.step(&path, StepFile::Command(command))).transpose()?;
        let baseline = Baseline {
            command,
            schema: self.patterns(&path, &file.baseline.schema)?,
            data: self.patterns(&path, &file.baseline.data)?,
            role: file.baseline.role,
            transaction: file.baseline.transaction,
        };
        for file in baseline.schema.iter().chain(&baseline.data) {
            self.parsed(file)?;
        }
        let source = Source { file: &path, text: &text };
        let mut for_commands = vec![ForCommands::of(None, &file.inputs, &file.env)];
        for phase in &file.phases {
            for_commands.push(ForCommands::of(Some(&phase.id), &phase.inputs, &phase.env));
        }
        let commands = self.commands(source, &file.inputs, file.env)?;
        let bookkeeping = bookkeeping(source, file.bookkeeping, kind)?;
        self.common.values = Values::new(source, file.with)?;
        self.common.states = self.states(source, file.given)?;
        let mut shared = self.shared_gates(&file.phases)?;
        let mut phases = Vec::new();
        for phase in file.phases {
            let gates = shared.remove(&phase.id).unwrap_or_default();
            phases.push(self.phase(source, phase, gates)?);
        }
        unique(&path, "phase", phases.iter().map(|phase| phase.id.as_str()))?;
        let gates = || phases.iter().flat_map(|phase| &phase.gates);
        unique(&path, "gate", gates().map(|gate| gate.id.as_str()))?;
        unique(&path, "check", gates().flat_map(|gate| &gate.checks).map(|check| check.id.as_str()))?;
        unique(&path, "finding", file.findings.iter().map(|finding| finding.id.as_str()))?;
        unique(&path, "deviation", file.deviations.iter().map(|deviation| deviation.id.as_str()))?;
        for finding in &file.findings {
            if finding.steps.is_empty() || !phases.iter().any(|phase| phase.id == finding.phase) {
                let why = format!("finding {} has no step, or names a phase that is not there", finding.id);
                return Err(SuiteError::malformed(Place::file(&path), why));
            }
        }
        let whole = source.table()?;
        let findings = whole.get("finding").and_then(|findings| findings.get_ref().as_array());
        for finding in findings.into_iter().flatten().filter_map(|finding| finding.get_ref().as_table()) {
            sessions::checked(source, finding, kind)?;
        }
        let mut suite = Suite {
            name: file.suite,
            title: file.title,
            source: file.source,
            folder: self.folder.clone(),
            fixtures: self.fixtures.clone(),
            commands,
            kind,
            need: file.server,
            baseline,
            phases,
            deviations: file.deviations,
            bookkeeping,
            findings: file.findings,
            scenarios: Vec::new(),
            requirements: Vec::new(),
            defects: BTreeMap::new(),
            inputs: BTreeMap::new(),
        };
        suite.defects = self.defects(&suite)?;
        suite.scenarios = self.scenarios(&suite)?;
        contained(&suite, &self.folder)?;
        unclaimed(&suite)?;
        needed(&suite, source, &for_commands)?;
        unique(&path, "scenario", suite.scenarios.iter().map(|scenario| scenario.slug.as_str()))?;
        self.common.states.all_used(source)?;
        self.common.values.all_used(source)?;
        self.requirements(&mut suite)?;
        suite.inputs = std::mem::take(&mut self.inputs);
        Ok(suite)
    }

    /// The states that checks start from. Their SQL must parse.
    fn states(
        &mut self,
        source: Source<'_>,
        files: BTreeMap<Spanned<String>, StateFile>,
    ) -> Result<States, SuiteError> {
        let mut states = BTreeMap::new();
        for (name, file) in files {
            let span = name.span();
            let (on, sql) = match file {
                StateFile::Sql(sql) => (Vec::new(), self.sql_within(String::new(), &sql)),
                StateFile::File(built) => {
                    let path = self.folder.join(built.sql.get_ref());
                    if !path.is_file() {
                        let why = format!("there is no file {} in {}", built.sql, self.folder.display());
                        return Err(source.error(built.sql.span(), why));
                    }
                    let text = self.take(&path, &format!("suite/{}", built.sql))?;
                    (built.on, self.sql_text(String::new(), text))
                }
            };
            let why = match sql.statements() {
                Ok([]) => "it holds no statement".to_owned(),
                Ok(statements) if statements.iter().any(|statement| statement.rows.is_some()) => {
                    "it copies rows, as only a baseline or a phase may: write them as INSERT".to_owned()
                }
                Err(fault) => format!("{} (line {} of its SQL)", fault.message, fault.line),
                Ok(statements) => {
                    let sql =
                        statements.iter().map(|statement| format!("{};", statement.text.trim())).collect::<Vec<_>>();
                    states.insert(name.into_inner(), State { on, sql: sql.join("\n"), span });
                    continue;
                }
            };
            return Err(source.error(span, format!("the state `{name}`: {why}")));
        }
        States::new(source, states)
    }

    /// The list of requirements decides no verdict. What it says stands in the plan, and so it is no input of a run.
    pub(super) fn requirements(&mut self, suite: &mut Suite) -> Result<(), SuiteError> {
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
        let own = own.as_ref().map(|(path, text)| (path.as_path(), text.as_str()));
        suite.requirements = requirements::gather(file, &path, own)?;
        requirements::check(suite, &path)
    }
}

/// The names of bookkeeping, as the catalog of this kind of database has them.
fn bookkeeping(source: Source<'_>, names: Vec<Spanned<String>>, kind: Kind) -> Result<Vec<String>, SuiteError> {
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        let span = name.span();
        let folded =
            if kind.capabilities().names_with_case { name.into_inner() } else { name.get_ref().to_lowercase() };
        if folded.trim_end_matches(".*").is_empty() || folded.contains(' ') || kept.contains(&folded) {
            let why = format!("bookkeeping: `{folded}` is no name of a table, or is there twice");
            return Err(source.error(span, why));
        }
        kept.push(folded);
    }
    Ok(kept)
}

/// No check asks about bookkeeping, of which it would be told nothing.
fn unclaimed(suite: &Suite) -> Result<(), SuiteError> {
    for gate in suite.all_gates() {
        for check in &gate.checks {
            if let Some(table) = suite.books().claimed_by(check) {
                let why = format!(
                    "check {} asks about `{table}`, which suite.toml names as bookkeeping: take it out here or there",
                    check.id
                );
                return Err(SuiteError::malformed(Place::file(&gate.file), why));
            }
        }
    }
    Ok(())
}

fn unique<'a>(place: &Path, what: &str, ids: impl Iterator<Item = &'a str>) -> Result<(), SuiteError> {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            let why = format!("{what} {id} is there twice: ids are unique within a suite");
            return Err(SuiteError::malformed(Place::file(place), why));
        }
    }
    Ok(())
}
