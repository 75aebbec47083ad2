//! Reports of a run, each made from its run folder alone.

mod count;
mod ctrf;
mod diff;
mod duration;
mod json;
mod junit;
mod markdown;
mod record;
mod sarif;
mod server;
mod severity;
mod tap;
mod text;
mod tried;
mod visible;

pub use count::count;
pub use ctrf::ctrf;
pub use diff::{Changed, RunDiff, diff, diff_text};
pub use duration::duration;
pub use json::json;
pub use junit::junit;
pub use markdown::{markdown, sign_offs};
pub use record::{Record, RecordError};
pub use sarif::sarif;
pub use server::server_line;
pub use tap::tap;
pub use text::{Context, labelled, strong, summary, verdict_style, verified, wrap};
pub use visible::{visible, visible_json, visible_line, visible_styled, visible_value};
