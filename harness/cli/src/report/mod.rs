//! Reports, each made from the run folder alone.

mod clock;
mod count;
mod json;
mod junit;
mod markdown;
mod record;
mod requirements;
mod tap;

pub(crate) use clock::{duration, utc};
pub(crate) use count::{count, passed};
pub(crate) use json::json;
pub(crate) use junit::junit;
pub(crate) use markdown::{markdown, server_line, severity};
pub(crate) use record::{GATES_ALONE, Judged, Record, RecordError};
pub(crate) use requirements::{Requirement, requirements};
pub(crate) use tap::tap;
