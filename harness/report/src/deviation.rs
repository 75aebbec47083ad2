//! A deviation in one line, for the formats that have no table for it.

use phasegate_evidence::{DeviationPlan, SuitePlan};

use crate::visible::one_line;

/// Every deviation of a suite, in its order: its name, what the suite does, instead of what, and why.
pub(crate) fn deviations(suite: &SuitePlan) -> impl Iterator<Item = String> {
    suite.deviations.iter().map(|DeviationPlan { id, reading, instead_of, reason }| {
        one_line(&format!("{}/{id}: {reading}; instead of: {instead_of}; because: {reason}", suite.suite))
    })
}
