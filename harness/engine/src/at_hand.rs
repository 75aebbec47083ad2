//! Whether a migration is at hand as an earlier run applied it.

use phasegate_evidence::{Event, Link, SuitePlan};

use crate::suite::{PhaseStep, SqlFile, Suite};

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
        for file in suite.baseline.schema.iter().chain(&suite.baseline.data) {
            self.is_same_file(suite, now, file, "the baseline")?;
        }
        for (index, phase) in suite.phases.iter().take(phases).enumerate() {
            let of = format!("phase {}", phase.id);
            for file in [Some(&phase.up), phase.down.as_ref()].into_iter().flatten().flat_map(files) {
                self.is_same_file(suite, now, file, &of)?;
            }
            if !self.is_same_step(suite, now, index) {
                return Err(format!("applied other files in {of} than the suite names now: put them back"));
            }
        }
        Ok(())
    }

    fn is_same_file(&self, suite: &Suite, now: &SuitePlan, file: &SqlFile, of: &str) -> Result<(), String> {
        if self.is_same_input(now, &file.path) {
            return Ok(());
        }
        if !self.plan.inputs.contains_key(&format!("fixtures/{}", file.path)) {
            return Err(format!("knew no {}, which the suite names now in {of}: put the suite back", file.path));
        }
        let file = suite.fixtures.join(&file.path);
        Err(format!("applied another {} in {of} than lies here: put it back as it was", file.display()))
    }

    fn is_same_input(&self, now: &SuitePlan, path: &str) -> bool {
        let path = format!("fixtures/{path}");
        self.plan.inputs.get(&path).is_some_and(|then| now.inputs.get(&path) == Some(then))
    }

    /// Whether a phase was applied by the same files or the same command as it would be now.
    pub(crate) fn is_same_step(&self, suite: &Suite, now: &SuitePlan, index: usize) -> bool {
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
        let now = match &phase.up {
            PhaseStep::Command(command) => vec![command.join(" ")],
            PhaseStep::Sql(files) => {
                let with_statements = files.iter().filter(|file| file.statements().is_ok_and(|all| !all.is_empty()));
                let with_statements: Vec<String> = with_statements.map(|file| file.path.clone()).collect();
                if !with_statements.iter().all(|path| self.is_same_input(now, path)) {
                    return false;
                }
                with_statements
            }
        };
        phase.id == planned.phase && then == now
    }
}

fn files(step: &PhaseStep) -> impl Iterator<Item = &SqlFile> {
    match step {
        PhaseStep::Sql(files) => files.as_slice(),
        PhaseStep::Command(_) => &[],
    }
    .iter()
}
