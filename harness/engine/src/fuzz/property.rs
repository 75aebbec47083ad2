//! A property: cases, and the script that a reference model makes of each.

use proptest::strategy::SBoxedStrategy;

use super::Script;

/// What must hold for every case that the strategy makes.
pub struct Property<C> {
    /// Its name, which is that of its test.
    pub name: &'static str,
    /// The state that a clone is made of, in words.
    pub state: &'static str,
    /// The cases.
    pub strategy: SBoxedStrategy<C>,
    /// The script of a case, with what the model expects.
    pub script: Box<dyn Fn(&C) -> Script + Send + Sync>,
    /// How many cases are tried unless `PHASEGATE_CASES` says otherwise.
    pub cases: u32,
}
