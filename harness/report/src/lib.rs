//! Reports of a run, each made from its run folder alone.

mod commands;
mod contents;
mod count;
mod ctrf;
mod deviation;
mod diff;
mod duration;
mod html;
mod json;
mod junit;
mod log;
mod markdown;
mod outputs;
mod record;
mod requirements;
mod sarif;
#[cfg(feature = "schema")]
mod schema;
mod server;
mod severity;
mod sign_off;
mod story;
mod tap;
mod text;
mod time;
mod tried;
mod visible;

pub use count::count;
pub use ctrf::ctrf;
pub use diff::{Changed, RunDiff, diff, diff_text};
pub use duration::duration;
pub use html::html;
pub use json::json;
pub use junit::junit;
pub use markdown::{markdown, sign_offs};
pub use record::{Record, RecordError};
pub use sarif::sarif;
#[cfg(feature = "schema")]
pub use schema::json_schema;
pub use server::server_line;
pub use sign_off::{SignOff, SignOffs};
pub use tap::tap;
pub use text::{Context, choose_width, labelled, strong, summary, verdict_style, verified, wrap};
pub use visible::{visible, visible_json, visible_line, visible_styled, visible_value};
