//! Runs a script on a session, in a transaction that is rolled back.

use std::{collections::BTreeMap, fmt};

use phasegate_database::{Error, Session, refusal_of};
use phasegate_evidence::{Catalog, Difference};

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
///
/// # Errors
/// When the server refuses.
pub async fn lay_prelude(session: &mut Session) -> Result<(), Error> {
    session.run(PRELUDE).await.map(drop)
}

/// Plays a script and rolls everything back. The helpers must be there, see [`lay_prelude`].
///
/// # Errors
/// When the connection breaks. A statement that is refused although it must go through is a discrepancy.
pub async fn play(session: &mut Session, mutation: &str, script: &Script) -> Result<Vec<Discrepancy>, Error> {
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
    for row in session.run(&pending).await?.table.rows {
        if let [Some(step), expected, observed] = row.as_slice() {
            let text = |cell: &Option<String>| cell.clone().unwrap_or_else(|| "NULL".to_owned());
            found.push(Discrepancy {
                step: step.parse().unwrap_or(0),
                expected: text(expected),
                observed: text(observed),
            });
        }
    }
    found.sort_by_key(|discrepancy| discrepancy.step);
    Ok(found)
}
