//! The properties, by the number of section 6 of the specification. Each is cases, and a script for each case.

mod amount;
mod currency;
mod guard;
mod isolation;
mod retry;
mod split;
mod state;
mod trail;
mod unique;
mod version;

pub use amount::{ConfidenceCase, confidence};
pub use currency::{CurrencyCase, currency};
pub use guard::{GuardCase, guards};
pub use isolation::{IsolationCase, isolation};
pub use retry::{RetryCase, RetryPlace, retries};
pub use split::{SplitCase, SplitStatement, StatementsCase, split, split_judged_by, statements};
pub use state::{StateCase, states};
pub use trail::{TrailCase, trails};
pub use unique::{KeyInsert, idempotency_keys, key_hashes, transaction_ids};
pub use version::{VersionsCase, share_moved_between_versions, versions};

/// The state that these properties are tried on.
const AFTER_ALL_PHASES: &str = "the suite attribution-b03 after its last phase";
