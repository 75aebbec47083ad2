//! The table of the phases.

use phasegate_evidence::{GateResult, PhaseResult, SuitePlan, SuiteResult, Verdict};
use tabled::{
    builder::Builder,
    settings::{
        Alignment, Color, Modify, Padding, Style,
        object::{Cell, Columns},
        style::HorizontalLine,
    },
};

use super::{style::verdict_style, wrap::wrap_to};
use crate::{count::passed, visible::one_line};

/// The widest that a title may be, so that the whole table stays within the width of the console.
const TITLE_WIDTH: usize = 50;

/// One row per phase and one for the whole suite.
pub(super) fn phases(plan: &SuitePlan, result: &SuiteResult) -> String {
    let mut builder = Builder::default();
    builder.push_record(["phase", "", "verdict", "gates", "checks", "added"]);
    for (phase, phase_result) in plan.phases.iter().zip(&result.phases) {
        let title = wrap_to(TITLE_WIDTH, &one_line(&phase.title));
        builder.push_record(row(&phase.phase, &title, phase_result.verdict, std::slice::from_ref(phase_result)));
    }
    builder.push_record(row("", "", result.verdict, &result.phases));
    let total_row = plan.phases.len() + 1;
    let rule = HorizontalLine::new('─').intersection('─');
    let mut table = builder.build();
    table
        .with(Style::blank().horizontals([(1, rule), (total_row, rule)]))
        .with(Padding::new(0, 1, 0, 0))
        .with(Modify::new(Columns::new(3..)).with(Alignment::right()));
    let verdicts = result.phases.iter().map(|phase| phase.verdict).chain([result.verdict]);
    for (at, verdict) in verdicts.enumerate() {
        let style = verdict_style(verdict);
        let colour = Color::new(style.render().to_string(), style.render_reset().to_string());
        table.with(Modify::new(Cell::new(at + 1, 2)).with(colour));
    }
    table.to_string().lines().map(|line| format!("  {}\n", line.trim_end())).collect()
}

fn row(phase: &str, title: &str, verdict: Verdict, phases: &[PhaseResult]) -> [String; 6] {
    let gates: Vec<&GateResult> = phases.iter().flat_map(|phase| &phase.gates).collect();
    let (added, own): (Vec<&GateResult>, Vec<&GateResult>) = gates.into_iter().partition(|gate| gate.added);
    let checks = own.iter().flat_map(|gate| &gate.checks).map(|check| check.verdict);
    [
        phase.to_owned(),
        title.to_owned(),
        verdict.to_string(),
        passed(own.iter().map(|gate| gate.verdict)),
        passed(checks),
        passed(added.iter().map(|gate| gate.verdict)),
    ]
}
