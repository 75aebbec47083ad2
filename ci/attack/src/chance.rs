//! The random choices of one case.

use phasegate_engine::fuzz::Seed;
use phasegate_evidence::Digest;
use proptest::{
    prelude::Rng as _,
    strategy::{Strategy, ValueTree},
    test_runner::{Config, TestRunner},
};

use crate::failure::Failure;

/// Where they come from.
pub(crate) struct Chance(TestRunner);

impl Chance {
    /// Those of one case of one attack; no other case shares them.
    pub(crate) fn of(seed: Seed, attack: &str, case: u32) -> Self {
        let digest = Digest::of(format!("{seed}/{attack}/{case}").as_bytes());
        let own = u64::from_str_radix(&digest.as_str()[..16], 16).unwrap_or(seed.0);
        Self(TestRunner::new_with_rng(Config::default(), Seed(own).rng()))
    }

    /// A number below this one, which is not zero.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.0.rng().next_u64() % end.max(1) as u64) as usize
    }

    /// One of these, of which there is one at least.
    pub(crate) fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }

    /// Any value of a strategy.
    pub(crate) fn any<S: Strategy>(&mut self, of: &S) -> Result<S::Value, Failure> {
        let tree = of.new_tree(&mut self.0).map_err(|reason| Failure::new(reason.to_string()))?;
        Ok(tree.current())
    }
}
