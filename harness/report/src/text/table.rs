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

use super::{
    style::verdict_style,
    wrap::{width, wrap_to},
};
use crate::{count::passed, visible::one_line};

/// The least that a title is given, however narrow the console is.
const TITLE_WIDTH_MIN: usize = 12;

/// One row per phase and one for the whole suite.
pub(super) fn phases(plan: &SuitePlan, result: &SuiteResult) -> String {
    let mut rows = vec![["phase", "", "verdict", "gates", "checks", "added"].map(str::to_owned)];
    for (phase, phase_result) in plan.phases.iter().zip(&result.phases) {
        rows.push(row(&phase.phase, phase_result.verdict, std::slice::from_ref(phase_result)));
    }
    rows.push(row("", result.verdict, &result.phases));
    let title_width = title_width(&rows);
    for (row, phase) in rows.iter_mut().skip(1).zip(&plan.phases) {
        row[1] = wrap_to(title_width, &one_line(&phase.title));
    }
    let mut builder = Builder::default();
    rows.into_iter().for_each(|row| builder.push_record(row));
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

/// What the other columns, each with a space or two behind it, leave of the console for the titles.
fn title_width(rows: &[[String; 6]]) -> usize {
    let widest = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let others: usize = [0, 2, 3, 4, 5].into_iter().map(|column| widest(column) + 2).sum();
    width().saturating_sub(others + 4).max(TITLE_WIDTH_MIN)
}

fn row(phase: &str, verdict: Verdict, phases: &[PhaseResult]) -> [String; 6] {
    let gates: Vec<&GateResult> = phases.iter().flat_map(|phase| &phase.gates).collect();
    let (added, own): (Vec<&GateResult>, Vec<&GateResult>) = gates.into_iter().partition(|gate| gate.added);
    let checks = own.iter().flat_map(|gate| &gate.checks).map(|check| check.verdict);
    [
        phase.to_owned(),
        String::new(),
        verdict.to_string(),
        passed(own.iter().map(|gate| gate.verdict)),
        passed(checks),
        passed(added.iter().map(|gate| gate.verdict)),
    ]
}
