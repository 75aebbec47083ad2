//! Proves that a state can be undone to the baseline and done again.

use super::RunError;
use crate::{
    catalog::{Catalog, Difference},
    database::{Database, Host},
    gate::{RollbackSeen, RollbackStep},
    legacy::LegacyRows,
    session::{DbError, Session},
    variant::{Direction, Variant},
};

/// Walks down from the state after the phase `last` to the baseline and up again, on a database that is the proof's own,
/// and compares the catalog and the legacy rows at every step. `catalogs` holds the catalog of the baseline and that
/// after each phase.
///
/// # Errors
/// When the server fails. A step that is refused is no error but part of what is seen.
pub async fn prove_rollback(
    host: &Host,
    variant: &Variant,
    on: &Database,
    last: usize,
    catalogs: &[Catalog],
    rows: Option<&LegacyRows>,
) -> Result<RollbackSeen, RunError> {
    let down = (0..=last).rev().map(|index| (index, Direction::Down, index));
    let up = (0..=last).map(|index| (index, Direction::Up, index + 1));
    let mut seen = RollbackSeen {
        steps: Vec::new(),
        planned: 2 * (last + 1),
        rows: rows.map_or(0, |rows| rows.counts().values().sum()),
    };
    let mut session = host.connect(on).await?;
    for (index, direction, leads_to) in down.chain(up) {
        let mut step = RollbackStep {
            phase: variant.phase_id(index).to_owned(),
            direction: if direction == Direction::Down { "down" } else { "up" }.to_owned(),
            refused: None,
            difference: Difference::default(),
            rows_changed: Vec::new(),
        };
        let walked = variant.walk(host, on, &mut session, index, direction, &mut |_| {}).await;
        match walked {
            Err(failure) => {
                let place = format!("{}:{}", failure.file, failure.line);
                let error =
                    DbError { sqlstate: failure.sqlstate, hint: failure.hint, ..DbError::harness(failure.message) };
                step.refused = Some((place, error));
            }
            Ok(()) => {
                let expected = catalogs.get(leads_to).cloned().unwrap_or_default();
                step.difference = Difference::between(&expected, &session.catalog().await?);
                step.rows_changed = changed(rows, &mut session).await?;
            }
        }
        let ended_well = step.ended_well();
        seen.steps.push(step);
        if !ended_well {
            break;
        }
    }
    session.close().await?;
    Ok(seen)
}

/// The legacy columns are those of the baseline, which every later state must still have.
async fn changed(rows: Option<&LegacyRows>, session: &mut Session) -> Result<Vec<String>, RunError> {
    let Some(rows) = rows else {
        return Ok(Vec::new());
    };
    match rows.changes(session).await {
        Ok(changes) => Ok(changes.iter().map(|c| format!("{} {} is {}", c.table, c.key, c.what)).collect()),
        Err(error) => Ok(vec![format!("the rows can no longer be read: {}", error.message)]),
    }
}
