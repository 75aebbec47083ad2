//! The migration as it is to be applied: the suite's own, or that of a scenario that deviates from it.

use std::hash::{DefaultHasher, Hash, Hasher};

use phasegate_database::Session;
use phasegate_evidence::{ApplyFailure, judge::Direction};

use crate::{
    applied::Told,
    apply::{Application, Settings, Way, apply},
    command::Commands,
    observe::sets,
    suite::{Phase, PhaseStep, Scenario, SqlFile, Suite, TransactionMode},
};

/// A baseline and the steps of the phases.
#[derive(Debug, Clone)]
pub struct Migration {
    /// A command that lays the baseline, or what of it lies before the files.
    command: Option<PhaseStep>,
    baseline: Vec<SqlFile>,
    baseline_transaction: TransactionMode,
    role: Option<String>,
    phases: Vec<Steps>,
    /// How what is no phase is run.
    commands: Commands,
}

#[derive(Debug, Clone)]
struct Steps {
    id: String,
    up: PhaseStep,
    down: Option<PhaseStep>,
    transaction: TransactionMode,
    commands: Commands,
}

impl Migration {
    /// The migration of a suite as it stands.
    #[must_use]
    pub fn of(suite: &Suite) -> Self {
        let phase = |phase: &Phase| Steps {
            id: phase.id.clone(),
            up: phase.up.clone(),
            down: phase.down.clone(),
            transaction: phase.transaction,
            commands: suite.commands.with(&phase.own),
        };
        Self {
            command: suite.baseline.command.clone(),
            baseline: suite.baseline.schema.iter().chain(&suite.baseline.data).cloned().collect(),
            baseline_transaction: suite.baseline.transaction,
            role: suite.baseline.role.clone(),
            phases: suite.phases.iter().map(phase).collect(),
            commands: suite.commands.clone(),
        }
    }

    /// The migration of a scenario of a suite.
    pub(crate) fn of_scenario(suite: &Suite, scenario: &Scenario) -> Self {
        let mut migration = Self::of(suite);
        if let Some(data) = &scenario.data {
            migration.baseline = suite.baseline.schema.iter().chain(data).cloned().collect();
        }
        migration.baseline.extend(scenario.extra.iter().cloned());
        if let Some(role) = &scenario.role {
            migration.role.clone_from(role);
        }
        for replacement in &scenario.replace {
            for phase in migration.phases.iter_mut().filter(|p| p.id == replacement.phase) {
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
        migration
    }

    /// The id of a phase.
    pub(crate) fn phase_id(&self, index: usize) -> &str {
        self.phases.get(index).map_or("", |phase| &phase.id)
    }

    /// Whether a phase can be undone and done again within a transaction.
    pub(crate) fn is_transactional(&self, index: usize) -> bool {
        self.phases.get(index).is_some_and(|phase| {
            let is_sql = |step: &PhaseStep| matches!(step, PhaseStep::Sql(_));
            phase.transaction == TransactionMode::Phase && is_sql(&phase.up) && phase.down.as_ref().is_none_or(is_sql)
        })
    }

    /// A name for the state after so many phases, which two migrations share when they lead to it alike.
    pub(crate) fn state_name(&self, phases: usize) -> String {
        let mut hasher = DefaultHasher::new();
        if let Some(PhaseStep::Command(command)) = &self.command {
            (command, &self.commands).hash(&mut hasher);
        }
        for file in &self.baseline {
            (&file.path, &file.text).hash(&mut hasher);
        }
        self.role.hash(&mut hasher);
        for phase in self.phases.iter().take(phases) {
            match &phase.up {
                PhaseStep::Sql(files) => files.iter().for_each(|file| file.text.hash(&mut hasher)),
                PhaseStep::Command(command) => (command, &phase.commands).hash(&mut hasher),
            }
            (phase.transaction == TransactionMode::None).hash(&mut hasher);
        }
        format!("{:016x}", hasher.finish())
    }

    /// Whether the SQL that leads to the state after so many phases, from the one before, sets settings.
    pub(crate) fn sets_settings(&self, phases: usize) -> bool {
        let step = phases.checked_sub(1).and_then(|index| self.phases.get(index)).map(|phase| &phase.up);
        match step {
            None => self.baseline.iter().any(|file| sets(&file.text)),
            Some(PhaseStep::Sql(files)) => files.iter().any(|file| sets(&file.text)),
            Some(PhaseStep::Command(_)) => false,
        }
    }

    /// How many statements the baseline has; a command counts as one.
    pub(crate) fn baseline_statements(&self) -> u32 {
        let of_file = |file: &SqlFile| file.statements().map_or(0, <[_]>::len);
        let all = usize::from(self.command.is_some()) + self.baseline.iter().map(of_file).sum::<usize>();
        u32::try_from(all).unwrap_or(u32::MAX)
    }

    /// Applies the baseline and its legacy rows, as the session's user.
    pub(crate) async fn lay_baseline(
        &self,
        on: Application<'_>,
        session: &mut Session,
        mut told: Told<'_, '_>,
    ) -> Result<(), ApplyFailure> {
        let in_one = session.capabilities().transactional_baseline;
        let transaction = if in_one { self.baseline_transaction } else { TransactionMode::None };
        let way = Way { transaction, role: None, settings: Settings::OfEachFile, commands: &self.commands };
        if let Some(command) = &self.command {
            apply(session, on, command, way, told.again()).await?;
        }
        if self.baseline.is_empty() {
            return Ok(());
        }
        apply(session, on, &PhaseStep::Sql(self.baseline.clone()), way, told).await
    }

    /// Does something to a database that is no phase, as the session's user.
    pub(crate) async fn act(
        &self,
        on: Application<'_>,
        session: &mut Session,
        step: &PhaseStep,
        told: Told<'_, '_>,
    ) -> Result<(), ApplyFailure> {
        let (transaction, settings) = (TransactionMode::Phase, Settings::Kept);
        let way = Way { transaction, role: None, settings, commands: &self.commands };
        apply(session, on, step, way, told).await
    }

    /// Walks one phase.
    pub(crate) async fn walk(
        &self,
        on: Application<'_>,
        session: &mut Session,
        index: usize,
        direction: Direction,
        told: Told<'_, '_>,
    ) -> Result<(), ApplyFailure> {
        let none = |why: &str| ApplyFailure { broke: None, ..ApplyFailure::of_harness("", why) };
        let phase = self.phases.get(index).ok_or_else(|| none("there is no such phase"))?;
        let step = match direction {
            Direction::Up => Some(&phase.up),
            Direction::Down => phase.down.as_ref(),
        };
        let step = step.ok_or_else(|| {
            none(&format!("phase {} has no way back: say `down = \"FILE.sql\"` for it in suite.toml", phase.id))
        })?;
        let (transaction, role) = (phase.transaction, self.role.as_deref());
        let way = Way { transaction, role, settings: Settings::Kept, commands: &phase.commands };
        apply(session, on, step, way, told).await
    }
}
