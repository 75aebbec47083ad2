//! What the commands of a suite read and find in their environment.

use std::collections::BTreeMap;

use phasegate_evidence::Digest;
use toml::Spanned;

use super::files::Loader;
use crate::{
    command::{Commands, DATABASE_URL},
    suite::{PhaseStep, ScenarioKind, Suite, SuiteError, source::Source},
};

/// The folder in which Python keeps what it makes of its sources, whenever it reads them.
const MADE_OF_SOURCES: &str = "__pycache__";

impl Loader {
    /// How commands are run; each file that they read is digested, and each pattern must match one.
    pub(super) fn commands(
        &mut self,
        source: Source<'_>,
        patterns: &[Spanned<String>],
        env: BTreeMap<Spanned<String>, String>,
    ) -> Result<Commands, SuiteError> {
        if let Some(name) = env.keys().find(|name| !is_name(name.get_ref())) {
            let why = format!(
                "env: `{}` is no name that a command could be given: {DATABASE_URL} is the database, \
                and a name has no `=`",
                name.get_ref()
            );
            return Err(source.error(name.span(), why));
        }
        let mut inputs = BTreeMap::new();
        for pattern in patterns {
            let found = self.inputs_by(source, pattern)?;
            if found.is_empty() {
                let why = format!("inputs: `{}` matches no file in {}", pattern.get_ref(), self.fixtures.display());
                return Err(source.error(pattern.span(), why));
            }
            inputs.extend(found);
        }
        let env = env.into_iter().map(|(name, value)| (name.into_inner(), value)).collect();
        Ok(Commands { folder: self.fixtures.clone(), env, inputs })
    }

    fn inputs_by(
        &mut self,
        source: Source<'_>,
        pattern: &Spanned<String>,
    ) -> Result<BTreeMap<String, Digest>, SuiteError> {
        // `**` alone matches folders, and what is meant is whatever lies in them.
        let files = if pattern.get_ref().ends_with("**") { "/*" } else { "" };
        let no_pattern =
            |error| source.error(pattern.span(), format!("inputs: `{}` is no pattern: {error}", pattern.get_ref()));
        let mut found = BTreeMap::new();
        for (path, name) in self.matching(&format!("{}{files}", pattern.get_ref())).map_err(no_pattern)? {
            let is_made = path.components().any(|part| part.as_os_str() == MADE_OF_SOURCES);
            if path.is_dir() || is_made {
                continue;
            }
            let (_, digest) = self.bytes_of(&path)?;
            self.inputs.insert(format!("fixtures/{name}"), digest.clone());
            found.insert(name, digest);
        }
        Ok(found)
    }
}

/// What no command reads or finds is an error, since its author believes that one does.
pub(super) fn needed(
    suite: &Suite,
    source: Source<'_>,
    keys: [(&str, Option<&Spanned<String>>); 2],
) -> Result<(), SuiteError> {
    let is_command = |step: &PhaseStep| matches!(step, PhaseStep::Command(_));
    let of_phases = suite.phases.iter().flat_map(|phase| [Some(&phase.up), phase.down.as_ref()]);
    let of_scenarios = suite.scenarios.iter().flat_map(|scenario| {
        let does = match &scenario.kind {
            ScenarioKind::Probe { command, .. } => command.as_ref(),
            _ => None,
        };
        scenario.replace.iter().flat_map(|replaced| [replaced.up.as_ref(), replaced.down.as_ref()]).chain([does])
    });
    let of_baseline = suite.baseline.command.as_ref();
    if of_phases.chain(of_scenarios).flatten().chain(of_baseline).any(is_command) {
        return Ok(());
    }
    match keys.into_iter().find_map(|(key, first)| Some((key, first?))) {
        None => Ok(()),
        Some((key, first)) => {
            let why = format!("`{key}` is for commands, and the suite runs none: take it out");
            Err(source.error(first.span(), why))
        }
    }
}

fn is_name(name: &str) -> bool {
    name != DATABASE_URL && !name.is_empty() && !name.contains(['=', '\0'])
}
