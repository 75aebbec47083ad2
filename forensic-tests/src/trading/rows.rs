//! Rows of the history that the suite holds, and of one that it does not hold yet.

use phasegate_engine::fuzz::{Insert, Outcome, Script};
use trading_model::{
    Record, RunMode,
    history::{History, Shape},
    table::{PortfolioHourlyState, RunContext},
};

/// How many hours the suite's rows have.
const HOURS: u32 = 6;

/// The rows of a table that the suite holds, of account 1 in LIVE where that is said by `of`.
pub(super) fn known<R: Record + Clone>(of: impl Fn(&R) -> bool) -> Vec<R> {
    let mut rows = History::rows::<R>(Shape::small(1), HOURS);
    rows.retain(of);
    rows
}

/// The rows of a table in a mode that the suite has no row of.
pub(super) fn other<R: Record + Clone>() -> Vec<R> {
    History::rows::<R>(Shape { accounts: 1, modes: vec![RunMode::Paper], ..Shape::small(1) }, HOURS)
}

/// An INSERT of a row; an identity is left to the database.
pub(super) fn insert<R: Record>(row: &R) -> Insert {
    let columns = R::COLUMNS.iter().zip(row.texts()).skip(usize::from(R::HAS_IDENTITY));
    columns.fold(Insert::into(R::TABLE), |insert, (column, value)| insert.set_or_null(column, value))
}

/// A script in which what is deferred is judged at the end of each statement.
pub(super) fn script() -> Script {
    let mut script = Script::new();
    script.given("SET CONSTRAINTS ALL IMMEDIATE");
    script
}

/// The same, with the first hours of PAPER runs of account 1.
pub(super) fn script_with_runs() -> Script {
    let mut script = script();
    for run in other::<RunContext>() {
        script.given(insert(&run).to_string());
    }
    script
}

/// The portfolio of the first PAPER hour.
pub(super) fn portfolio() -> PortfolioHourlyState {
    other::<PortfolioHourlyState>().swap_remove(0)
}

/// What becomes of one row: it is written unless a rule refuses it, and the first that does is named.
pub(super) fn outcome<const N: usize>(rules: [(bool, &'static str, &'static str); N]) -> Outcome {
    let broken = rules.into_iter().find(|(holds, ..)| !holds);
    broken.map_or(Outcome::Rows(1), |(_, sqlstate, by)| Outcome::refused(sqlstate, by))
}

/// The SQLSTATE of a broken CHECK.
pub(super) const CHECK: &str = "23514";

/// The SQLSTATE of a key that is there already.
pub(super) const UNIQUE: &str = "23505";

/// The SQLSTATE of what a function raises.
pub(super) const RAISED: &str = "P0001";
