//! Looks for a case that falsifies a property, and makes it as small as it gets.

use std::fmt;

use phasegate_database::{Error, Session};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, TestRunner},
};

use super::{Counterexample, Property, Seed, play::play};

/// How to hunt.
#[derive(Debug, Clone, Copy)]
pub struct Hunt<'a> {
    /// Where all random choices come from.
    pub seed: Seed,
    /// How many cases to try at most.
    pub cases: u32,
    /// How many smaller cases to try at most once one is found.
    pub shrinks_max: u32,
    /// SQL that runs before each case, in its transaction: empty, or a defect that the property must notice.
    pub mutation: &'a str,
    /// What runs the test of a property whose name follows, for a counterexample to say.
    pub command: &'a str,
}

impl<'a> Hunt<'a> {
    /// The hunt that the environment asks for: `PHASEGATE_SEED` and `PHASEGATE_CASES`.
    ///
    /// # Errors
    /// When one of the two is no number; the error names it.
    pub fn from_environment(cases: u32, command: &'a str) -> Result<Self, String> {
        let asked = match std::env::var("PHASEGATE_CASES") {
            Ok(text) => {
                Some(text.parse().map_err(|_| format!("PHASEGATE_CASES is `{text}`: write how many cases to try"))?)
            }
            Err(_) => None,
        };
        Ok(Self {
            seed: Seed::from_environment().map_err(|bad| bad.to_string())?,
            cases: asked.unwrap_or(cases),
            shrinks_max: 512,
            mutation: "",
            command,
        })
    }
}

/// Tries cases until one falsifies the property, and returns the smallest that was found from there.
///
/// # Errors
/// When the connection breaks or the strategy gives no case.
pub async fn hunt<C: Clone + fmt::Debug>(
    session: &mut Session,
    property: &Property<C>,
    hunt: Hunt<'_>,
) -> Result<Option<Counterexample<C>>, Error> {
    let mut runner = TestRunner::new_with_rng(Config::default(), hunt.seed.rng());
    for number in 1..=hunt.cases {
        let tree = property.strategy.new_tree(&mut runner);
        let mut tree = tree.map_err(|why| Error::mistake(format!("no case: {why}")))?;
        let first = tried(session, property, hunt, number, tree.current()).await?;
        let Some(mut best) = first else { continue };
        let mut is_smaller = tree.simplify();
        for _ in 0..hunt.shrinks_max {
            if !is_smaller {
                break;
            }
            is_smaller = match tried(session, property, hunt, number, tree.current()).await? {
                Some(smaller) => {
                    best = smaller;
                    tree.simplify()
                }
                // This one is too small to show anything: back a little.
                None => tree.complicate(),
            };
        }
        return Ok(Some(best));
    }
    Ok(None)
}

async fn tried<C: Clone>(
    session: &mut Session,
    property: &Property<C>,
    hunt: Hunt<'_>,
    number: u32,
    case: C,
) -> Result<Option<Counterexample<C>>, Error> {
    let script = (property.script)(&case);
    let found = play(session, hunt.mutation, &script).await?;
    if found.is_empty() {
        return Ok(None);
    }
    Ok(Some(Counterexample {
        property: property.name,
        state: property.state,
        seed: hunt.seed,
        number,
        command: hunt.command.to_owned(),
        mutation: hunt.mutation.to_owned(),
        case,
        script,
        found,
    }))
}
