//! Files of other tools, taken over: migrations with their verify scripts, dumps, and the assertions of pgTAP. Whatever cannot be
//! taken over is listed with its line, and never dropped.

mod dump;
mod listed;
mod migrations;
mod pgtap;
mod sqitch;
mod unread;

pub use dump::dump;
pub use listed::Listed;
pub use migrations::{TOOLS, TakenOver, take_over};
pub use pgtap::{ImportedTests, pgtap};
