//! Runs a script on a session, in a transaction that is rolled back.

use std::{collections::BTreeMap, fmt};

use phasegate_database::{Error, Ran, Session, refusal_of};
use phasegate_evidence::{Catalog, Cell, Difference};

use super::{Script, Step};

/// The last query of a script: where what is observed is not what was expected.
pub(super) const DISCREPANCIES: &str = "SELECT step, expected, observed FROM pg_temp.seen \
     WHERE expected IS DISTINCT FROM observed ORDER BY step";

/// The helpers that scripts call.
pub(super) const PRELUDE: &str = include_str!("prelude.sql");

/// A step at which server and model differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discrepancy {
    /// The step's number from 1; 0 for a preparation that was refused.
    pub step: usize,
    /// What the model expects.
    pub expected: String,
    /// What the server shows.
    pub observed: String,
}

impl fmt::Display for Discrepancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step {
            0 => f.write_str("a statement that prepares the case: ")?,
            step => write!(f, "step {step}: ")?,
        }
        write!(f, "expected `{}`, observed `{}`", self.expected, self.observed)
    }
}

/// Makes the helpers, once for each session.
pub(super) async fn lay_prelude(session: &mut Session) -> Result<(), Error> {
    let kind = session.capabilities();
    if !kind.procedures {
        return Err(Error::mistake(format!(
            "no function of a {} database can catch what a statement raises",
            kind.name
        )));
    }
    session.run(PRELUDE).await.map(drop)
}

/// Plays a script and rolls everything back. The helpers must be there, see [`lay_prelude`]. A statement that is refused
/// although it must go through is a discrepancy.
pub(super) async fn play(session: &mut Session, mutation: &str, script: &Script) -> Result<Vec<Discrepancy>, Error> {
    session.begin().await?;
    let played = play_steps(session, mutation, script).await;
    session.rollback().await?;
    Ok(refusal_of(played)?.unwrap_or_else(|refused| {
        let observed = format!("{}: {}", refused.summary(), refused.message);
        vec![Discrepancy { step: 0, expected: "accepted".to_owned(), observed }]
    }))
}

async fn play_steps(session: &mut Session, mutation: &str, script: &Script) -> Result<Vec<Discrepancy>, Error> {
    let mut catalogs: BTreeMap<&str, Catalog> = BTreeMap::new();
    let mut found = Vec::new();
    // Consecutive statements go in one message: most of a case's time would be the way to the server and back.
    let mut pending = mutation.to_owned();
    for (index, step) in script.steps().iter().enumerate() {
        match step {
            Step::Given(_) | Step::Compare { .. } => pending.push_str(&script.sql(index + 1)),
            Step::RememberCatalog(name) => {
                session.run(&std::mem::take(&mut pending)).await?;
                catalogs.insert(name, session.catalog().await?);
            }
            Step::SameCatalog(name) => {
                session.run(&std::mem::take(&mut pending)).await?;
                let now = session.catalog().await?;
                let difference = catalogs.get(name).map(|then| Difference::between(then, &now));
                let observed = match difference {
                    None => "no catalog of that name".to_owned(),
                    Some(difference) if difference.is_empty() => continue,
                    Some(difference) => difference.summary(),
                };
                found.push(Discrepancy { step: index + 1, expected: format!("the catalog of `{name}`"), observed });
            }
        }
    }
    pending.push_str(DISCREPANCIES);
    found.extend(discrepancies(&session.run(&pending).await?));
    found.sort_by_key(|discrepancy| discrepancy.step);
    Ok(found)
}

/// Runs the file of a counterexample, as anybody would, on a clone of its state without helpers. What reads the catalog is
/// not in the file.
///
/// # Errors
/// When a statement of it is refused.
pub async fn replay(session: &mut Session, file: &str) -> Result<Vec<Discrepancy>, Error> {
    // The rows of the last query are those of the whole message, so its ROLLBACK goes apart.
    let (before, end) = file.split_at(file.rfind("ROLLBACK;").unwrap_or(file.len()));
    let shown = session.run(before).await?;
    session.run(end).await?;
    Ok(discrepancies(&shown))
}

fn discrepancies(shown: &Ran) -> Vec<Discrepancy> {
    let text = |cell: &Cell| cell.clone().unwrap_or_else(|| "NULL".to_owned());
    let row = |row: &Vec<Cell>| match row.as_slice() {
        [Some(step), expected, observed] => {
            Some(Discrepancy { step: step.parse().unwrap_or(0), expected: text(expected), observed: text(observed) })
        }
        _ => None,
    };
    shown.table.rows.iter().filter_map(row).collect()
}
