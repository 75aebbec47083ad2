//! Reference models: what must happen, without a database.

mod confidence;
mod decimal;
mod domain;
mod guard;
mod idempotency;
mod isolation;
mod split;
mod varchar;

pub use confidence::Confidence;
pub use decimal::Decimal;
pub use domain::{DOMAINS, Domain};
pub use guard::{Mutation, Role, guarded};
pub use idempotency::{EXTERNAL_ID_CHARACTERS_MAX, idempotency_key};
pub use isolation::{Access, Write, visible, written};
pub use split::{CENTS_OF_DRIFT_MAX, Splits, balances};
pub use varchar::varchar;
