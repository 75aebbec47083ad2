//! Whether the gates were tried: each defect caught by its check, each scenario ended as it says.

use maud::{Markup, html};
use phasegate_evidence::{SuitePlan, SuiteResult};

use super::show::{Part, line, verdict, wide};
use crate::{
    record::Record,
    tried::{Tried, must_end},
};

/// What shows that the gates can fail.
pub(super) fn tried(record: &Record, plan: &SuitePlan, result: &SuiteResult) -> Markup {
    html! {
        section.long id=(Part::Tried.id(plan)) {
            h3 { "The gates were tried" }
            @match Tried::of(record.plan.judging, plan, result) {
                Some(tried) => {
                    p { (tried.defects_line()) "." }
                    p { (tried.scenarios_line()) "." }
                    @if !tried.without_defect.is_empty() {
                        p { "Without a defect: " (line(&tried.without_defect.join(", "))) }
                    }
                    (tables(plan, result))
                },
                None => p.warning { "Not tried by this run." },
            }
        }
    }
}

fn tables(plan: &SuitePlan, result: &SuiteResult) -> Markup {
    let defects = html! {
        thead { tr { th scope="col" { "defect of check" } th scope="col" { "verdict" } th scope="col" { "the check gave" } } }
        tbody {
            @for defect in &result.defects {
                tr { td { code { (line(&defect.check)) } } td { (verdict(defect.verdict)) } td { (line(&defect.reason.to_string())) } }
            }
        }
    };
    let scenarios = html! {
        thead {
            tr { th scope="col" { "scenario" } th scope="col" { "verdict" } th scope="col" { "must end" } th scope="col" { "ended" } }
        }
        tbody {
            @for (planned, scenario) in plan.scenarios.iter().zip(&result.scenarios) {
                tr {
                    td { code { (line(&scenario.scenario)) } ": " (line(&planned.title)) }
                    td { (verdict(scenario.verdict)) }
                    td { (line(&must_end(&planned.expected))) }
                    td { @match &scenario.reason { Some(reason) => (line(&reason.to_string())), None => "so" } }
                }
            }
        }
    };
    html! {
        @if !result.defects.is_empty() { details { summary { "Every defect" } (wide("defects", &defects)) } }
        @if !result.scenarios.is_empty() { details { summary { "Every scenario" } (wide("scenarios", &scenarios)) } }
    }
}
