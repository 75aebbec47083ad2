//! Expectations: what a check tries, what was seen, and what that comes to. One kind a file; in each, `observe` asks the
//! database and `judge` is pure, so that a verdict can be judged again from the evidence alone.

mod accepts;
mod catalog;
mod changes;
mod expectation;
mod judge;
mod plan;
mod rejects;
mod rollback;
mod rows;
mod sequence;
mod unchanged;
mod violations;

pub use accepts::{Accepts, AcceptsSeen};
pub use catalog::{CatalogFacts, CatalogSeen, Fact, FactSeen};
pub use changes::{Changes, ChangesSeen};
pub use expectation::{Expectation, Observation};
pub use judge::{Context, Facts, Judged, judge_check, rejudge, try_steps};
pub use plan::{PlanSeen, PlanUse};
pub use rejects::{Neighbour, Rejection, Rejects, RejectsSeen};
pub use rollback::{Rollback, RollbackSeen, RollbackStep};
pub use rows::{Rows, RowsSeen};
pub(crate) use sequence::sets;
pub use sequence::{Sequence, SequenceSeen, Step, StepSeen};
pub use unchanged::{Unchanged, UnchangedSeen};
pub use violations::{Violations, ViolationsSeen};
