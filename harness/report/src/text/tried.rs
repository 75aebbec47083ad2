//! The gates were tried: what a run of `prove` shows beyond a run.

use phasegate_evidence::{Reason, SuitePlan, SuiteResult, Verdict, judge::Judging};

use super::{
    style::{of_verdict, strong},
    wrap::labelled,
};
use crate::tried::Tried;

/// How many defects were caught, which were not, and which scenarios ended otherwise.
pub(super) fn tried(judging: Judging, plan: &SuitePlan, result: &SuiteResult) -> String {
    let Some(tried) = Tried::of(judging, plan, result) else {
        return String::new();
    };
    let mut text = format!("\n  {}\n\n", strong("The gates were tried"));
    text.push_str(&labelled(4, "", 0, &tried.defects_line()));
    text.push_str(&labelled(4, "", 0, &tried.scenarios_line()));
    if !tried.without_defect.is_empty() {
        text.push_str(&labelled(4, "", 0, &format!("without a defect: {}", tried.without_defect.join(", "))));
    }
    let mut wrong = |what: String, verdict: Verdict, reason: Option<&Reason>| {
        let reason = reason.map(ToString::to_string).unwrap_or_default();
        text.push_str(&format!("\n    {}\n{}", of_verdict(verdict, &what), labelled(6, "", 0, &reason)));
    };
    for defect in result.defects.iter().filter(|defect| defect.verdict != Verdict::Passed) {
        wrong(format!("the defect of check {}", defect.check), defect.verdict, Some(&defect.reason));
    }
    for scenario in result.scenarios.iter().filter(|scenario| scenario.verdict != Verdict::Passed) {
        wrong(format!("scenario {}", scenario.scenario), scenario.verdict, scenario.reason.as_ref());
    }
    text
}
