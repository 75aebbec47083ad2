//! A property over random pairs of alterations, applied together, in either order.

use std::hash::{BuildHasher, Hasher, RandomState};

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use tokio::runtime::Runtime;

use crate::{
    alterations::{Alteration, SeenBy},
    ground::State,
    oracle::{Tried, difference},
};

/// Of a database without alterations, with one of two, with the other, and with both in either order, pg_dump tells the
/// same ones apart as the catalog.
pub(crate) fn together(tried: &Tried, runtime: &Runtime) -> Result<(), String> {
    let seed = match number("PHASEGATE_SEED")? {
        Some(seed) => seed,
        None => RandomState::new().build_hasher().finish(),
    };
    let cases =
        number("PHASEGATE_CASES")?.map_or(Ok(tried.base.pairs), u32::try_from).map_err(|error| error.to_string())?;
    eprintln!("random pairs of alterations: PHASEGATE_SEED={seed:#018x}");
    let explained = [SeenBy::Catalog, SeenBy::Dump];
    let known: Vec<&(Alteration, State)> =
        tried.states.iter().filter(|(alteration, _)| !explained.contains(&alteration.seen_by)).collect();
    let mut bytes = [0; 32];
    bytes.chunks_exact_mut(8).for_each(|chunk| chunk.copy_from_slice(&seed.to_le_bytes()));
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 64, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let applied = std::cell::Cell::new(0_u32);
    let outcome = runner.run(&(0..known.len(), 0..known.len()), |(one, other)| {
        let both = runtime.block_on(both(tried, &known[one].0, &known[other].0));
        applied.set(applied.get() + u32::try_from(both.len()).unwrap_or_default());
        judge(tried, [known[one], known[other]], both)
    });
    match outcome {
        Ok(()) if applied.get() * 2 < cases => {
            Err(format!("of {cases} pairs only {} could be applied, in either order", applied.get()))
        }
        Ok(()) => Ok(()),
        Err(TestError::Fail(why, (one, other))) => {
            Err(format!("PHASEGATE_SEED={seed:#018x}: `{}` and `{}`: {why}", known[one].0.name, known[other].0.name))
        }
        Err(TestError::Abort(why)) => Err(why.to_string()),
    }
}

/// The states after both, in either order, where the second can still be applied after the first.
async fn both(tried: &Tried, one: &Alteration, other: &Alteration) -> Vec<(&'static str, State)> {
    let first = [one.sql.as_str(), other.sql.as_str()];
    let second = [other.sql.as_str(), one.sql.as_str()];
    let (first, second) = tokio::join!(tried.ground.altered(&first), tried.ground.altered(&second));
    [("the first, then the second", first), ("the second, then the first", second)]
        .into_iter()
        .filter_map(|(order, state)| Some((order, state.ok()?)))
        .collect()
}

fn judge(
    tried: &Tried,
    [one, other]: [&(Alteration, State); 2],
    both: Vec<(&'static str, State)>,
) -> Result<(), TestCaseError> {
    let mut states =
        vec![("neither", &tried.ground.unaltered), ("the first alone", &one.1), ("the second alone", &other.1)];
    states.extend(both.iter().map(|(order, state)| (*order, state)));
    for (number, (name, state)) in states.iter().enumerate() {
        for (earlier, before) in &states[..number] {
            let seen_by = state.told_from(before);
            if !matches!(seen_by, SeenBy::Both | SeenBy::Neither) {
                let how = difference(before, state);
                return Err(TestCaseError::fail(format!("{earlier} and {name} are told apart by {seen_by:?}{how}")));
            }
        }
    }
    Ok(())
}

fn number(variable: &str) -> Result<Option<u64>, String> {
    let Ok(text) = std::env::var(variable) else { return Ok(None) };
    let number = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    number.map(Some).map_err(|_| format!("{variable} is `{text}`: write a number"))
}
