//! The reference model of the trading core (`suites/trading-phase-1c`): a coherent trading history from a seed number, every
//! hash of it, and the verification of both from rows that a database streams.
//!
//! `decimal`, `time` and `value` are what columns hold; `table` the tables before and after the migration; `hash` the
//! preimages and what no source document determines; `history` the generator; `sql` and `copy` the two ways out; `load` and
//! `verify` what is done with a database.

mod copy;
mod decimal;
pub mod hash;
pub mod history;

mod load;
mod record;
mod sql;
pub mod table;
mod time;
mod value;
pub mod verify;

pub use copy::{DecodeError, Fields, TupleReader};
pub use decimal::{Decimal, Product};

pub use load::{Load, LoadError, load};
pub use record::{Destination, Record};
pub use sql::{baseline_rows, shadow_rows};
pub use time::{HOUR_US, Timestamp};
pub use value::{
    DrawdownTier, Field, Hash, Horizon, Json, ModelRole, OrderSide, OrderStatus, OrderType, RunMode, SignalAction, Text,
};
