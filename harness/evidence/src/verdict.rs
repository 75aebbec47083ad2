//! What a check, gate, phase, suite or run comes to.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The five ways in which something that was planned can end. A skip is never a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The claim was tried and holds.
    Passed,
    /// The claim was tried and does not hold.
    Failed,
    /// The claim could not be tried.
    Error,
    /// This server cannot judge the claim; the reason says why.
    NotApplicable,
    /// Something before it failed; the reason says what.
    NotRun,
}

impl Verdict {
    /// All verdicts, in the order in which outputs list them.
    pub const ALL: [Self; 5] = [Self::Passed, Self::Failed, Self::Error, Self::NotApplicable, Self::NotRun];

    /// Whether the next phase may start after this verdict.
    #[must_use]
    pub fn opens_the_gate(self) -> bool {
        matches!(self, Self::Passed | Self::NotApplicable)
    }

    /// The verdict of a whole from those of its parts: the worst of them, and `error` for a whole without parts,
    /// because nothing was tried.
    #[must_use]
    pub fn of_parts(parts: impl IntoIterator<Item = Self>) -> Self {
        let rank = |verdict: Self| match verdict {
            Self::Failed => 4,
            Self::Error => 3,
            Self::NotRun => 2,
            Self::Passed => 1,
            Self::NotApplicable => 0,
        };
        parts.into_iter().max_by_key(|verdict| rank(*verdict)).unwrap_or(Self::Error)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Error => "error",
            Self::NotApplicable => "not-applicable",
            Self::NotRun => "not-run",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_is_as_good_as_its_worst_part() {
        use Verdict::*;
        let cases: [(&[Verdict], Verdict); 7] = [
            (&[Passed, Passed], Passed),
            (&[Passed, Failed, Error], Failed),
            (&[Passed, Error], Error),
            (&[Passed, NotRun], NotRun),
            (&[Passed, NotApplicable], Passed),
            (&[NotApplicable], NotApplicable),
            (&[], Error),
        ];
        for (parts, whole) in cases {
            assert_eq!(Verdict::of_parts(parts.iter().copied()), whole, "{parts:?}");
        }
    }

    #[test]
    fn only_passed_and_not_applicable_open_the_gate() {
        let open: Vec<Verdict> = Verdict::ALL.into_iter().filter(|v| v.opens_the_gate()).collect();
        assert_eq!(open, [Verdict::Passed, Verdict::NotApplicable]);
    }
}
