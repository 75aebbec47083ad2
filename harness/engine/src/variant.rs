//! The migration as it is to be applied: the suite's own, or that of a scenario that deviates from it.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
};

use phasegate_evidence::ApplyFailure;

use crate::{
    apply::{AppliedStatement, Manner, apply},
    database::{Database, Host},
    session::Session,
    suite::{Phase, PhaseStep, Scenario, SqlFile, Suite, TransactionMode},
};

/// A baseline and the steps of the phases.
#[derive(Debug, Clone)]
pub struct Variant {
    baseline: Vec<SqlFile>,
    role: Option<String>,
    phases: Vec<VariantPhase>,
    /// The folder in which commands are started.
    folder: PathBuf,
}

#[derive(Debug, Clone)]
struct VariantPhase {
    id: String,
    up: PhaseStep,
    down: Option<PhaseStep>,
    transaction: TransactionMode,
}

/// The way in which a phase is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Forward.
    Up,
    /// Back.
    Down,
}

impl Variant {
    /// The migration of a suite as it stands.
    #[must_use]
    pub fn of(suite: &Suite) -> Self {
        let phase = |phase: &Phase| VariantPhase {
            id: phase.id.clone(),
            up: phase.up.clone(),
            down: phase.down.clone(),
            transaction: phase.transaction,
        };
        Self {
            baseline: suite.baseline.schema.iter().chain(&suite.baseline.data).cloned().collect(),
            role: suite.baseline.role.clone(),
            phases: suite.phases.iter().map(phase).collect(),
            folder: suite.fixtures.clone(),
        }
    }

    /// The migration of a scenario of a suite.
    #[must_use]
    pub fn of_scenario(suite: &Suite, scenario: &Scenario) -> Self {
        let mut variant = Self::of(suite);
        if let Some(data) = &scenario.data {
            variant.baseline = suite.baseline.schema.iter().chain(data).cloned().collect();
        }
        variant.baseline.extend(scenario.extra.iter().cloned());
        if let Some(role) = &scenario.role {
            variant.role.clone_from(role);
        }
        for replacement in &scenario.replace {
            for phase in variant.phases.iter_mut().filter(|p| p.id == replacement.phase) {
                if let Some(up) = &replacement.up {
                    phase.up = up.clone();
                }
                if let Some(down) = &replacement.down {
                    phase.down = Some(down.clone());
                }
                if let Some(transaction) = replacement.transaction {
                    phase.transaction = transaction;
                }
            }
        }
        variant
    }

    /// The id of a phase.
    #[must_use]
    pub fn phase_id(&self, index: usize) -> &str {
        self.phases.get(index).map_or("", |phase| &phase.id)
    }

    /// A name for the state after so many phases, which two variants share when they lead to it alike.
    #[must_use]
    pub fn state_name(&self, phases: usize) -> String {
        let mut hasher = DefaultHasher::new();
        for file in &self.baseline {
            (&file.path, &file.text).hash(&mut hasher);
        }
        self.role.hash(&mut hasher);
        for phase in self.phases.iter().take(phases) {
            match &phase.up {
                PhaseStep::Sql(files) => files.iter().for_each(|file| file.text.hash(&mut hasher)),
                PhaseStep::Command(command) => command.hash(&mut hasher),
            }
            (phase.transaction == TransactionMode::None).hash(&mut hasher);
        }
        format!("{:016x}", hasher.finish())
    }

    /// Applies the baseline and its legacy rows, as the session's user.
    ///
    /// # Errors
    /// At the first statement that is refused.
    pub async fn lay_baseline(
        &self,
        host: &Host,
        database: &Database,
        session: &mut Session,
        applied: &mut (dyn FnMut(AppliedStatement) + Send),
    ) -> Result<(), ApplyFailure> {
        if self.baseline.is_empty() {
            return Ok(());
        }
        let transaction = if session.is_postgres() { TransactionMode::Phase } else { TransactionMode::None };
        let url = host.url(database);
        let manner = Manner { transaction, role: None, database_url: &url, folder: &self.folder };
        apply(session, &PhaseStep::Sql(self.baseline.clone()), manner, applied).await
    }

    /// Does something to a database that is no phase, as the session's user.
    ///
    /// # Errors
    /// When a statement is refused, or the command does not succeed.
    pub async fn act(
        &self,
        host: &Host,
        database: &Database,
        session: &mut Session,
        step: &PhaseStep,
    ) -> Result<(), ApplyFailure> {
        let url = host.url(database);
        let manner =
            Manner { transaction: TransactionMode::Phase, role: None, database_url: &url, folder: &self.folder };
        apply(session, step, manner, &mut |_| {}).await
    }

    /// Walks one phase.
    ///
    /// # Errors
    /// When a statement is refused, or there is no way back.
    pub async fn walk(
        &self,
        host: &Host,
        database: &Database,
        session: &mut Session,
        index: usize,
        direction: Direction,
        applied: &mut (dyn FnMut(AppliedStatement) + Send),
    ) -> Result<(), ApplyFailure> {
        let none = |message: &str| ApplyFailure {
            file: String::new(),
            line: 0,
            statement: 0,
            sqlstate: None,
            cause: None,
            message: message.to_owned(),
            hint: None,
        };
        let phase = self.phases.get(index).ok_or_else(|| none("there is no such phase"))?;
        let step = match direction {
            Direction::Up => Some(&phase.up),
            Direction::Down => phase.down.as_ref(),
        };
        let step = step.ok_or_else(|| none("the phase has no way back (`down`)"))?;
        let url = host.url(database);
        let manner = Manner {
            transaction: phase.transaction,
            role: self.role.as_deref(),
            database_url: &url,
            folder: &self.folder,
        };
        apply(session, step, manner, applied).await
    }
}
