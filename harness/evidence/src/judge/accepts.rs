//! `accepts`: a write is accepted and writes so many rows.

use serde::{Deserialize, Serialize};

use super::Judged;
use crate::{ReasonCode, Refusal};

/// An accepted write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Accepts {
    /// The write.
    pub write: String,
    /// How many rows it writes, over all its statements.
    pub rows: u64,
}

/// What became of the write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptsSeen {
    /// Why it was refused; `None` when it was accepted.
    pub refused: Option<Refusal>,
    /// How many rows it wrote.
    pub affected: u64,
}

impl Accepts {
    pub(super) fn judge(&self, seen: &AcceptsSeen) -> Judged {
        if let Some(error) = &seen.refused {
            return Judged::failed(ReasonCode::Refused, error.summary());
        }
        if seen.affected != self.rows {
            let detail = format!("{} rows were written, expected {}", seen.affected, self.rows);
            return Judged::failed(ReasonCode::AffectedDiffers, detail);
        }
        Judged::passed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(refused: Option<Refusal>, affected: u64) -> String {
        let expected = Accepts { write: String::new(), rows: 3 };
        let judged = expected.judge(&AcceptsSeen { refused, affected });
        judged.reason.map_or("passed".into(), |reason| reason.code.to_string())
    }

    #[test]
    fn a_write_of_so_many_rows_passes() {
        assert_eq!(code(None, 3), "passed");
    }

    #[test]
    fn a_refused_write_fails() {
        assert_eq!(code(Some(Refusal::without_code("no")), 0), "refused");
    }

    #[test]
    fn a_write_that_is_silently_skipped_fails() {
        assert_eq!(code(None, 0), "affected-differs");
    }
}
