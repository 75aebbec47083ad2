//! What the commands of a suite read and find in their environment.

use std::collections::BTreeMap;

use toml::Spanned;

use super::files::Loader;
use crate::{
    command::{Commands, DATABASE_URL},
    inputs::{Inputs, inputs_by},
    suite::{PhaseStep, Scenario, Suite, SuiteError, source::Source},
};

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
        let mut inputs = Inputs::default();
        for pattern in patterns {
            let no_pattern = |why| source.error(pattern.span(), format!("inputs: `{}` {why}", pattern.get_ref()));
            let found = inputs_by(&self.fixtures, pattern.get_ref()).map_err(no_pattern)?;
            if found.is_empty() {
                return Err(no_pattern(format!("matches no file in {}", self.fixtures.display())));
            }
            for (path, name) in found {
                let (_, digest) = self.bytes_of(&path)?;
                self.inputs.insert(format!("fixtures/{name}"), digest.clone());
                inputs.digests.insert(name, digest);
            }
            inputs.patterns.push(pattern.get_ref().clone());
        }
        let env = env.into_iter().map(|(name, value)| (name.into_inner(), value)).collect();
        Ok(Commands { folder: self.fixtures.clone(), env, inputs })
    }
}

/// Keys that are for commands: those of the suite, or of one phase.
pub(super) struct ForCommands {
    /// The phase, if they are one's.
    pub(super) phase: Option<String>,
    /// Each key with the first of what it says.
    keys: [(&'static str, Option<Spanned<String>>); 2],
}

impl ForCommands {
    pub(super) fn of(phase: Option<&str>, inputs: &[Spanned<String>], env: &BTreeMap<Spanned<String>, String>) -> Self {
        let keys = [("inputs", inputs.first().cloned()), ("env", env.keys().next().cloned())];
        Self { phase: phase.map(str::to_owned), keys }
    }
}

/// What no command reads or finds is an error, since its author believes that one does.
pub(super) fn needed(suite: &Suite, source: Source<'_>, said: &[ForCommands]) -> Result<(), SuiteError> {
    for ForCommands { phase, keys } in said {
        let Some((key, first)) = keys.iter().find_map(|(key, first)| Some((key, first.as_ref()?))) else { continue };
        if !runs_a_command(suite, phase.as_deref()) {
            let runs_none = phase.as_ref().map_or("the suite".to_owned(), |phase| format!("phase {phase}"));
            let why = format!("`{key}` is for commands, and {runs_none} runs none: take it out");
            return Err(source.error(first.span(), why));
        }
    }
    Ok(())
}

/// Whether a phase is a command in either direction, also where a scenario replaces it; or any, or what is done beside phases.
fn runs_a_command(suite: &Suite, of: Option<&str>) -> bool {
    let is_asked_for = |phase: &str| of.is_none_or(|of| of == phase);
    let phases = suite.phases.iter().filter(|phase| is_asked_for(&phase.id));
    let replaced = suite.scenarios.iter().flat_map(|scenario| &scenario.replace).filter(|one| is_asked_for(&one.phase));
    let steps = phases.flat_map(|phase| [Some(&phase.up), phase.down.as_ref()]);
    let beside = suite.scenarios.iter().map(Scenario::action).chain([suite.baseline.command.as_ref()]);
    steps
        .chain(replaced.flat_map(|one| [one.up.as_ref(), one.down.as_ref()]))
        .chain(beside.filter(|_| of.is_none()))
        .flatten()
        .any(|step| matches!(step, PhaseStep::Command(_)))
}

fn is_name(name: &str) -> bool {
    name != DATABASE_URL && !name.is_empty() && !name.contains(['=', '\0'])
}
