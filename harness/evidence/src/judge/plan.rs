//! `plan`: a query uses an index as stated. That an index exists, and even that it is named, does not say so.

use serde::{Deserialize, Serialize};

use super::Judged;
use crate::{ReasonCode, Refusal};

/// A query and what its plan must show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlanUse {
    /// The query.
    pub query: String,
    /// The index that must be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// The kind of node that must use it, such as `Index Only Scan`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan: Option<String>,
    /// A whole line of the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What no line may hold, such as `Sort` or `TEMP B-TREE`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
}

/// The plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlanSeen {
    /// Its lines.
    pub lines: Vec<String>,
    /// Why the query was refused.
    pub error: Option<Refusal>,
}

impl PlanUse {
    pub(super) fn judge(&self, seen: &PlanSeen) -> Judged {
        if let Some(error) = &seen.error {
            return Judged::refused(error);
        }
        let plan = seen.lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" / ");
        if let Some(detail) = &self.detail
            && !seen.lines.iter().any(|line| node(line) == detail)
        {
            return Judged::failed(ReasonCode::IndexNotUsed, format!("no line reads `{detail}`: {plan}"));
        }
        if let Some(index) = &self.index {
            let scan = self.scan.as_deref().unwrap_or_default();
            let uses = |line: &String| holds_word(line, index) && node(line).starts_with(scan);
            if !seen.lines.iter().any(uses) {
                return Judged::failed(ReasonCode::IndexNotUsed, format!("{index} is not used: {plan}"));
            }
        }
        for forbidden in &self.without {
            if let Some(line) = seen.lines.iter().find(|line| line.contains(forbidden)) {
                return Judged::failed(ReasonCode::ForbiddenNode, format!("`{forbidden}` in `{}`", line.trim()));
            }
        }
        Judged::passed()
    }
}

/// A line without its indentation and arrow.
fn node(line: &str) -> &str {
    line.trim().trim_start_matches("->").trim_start()
}

fn holds_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|found| found == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected() -> PlanUse {
        PlanUse {
            query: String::new(),
            index: Some("idx_state".into()),
            scan: Some("Index Scan".into()),
            detail: None,
            without: vec!["Sort".into()],
        }
    }

    fn code(expected: &PlanUse, lines: &[&str]) -> String {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        let judged = expected.judge(&PlanSeen { lines, error: None });
        judged.reason.map_or("passed".into(), |reason| reason.code.to_string())
    }

    #[test]
    fn a_plan_that_uses_the_index_passes() {
        assert_eq!(code(&expected(), &["Limit", "  ->  Index Scan using idx_state on t"]), "passed");
    }

    #[test]
    fn another_index_node_or_a_longer_name_fails() {
        for line in ["Seq Scan on t", "Index Scan using idx_state_old on t", "Bitmap Index Scan on idx_state"] {
            assert_eq!(code(&expected(), &[line]), "index-not-used", "{line}");
        }
    }

    #[test]
    fn a_forbidden_node_fails() {
        assert_eq!(code(&expected(), &["Sort", "  ->  Index Scan using idx_state on t"]), "forbidden-node");
    }

    #[test]
    fn a_detail_is_compared_as_a_whole() {
        let detail = "SEARCH orders USING INDEX idx (state=? AND account_id=?)";
        let expected = PlanUse { index: None, scan: None, detail: Some(detail.into()), ..expected() };
        assert_eq!(code(&expected, &[detail]), "passed");
        assert_eq!(code(&expected, &["SCAN orders USING INDEX idx"]), "index-not-used");
    }
}
