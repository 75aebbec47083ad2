//! Suites, phases, gates and checks as a tree.

use phasegate_evidence::{GatePlan, PhasePlan, SuitePlan};

use super::{
    Paint,
    wrap::{WIDTH, wrap},
};
use crate::report::count;

/// How far down a tree goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Suites and phases.
    Phases,
    /// Everything.
    Checks,
}

/// The suites as a tree.
pub(crate) fn tree(suites: &[SuitePlan], depth: Depth, paint: Paint) -> String {
    let mut text = String::new();
    for (at, suite) in suites.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        text.push_str(&format!(
            "{}  {}\n",
            paint.strong(&suite.suite),
            paint.faint(&counts(&suite.phases))
        ));
        node(&mut text, "", "", &suite.title);
        branch(
            &mut text,
            "",
            &suite.phases,
            |text, prefix, below, phase| {
                let line = format!("phase {}  {}", phase.phase, phase.title);
                node(text, prefix, below, &line);
                match depth {
                    Depth::Phases => node(text, below, below, &counts(std::slice::from_ref(phase))),
                    Depth::Checks => gates(text, below, phase),
                }
            },
        );
    }
    text
}

fn gates(text: &mut String, above: &str, phase: &PhasePlan) {
    branch(text, above, &phase.gates, |text, prefix, below, gate| {
        let added = if gate.added { " (added)" } else { "" };
        node(
            text,
            prefix,
            below,
            &format!("{}  {}{added}", gate.gate, gate.claim),
        );
        branch(text, below, &gate.checks, |text, prefix, below, check| {
            node(
                text,
                prefix,
                below,
                &format!("{}  {} [{}]", check.check, check.title, check.kind),
            );
        });
    });
}

/// Draws one node per item, handing on what its first line and what everything below it begins with.
fn branch<T>(
    text: &mut String,
    above: &str,
    items: &[T],
    mut draw: impl FnMut(&mut String, &str, &str, &T),
) {
    for (at, item) in items.iter().enumerate() {
        let last = at + 1 == items.len();
        let prefix = format!("{above}{}", if last { "└─ " } else { "├─ " });
        let below = format!("{above}{}", if last { "   " } else { "│  " });
        draw(text, &prefix, &below, item);
    }
}

fn node(text: &mut String, prefix: &str, below: &str, line: &str) {
    let width = WIDTH - prefix.chars().count();
    for (at, line) in wrap(line, width).iter().enumerate() {
        let begin = if at == 0 { prefix } else { below };
        text.push_str(&format!("{begin}{line}\n"));
    }
}

/// How many gates and checks these phases have.
fn counts(phases: &[PhasePlan]) -> String {
    let of = |added: bool| {
        let gates: Vec<&GatePlan> = phases
            .iter()
            .flat_map(|phase| &phase.gates)
            .filter(|gate| gate.added == added)
            .collect();
        let checks = gates.iter().map(|gate| gate.checks.len()).sum();
        (gates.len(), count(checks, "check", "checks"))
    };
    let ((gates, checks), (added, added_checks)) = (of(false), of(true));
    let mut text = format!("{}, {checks}", count(gates, "gate", "gates"));
    if added > 0 {
        text.push_str(&format!(
            "; {}, {added_checks}",
            count(added, "added gate", "added gates")
        ));
    }
    text
}
