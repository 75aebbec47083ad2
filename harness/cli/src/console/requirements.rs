use phasegate_report::{labelled, strong};

use crate::requirements::Requirement;

/// Requirements, each with what answers it.
pub(crate) fn requirements(requirements: &[Requirement<'_>]) -> String {
    let mut text = String::new();
    let mut suite = "";
    let mut section = None;
    for requirement in requirements {
        if requirement.suite != suite {
            suite = requirement.suite;
            section = None;
            text.push_str(&format!("{}{}\n", if text.is_empty() { "" } else { "\n" }, strong(suite)));
        }
        if requirement.section != section {
            section = requirement.section;
            let title = section.unwrap_or("not listed");
            text.push_str(&format!("\n{}", strong(&labelled(2, "", 0, title))));
        }
        text.push('\n');
        let title = format!("{} {}", requirement.requirement, requirement.title.unwrap_or_default());
        text.push_str(&labelled(2, "", 0, title.trim_end()));
        for answer in &requirement.answers {
            let words = format!("{} {}", answer.id, answer.title);
            text.push_str(&labelled(4, &answer.kind.to_string(), 10, words.trim_end()));
        }
        if let Some(note) = requirement.note {
            text.push_str(&labelled(4, "note", 10, note));
        }
    }
    text
}
