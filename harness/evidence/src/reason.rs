//! Why a verdict is not `passed`: a code for machines and a sentence for people.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::cut;

/// Declares the codes once: the variant, its word, the kinds of checks that give it, and what it says.
macro_rules! reason_codes {
    ($($variant:ident $code:literal, $kinds:literal, $says:literal;)*) => {
        /// A stable word that never changes its meaning. Suites, judges and reports use these and no others.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum ReasonCode {
            $(#[doc = $says] #[serde(rename = $code)] $variant,)*
        }

        impl ReasonCode {
            /// Every code, in the order in which `reports/README.md` lists them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }

            /// Whether something broke, so that nothing was judged (rule 11).
            #[must_use]
            pub(crate) fn is_breakage(self) -> bool {
                matches!(self, Self::ConnectionLost | Self::TimedOut | Self::OutOfResources | Self::LeftItsTransaction | Self::Harness)
            }

            /// The kinds of checks that give it, as `reports/README.md` lists them.
            #[must_use]
            pub fn kinds(self) -> &'static str {
                match self { $(Self::$variant => $kinds),* }
            }

            /// What it says.
            #[must_use]
            pub fn says(self) -> &'static str {
                match self { $(Self::$variant => $says),* }
            }
        }
    };
}

reason_codes! {
    NotRefused "not-refused", "rejects, sequence", "a write that must be refused was accepted";
    WrongSqlstate "wrong-sqlstate", "rejects, sequence", "it was refused with another SQLSTATE than the one named";
    WrongCause "wrong-cause", "rejects, sequence", "the right SQLSTATE, but from another constraint, index, column or function";
    NeighbourRefused "neighbour-refused", "rejects", "the nearest write that must be accepted was refused, so that the refusal proves nothing";
    Refused "refused", "accepts, sequence, tap", "a write that must be accepted was refused";
    AffectedDiffers "affected-differs", "accepts, sequence", "it was accepted and touched another number of rows";
    NotOk "not-ok", "tap", "a test of the file is not ok, or another number than the check says has TODO or SKIP";
    BrokenTap "broken-tap", "tap", "the output of the file is not whole: no plan, another number of tests than planned, or a failure that it tells of and does not hold";
    NotBlocked "not-blocked", "sequence", "a step that must wait for another session did not wait for it";
    RowsDiffer "rows-differ", "rows, sequence", "the query gave other rows";
    Violated "violated", "violations", "a row breaks the invariant";
    Vacuous "vacuous", "violations, rows, unchanged, rollback, tap", "there was no row to look at, so that nothing was proved";
    IndexNotUsed "index-not-used", "plan", "the planner does not use the index";
    ForbiddenNode "forbidden-node", "plan", "the query plan has a step that it must not have, such as a sort";
    Missing "missing", "catalog", "the object does not exist";
    Unexpected "unexpected", "catalog", "an object exists that must not";
    Differs "differs", "catalog, changes", "the object exists with another definition";
    NotValid "not-valid", "catalog, changes", "the definition is right, but the server does not enforce it: an invalid index, a constraint that was never validated, a disabled trigger";
    UndeclaredChange "undeclared-change", "changes", "the phase changed something that the suite does not declare";
    MissingChange "missing-change", "changes", "the phase did not change something that the suite declares";
    NotAdopted "not-adopted", "changes, catalog, rows", "it asks for what was seen (`adopt = true`), and nobody has adopted that yet: `phasegate adopt RUN`";
    RowsChanged "rows-changed", "unchanged, rollback", "legacy rows do not hold what they held";
    DownFailed "down-failed", "rollback", "the way back does not apply";
    UpFailed "up-failed", "rollback", "after the way back, the way forward does not apply";
    CatalogDiffers "catalog-differs", "rollback", "after a step there or back the catalog is not what it was";
    NamesNothing "names-nothing", "rollback, a suite's `bookkeeping`", "a name that the suite gives fits nothing: a table that no state on the way has, an object of `except` that is nowhere another, bookkeeping that no state has as a table; verdict `error`";
    SetupFailed "setup-failed", "every kind", "what the check needs to be in place (`given`, its role, its settings) was refused; verdict `error`";
    Damaged "damaged", "rows, violations, plan, any kind with `given`", "the database finds its own file damaged when it reads it";
    QueryRefused "query-refused", "rows, violations, plan", "the query itself was refused; verdict `error`";
    ConnectionLost "connection-lost", "every kind", "the connection broke or the server died; verdict `error`, and the run stops there";
    TimedOut "timed-out", "every kind", "it outlived its time limit; verdict `error`, and the run stops there";
    OutOfResources "out-of-resources", "every kind", "the machine had no room or no memory left, or failed to read or write; verdict `error`, and the run stops there";
    LeftItsTransaction "left-its-transaction", "every kind", "it ended the transaction that was to be rolled back, so that what it did may have stayed; verdict `error`, and the run stops there";
    TooLarge "too-large", "rows, violations, plan, sequence, unchanged, rollback, tap", "what it gave is more than is recorded (`--max-rows`, `--max-bytes`), so that it was not judged; verdict `error`";
    Harness "harness", "every kind", "Phasegate itself could not do its work; verdict `error`; please report it";
    ServerLacks "server-lacks", "every kind", "the server lacks what the check needs, such as an edition or a version; verdict `not-applicable`";
    NeedsARun "needs-a-run", "changes, unchanged, rollback, sequence on named sessions, tap, transient checks", "it needs a state before it, or a database of its own, that only a run has; verdict `not-applicable` where gates are judged alone";
    ReadOnly "read-only", "every kind that writes", "it writes in a transaction that is rolled back, and the database is to be read only; verdict `not-applicable`";
    BaselineFailed "baseline-failed", "every kind", "the baseline did not apply; verdict `not-run`";
    PhaseFailed "phase-failed", "every kind", "the phase did not apply; verdict `not-run`";
    NotReached "not-reached", "every kind", "the run stopped before it; verdict `not-run`";
    NotCaught "not-caught", "a defect", "the check passed on the schema that its defect weakens, or failed for another reason than it names";
    EndedOtherwise "ended-otherwise", "a scenario", "it did not end as it says";
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a verdict is not `passed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// The code; `reports/README.md` lists them all.
    pub code: ReasonCode,
    /// What was met instead of what was expected. Holds no clock, port, path or oid.
    pub detail: String,
}

impl Reason {
    /// A reason of this code; of a long detail the beginning and the end.
    #[must_use]
    pub fn new(code: ReasonCode, detail: impl Into<String>) -> Self {
        Self { code, detail: cut(detail) }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_written_and_read_as_its_word() {
        for code in ReasonCode::ALL {
            let json = serde_json::to_string(code).expect("plain JSON");
            assert_eq!(json, format!("\"{code}\""));
            assert_eq!(serde_json::from_str::<ReasonCode>(&json).expect("the same"), *code);
        }
        assert!(serde_json::from_str::<ReasonCode>("\"not-refuesd\"").is_err());
    }

    #[test]
    fn the_page_on_reports_lists_every_code_as_it_is_and_no_other() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../reports/README.md"));
        let page = page.expect("the page");
        let section = page.split("\n## ").find(|section| section.starts_with("Reasons\n")).expect("the section");
        let listed: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
        let declared: Vec<String> =
            ReasonCode::ALL.iter().map(|code| format!("| `{code}` | {} | {} |", code.kinds(), code.says())).collect();
        assert_eq!(listed, declared);
    }
}
