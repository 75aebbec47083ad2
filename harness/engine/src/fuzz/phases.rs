//! The phases of a suite as text that scripts can hold.

use phasegate_database::Kind;

use super::{Outcome, Script};
use crate::suite::{PhaseStep, Suite};

/// The statements of each phase, and the role that applies them.
#[derive(Debug, Clone)]
pub struct Phases {
    kind: Kind,
    role: Option<String>,
    phases: Vec<Phase>,
}

#[derive(Debug, Clone)]
struct Phase {
    id: String,
    up: String,
    down: String,
}

/// A suite whose phases a script cannot hold, or a defect that cannot be put in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PhasesError(String);

impl Phases {
    /// The phases of a suite.
    ///
    /// # Errors
    /// When one of them is a command or has no way back.
    pub fn of(suite: &Suite) -> Result<Self, PhasesError> {
        let text = |id: &str, step: Option<&PhaseStep>| match step {
            Some(PhaseStep::Sql(files)) => {
                Ok(files.iter().map(|file| file.text.as_str()).collect::<Vec<_>>().join("\n"))
            }
            _ => Err(PhasesError(format!("phase {id} is not SQL up and down"))),
        };
        let phases = suite.phases.iter().map(|phase| {
            Ok(Phase {
                id: phase.id.clone(),
                up: text(&phase.id, Some(&phase.up))?,
                down: text(&phase.id, phase.down.as_ref())?,
            })
        });
        Ok(Self { kind: suite.kind, role: suite.baseline.role.clone(), phases: phases.collect::<Result<_, _>>()? })
    }

    /// The same with a defect: a part of the way forward of one phase, which must be there, is another.
    ///
    /// # Errors
    /// When it is not there.
    pub fn with_defect(mut self, index: usize, part: &str, other: &str) -> Result<Self, PhasesError> {
        self.replace(index, part, other, |phase| &mut phase.up)?;
        Ok(self)
    }

    /// The same for the way back.
    ///
    /// # Errors
    /// When it is not there.
    pub fn with_defect_back(mut self, index: usize, part: &str, other: &str) -> Result<Self, PhasesError> {
        self.replace(index, part, other, |phase| &mut phase.down)?;
        Ok(self)
    }

    fn replace(
        &mut self,
        index: usize,
        part: &str,
        other: &str,
        direction: impl FnOnce(&mut Phase) -> &mut String,
    ) -> Result<(), PhasesError> {
        let text = self.phases.get_mut(index).map(direction);
        let text = text.filter(|text| text.contains(part));
        let text = text.ok_or_else(|| PhasesError(format!("phase {index} holds no `{part}`")))?;
        *text = text.replace(part, other);
        Ok(())
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.phases.len()
    }

    /// Applies one phase, as the suite's role.
    pub fn up(&self, script: &mut Script, index: usize, expected: &Outcome) {
        if let Some(phase) = self.phases.get(index) {
            self.walk(script, &format!("phase {}", phase.id), &phase.up, expected);
        }
    }

    /// Applies the first statements of a phase and then one that fails; the phase must leave nothing behind.
    pub fn up_broken(&self, script: &mut Script, index: usize, statements: usize) {
        if let Some(phase) = self.phases.get(index) {
            let split = self.kind.split(&phase.up).unwrap_or_default();
            let mut texts: Vec<String> = split.into_iter().map(|statement| statement.text).take(statements).collect();
            texts.push("SELECT 1 / 0".to_owned());
            let claim = format!("phase {} broken after {statements} statements", phase.id);
            let refused = Outcome::refused("22012", "");
            self.walk(script, &claim, &texts.join(";\n"), &refused);
        }
    }

    /// Takes one phase back, as the suite's role.
    pub fn down(&self, script: &mut Script, index: usize) {
        if let Some(phase) = self.phases.get(index) {
            let claim = format!("phase {}, back", phase.id);
            self.walk(script, &claim, &phase.down, &Outcome::Accepted);
        }
    }

    fn walk(&self, script: &mut Script, claim: &str, sql: &str, expected: &Outcome) {
        if let Some(role) = &self.role {
            script.become_role(role, &[]);
        }
        script.walk(claim, sql, expected);
        if self.role.is_some() {
            script.step_down();
        }
    }
}
