//! The properties of the suite `trading-phase-1c` (section 14 of its specification), held against `trading_model`, which
//! also wrote the rows that the suite begins with.
//!
//! A case alters a row of that history, and the model says whether the database takes it and, if not, what refuses it: the
//! first broken CHECK by name, then unique keys, then references and deferred triggers by name. Each is tried after the
//! last phase, when the tables are unlocked.

mod append_only;
mod fills;
mod isolation;
mod ledger;
mod lineage;
mod orders;
mod replay;
mod rounding;
mod rows;
mod sessions;
mod signals;
mod states;
mod trades;
mod validators;

pub use append_only::{AppendOnlyCase, append_only};
pub use fills::{CausalityCase, FillCase, causality, fills};
pub use isolation::{Attempt, isolation};
pub use ledger::{LedgerCase, PermutationCase, ledger_chain, ledger_permutations};
pub use lineage::{WindowCase, walk_forward};
pub use orders::{OrderCase, orders};
pub use replay::{REPLAY_GATES, ReplayCase, replays};
pub use rounding::{ShareCase, rounding};
pub use sessions::{AppendCase, Played, SaleCase, append, appends, sales, sell};
pub use signals::{SignalCase, signals};
pub use states::{PortfolioCase, PositionCase, RiskCase, portfolios, positions, risks};
pub use trades::{TradeCase, trades};
pub use validators::{Gates, LEDGER_GATES, LedgerChange, QUANTITY_GATES, QuantityChange, ledger_totals, quantities};

/// The state that these properties are tried on.
const AFTER_ALL_PHASES: &str =
    "baseline/*.sql, data/baseline_rows.sql, then every phase of the suite, of fixtures/trading-phase-1c";
