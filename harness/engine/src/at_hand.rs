//! Whether a migration is at hand as an earlier run applied it.

use phasegate_evidence::{Event, Link, SuitePlan};

use crate::suite::{PhaseStep, Suite};

/// A suite as an earlier run planned and applied it.
#[derive(Debug)]
pub struct Applied<'a> {
    /// The suite as it was planned.
    pub plan: &'a SuitePlan,
    /// What happened.
    pub links: &'a [Link],
}

impl Applied<'_> {
    /// Whether the baseline and so many phases are what was applied: the same files in the same order, byte for byte, or the
    /// same commands. That a file was among the inputs then does not say that it was what a phase applied.
    ///
    /// # Errors
    /// In a sentence about the run, at the first thing that is another one.
    pub fn is_at_hand(&self, suite: &Suite, now: &SuitePlan, phases: usize) -> Result<(), String> {
        if self.plan.env != now.env {
            return Err("gave its commands another environment than suite.toml does now: put it back".to_owned());
        }
        let baseline = suite.baseline.schema.iter().chain(&suite.baseline.data).map(|file| file.path.as_str());
        for file in baseline.chain(suite.baseline.command.iter().flat_map(PhaseStep::files)) {
            self.is_same_file(suite, now, file, "the baseline")?;
        }
        for (index, phase) in suite.phases.iter().take(phases).enumerate() {
            let of = format!("phase {}", phase.id);
            let own = phase.own.inputs.digests.keys().map(String::as_str);
            for file in
                [Some(&phase.up), phase.down.as_ref()].into_iter().flatten().flat_map(PhaseStep::files).chain(own)
            {
                self.is_same_file(suite, now, file, &of)?;
            }
            if !self.is_same_step(suite, now, index) {
                return Err(format!("applied other files in {of} than the suite names now: put them back"));
            }
        }
        Ok(())
    }

    fn is_same_file(&self, suite: &Suite, now: &SuitePlan, file: &str, of: &str) -> Result<(), String> {
        if self.is_same_input(now, file) {
            return Ok(());
        }
        if !self.plan.inputs.contains_key(&format!("fixtures/{file}")) {
            return Err(format!("knew no {file}, which the suite names now in {of}: put the suite back"));
        }
        let file = suite.fixtures.join(file);
        Err(format!("applied another {} in {of} than lies here: put it back as it was", file.display()))
    }

    fn is_same_input(&self, now: &SuitePlan, path: &str) -> bool {
        let path = format!("fixtures/{path}");
        self.plan.inputs.get(&path).is_some_and(|then| now.inputs.get(&path) == Some(then))
    }

    /// Whether a phase was applied by the same files, or by the same command with the same files that it alone reads, as it
    /// would be now.
    fn is_same_step(&self, suite: &Suite, now: &SuitePlan, index: usize) -> bool {
        let (Some(phase), Some(planned)) = (suite.phases.get(index), self.plan.phases.get(index)) else {
            return false;
        };
        let of_suite = self.links.iter().map(|link| link.event.plain()).filter_map(|event| match event {
            Event::StatementApplied { suite: of, phase, file, .. } if *of == suite.name && *phase == planned.phase => {
                Some(file.clone())
            }
            _ => None,
        });
        let mut then: Vec<String> = of_suite.collect();
        then.dedup();
        let step = match &phase.up {
            PhaseStep::Command(command) => {
                let own = now.phases.get(index).map(|now| (&now.inputs, &now.env));
                if own != Some((&planned.inputs, &planned.env)) {
                    return false;
                }
                let own = phase.own.inputs.digests.keys().chain(command.scripts.keys());
                if !own.into_iter().all(|path| self.is_same_input(now, path)) {
                    return false;
                }
                vec![command.line()]
            }
            PhaseStep::Sql(files) => {
                let with_statements = files.iter().filter(|file| file.statements().is_ok_and(|all| !all.is_empty()));
                let with_statements: Vec<String> = with_statements.map(|file| file.path.clone()).collect();
                if !with_statements.iter().all(|path| self.is_same_input(now, path)) {
                    return false;
                }
                with_statements
            }
        };
        phase.id == planned.phase && then == step
    }

    /// Whether a phase that was applied would be applied alike now, by whatever its command may read of what all commands do.
    pub(crate) fn would_be_the_same(&self, suite: &Suite, now: &SuitePlan, index: usize) -> bool {
        let is_command = suite.phases.get(index).is_some_and(|phase| phase.up.command().is_some());
        let shared = || {
            let there = suite.commands.inputs.digests.keys().all(|path| self.is_same_input(now, path));
            there && !self.plan.inputs.keys().any(|path| !now.inputs.contains_key(path) && is_read(suite, path))
        };
        self.is_same_step(suite, now, index) && (!is_command || (self.plan.env == now.env && shared()))
    }
}

/// Whether the commands of a suite would read what lies at this path of a plan.
fn is_read(suite: &Suite, path: &str) -> bool {
    let Some(path) = path.strip_prefix("fixtures/") else { return false };
    suite.commands.inputs.patterns.iter().any(|pattern| glob::Pattern::new(pattern).is_ok_and(|one| one.matches(path)))
}
