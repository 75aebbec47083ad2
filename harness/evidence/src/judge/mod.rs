//! Judgement: what a check expects, what was seen, and what that comes to. One kind a file, with the passing and the
//! failing side tested beside it. Nothing here asks a database, so that every verdict can be judged again from the
//! evidence alone.

mod accepts;
mod applicable;
mod catalog;
mod changes;
mod check;
mod defect;
mod expectation;
mod judged;
mod plan;
mod rejects;
mod rollback;
mod rows;
mod scenario;
mod sequence;
mod tap;
mod unchanged;
mod violations;

pub use accepts::{Accepts, AcceptsSeen};
pub use applicable::{Judging, inapplicable};
pub use catalog::{CatalogFacts, CatalogSeen, Fact, FactSeen};
pub use changes::{Changes, ChangesSeen};
pub use check::{Check, Needs};
pub use defect::{Defect, DefectSql};
pub use expectation::{Expectation, Observation, judge};
pub use judged::Judged;
pub use plan::{PlanSeen, PlanUse};
pub use rejects::{Neighbour, Rejection, Rejects, RejectsSeen};
pub use rollback::{Direction, GoesTo, Rollback, RollbackSeen, RollbackStep};
pub use rows::{Rows, RowsSeen};
pub use scenario::{AuditExpected, CatalogAfter, Expected, Outcome, ProbeExpected};
pub use sequence::{Sequence, SequenceSeen, Step, StepSeen, names_sessions};
pub use tap::{Tap, TapSeen};
pub use unchanged::{Unchanged, UnchangedSeen};
pub use violations::{Violations, ViolationsSeen};
