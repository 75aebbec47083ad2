//! Suites, phases, gates and checks as a tree.

use phasegate_evidence::{GatePlan, PhasePlan, SuitePlan};
use phasegate_report::{count, strong, wrap};

/// How far down a tree goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Suites and phases.
    Phases,
    /// Everything.
    Checks,
}

/// The suites as a tree.
pub(crate) fn tree(suites: &[SuitePlan], depth: Depth) -> String {
    let mut tree = Tree { text: String::new() };
    for (at, suite) in suites.iter().enumerate() {
        if at > 0 {
            tree.text.push('\n');
        }
        tree.node("", "", &suite.suite, &suite.title);
        tree.node("", "", "", &counts(&suite.phases));
        tree.branch("", &suite.phases, |tree, prefix, below, phase| {
            tree.node(prefix, below, &format!("phase {}", phase.phase), &phase.title);
            match depth {
                Depth::Phases => tree.node(below, below, "", &counts(std::slice::from_ref(phase))),
                Depth::Checks => tree.gates(below, phase),
            }
        });
    }
    tree.text
}

/// The text of a tree, as far as it has been drawn.
struct Tree {
    text: String,
}

impl Tree {
    fn gates(&mut self, above: &str, phase: &PhasePlan) {
        self.branch(above, &phase.gates, |tree, prefix, below, gate| {
            let added = if gate.added { " (added)" } else { "" };
            tree.node(prefix, below, &gate.gate, &format!("{}{added}", gate.claim));
            tree.branch(below, &gate.checks, |tree, prefix, below, check| {
                tree.node(prefix, below, &check.id, &format!("{} [{}]", check.title, check.kind()));
            });
        });
    }

    /// Draws one node per item, passing on the prefix of its first line and the prefix of everything below it.
    fn branch<T>(&mut self, above: &str, items: &[T], mut draw: impl FnMut(&mut Self, &str, &str, &T)) {
        for (at, item) in items.iter().enumerate() {
            let last = at + 1 == items.len();
            let prefix = format!("{above}{}", if last { "└─ " } else { "├─ " });
            let below = format!("{above}{}", if last { "   " } else { "│  " });
            draw(self, &prefix, &below, item);
        }
    }

    /// One node: its name, and text that wraps below it.
    fn node(&mut self, prefix: &str, below: &str, name: &str, text: &str) {
        let line = if name.is_empty() { text.to_owned() } else { format!("{} {text}", strong(name)) };
        self.text.push_str(&wrap(&line, prefix, below));
    }
}

/// How many gates and checks these phases have.
fn counts(phases: &[PhasePlan]) -> String {
    let of = |added: bool| {
        let gates: Vec<&GatePlan> =
            phases.iter().flat_map(|phase| &phase.gates).filter(|gate| gate.added == added).collect();
        let checks = gates.iter().map(|gate| gate.checks.len()).sum();
        (gates.len(), count(checks, "check", "checks"))
    };
    let ((gates, checks), (added, added_checks)) = (of(false), of(true));
    let mut text = format!("{}, {checks}", count(gates, "gate", "gates"));
    if added > 0 {
        text.push_str(&format!("; {}, {added_checks}", count(added, "added gate", "added gates")));
    }
    text
}
