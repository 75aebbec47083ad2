use maud::{DOCTYPE, Markup, PreEscaped, html as markup};
use phasegate_evidence::{SuitePlan, SuiteResult};

use super::{
    assets, changes, check::Numbered, failures, head, log, notes, phase, phases, requirements, rows, sign_off, tried,
};
use crate::{
    outputs::Outputs,
    record::{GATES_ALONE, Record},
};

/// A run as one page for a browser, with everything in it that it needs. Made from nothing but the folder, it has the same
/// bytes whenever it is made.
pub fn html(record: &Record) -> String {
    let outputs = Outputs::of(record);
    let mut first = 0;
    let suites = record.suites().map(|(plan, result)| {
        let checks = Numbered::all(record.checks(plan, result), first);
        first += checks.len();
        suite(record, &outputs, plan, result, &checks)
    });
    let suites: Vec<Markup> = suites.collect();
    let title = format!("Phasegate: {}: {}", head::names(record), record.result.verdict);
    markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(assets::policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(assets::STYLE)) }
            }
            body {
                a.skip href="#report" { "Skip to the report" }
                (head::head(record))
                (head::filter(record))
                main id="report" tabindex="-1" {
                    @for suite in &suites { (suite) }
                    (head::servers(record))
                    (sign_off::sign_off(record))
                    (head::verification(record))
                }
                script { (PreEscaped(assets::SCRIPT)) }
            }
        }
    }
    .into_string()
}

fn suite(
    record: &Record,
    outputs: &Outputs<'_>,
    plan: &SuitePlan,
    result: &SuiteResult,
    checks: &[Numbered<'_>],
) -> Markup {
    markup! {
        section.suite {
            (head::suite(record, plan, result))
            @if record.is_gates_alone() { p.warning { (GATES_ALONE) "." } }
            @if let Some(kept_going) = record.kept_going(result) { p.warning { "This run " (kept_going) "." } }
            @if let Some(stopped) = &result.stopped {
                p.warning { "The run of this suite stopped: " (stopped) }
            }
            (phases::phases(record, plan, result))
            (failures::failures(result, checks))
            (notes::not_judged(checks))
            @for (at, phase) in plan.phases.iter().enumerate() {
                @if let Some(result) = result.phases.get(at) {
                    (phase::phase(record, outputs, plan, phase, result, checks))
                }
            }
            (notes::findings(plan, result))
            (notes::deviations(plan))
            (tried::tried(record, plan, result))
            (rows::rows(record, plan, result, checks))
            (changes::final_state(record, outputs, plan))
            (log::log(record, plan, result, checks))
            (requirements::requirements(plan, result, checks))
            (head::inputs(plan))
        }
    }
}
