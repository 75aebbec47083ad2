//! The properties, by the number of section 6 of the specification. Each is cases, and a script for each case.

mod confidence;
mod currency;
mod guard;
mod isolation;
mod movement;
mod retry;
mod split;
mod state;
mod statement;
mod trail;
mod unique;
mod version;

#[cfg(test)]
mod coverage;

pub use confidence::{ConfidenceCase, confidence};
pub use currency::{CurrencyCase, currency};
pub use guard::{GuardCase, guards};
pub use isolation::{IsolationCase, isolation};
pub use movement::{Movement, MovementsCase, movements};
pub use retry::{RetryCase, RetryPlace, retries};
pub use split::{SplitCase, split, split_judged_by};
pub use state::{StateCase, states};
pub use statement::{SplitStatement, StatementsCase, statements};
pub use trail::{TrailCase, trails};
pub use unique::{KeyInsert, idempotency_keys, key_hashes, transaction_ids};
pub use version::{VersionsCase, share_moved_between_versions, versions};

/// The state that these properties are tried on.
const AFTER_ALL_PHASES: &str =
    "baseline/*.sql, legacy/*.sql, then as b03_owner phases/*/up.sql of fixtures/attribution-b03";
