//! The properties of the suite `trading-phase-1c` (section 14 of its specification), held against `trading_model`, which
//! also wrote the rows that the suite begins with.
//!
//! A case alters a row of that history, and the model says whether the database takes it and, if not, what refuses it: the
//! first broken CHECK by name, then unique keys, then references and deferred triggers by name. Each is tried after the
//! last phase, when the tables are unlocked.

mod append_only;
mod fills;
mod ledger;
mod lineage;
mod orders;
mod rounding;
mod rows;
mod signals;
mod states;
mod trades;

pub use append_only::{AppendOnlyCase, append_only};
pub use fills::{CausalityCase, FillCase, causality, fills};
pub use ledger::{LedgerCase, PermutationCase, ledger_chain, ledger_permutations};
pub use lineage::{WindowCase, walk_forward};
pub use orders::{OrderCase, orders};
pub use rounding::{ShareCase, rounding};
pub use signals::{SignalCase, signals};
pub use states::{PortfolioCase, PositionCase, RiskCase, portfolios, positions, risks};
pub use trades::{TradeCase, trades};

/// The state that these properties are tried on.
const AFTER_ALL_PHASES: &str =
    "baseline/*.sql, data/baseline_rows.sql, then every phase of the suite, of fixtures/trading-phase-1c";
