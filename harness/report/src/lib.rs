//! Reports of a run, each made from its run folder alone.

mod count;
mod duration;
mod json;
mod junit;
mod markdown;
mod record;
mod tap;
mod text;

pub use count::count;
pub use duration::duration;
pub use json::json;
pub use junit::junit;
pub use markdown::{markdown, server_line};
pub use record::{Record, RecordError};
pub use tap::tap;
pub use text::{Ending, labelled, strong, summary, verdict_style, verified, wrap};
