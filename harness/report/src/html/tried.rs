//! Whether the gates were tried: each defect caught by its check, each scenario ended as it says.

use maud::{Markup, html};
use phasegate_evidence::{Proof, SuitePlan, SuiteResult};

use super::show::{Part, line, verdict, wide};
use crate::{
    record::Record,
    tried::{Tried, must_end, proof_line},
};

/// What shows that the gates can fail.
pub(super) fn tried(record: &Record, plan: &SuitePlan, result: &SuiteResult) -> Markup {
    let tried = Tried::of(record.plan.judging, plan, result);
    let proof = record.proof(&plan.suite);
    html! {
        section.long id=(Part::Tried.id(plan)) {
            h3 { @if tried.is_none() && proof.is_none() { "The gates were not tried" } @else { "The gates were tried" } }
            @match tried {
                Some(tried) => {
                    p { (tried.defects_line()) "." }
                    p { (tried.scenarios_line()) "." }
                    @if !tried.without_defect.is_empty() {
                        p { "Without a defect: " (line(&tried.without_defect.join(", "))) }
                    }
                    (tables(plan, result))
                },
                None => (before(proof)),
            }
        }
    }
}

/// What a run before this one tried of the same suite, if one did.
fn before(proof: Option<&Proof>) -> Markup {
    let Some(proof) = proof else {
        return html! { p.warning { "Not tried: neither by this run, nor by one of the same files that lay beside it." } };
    };
    html! {
        p { "By the run " code { (line(&proof.run)) } " of the same files: " (line(&proof_line(proof))) "." }
        p { "Its result digest: " code.digest { (proof.result) } }
        p.faint { "So its folder said when this run began. To hold it against its evidence:" }
        pre tabindex="0" { code { "phasegate verify " (line(&proof.run)) " --expect " (proof.result) } }
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
