use super::{Paint, wrap::beside};
use crate::report::Requirement;

/// Requirements, each with what answers it.
pub(crate) fn answers(requirements: &[Requirement], paint: Paint) -> String {
    let mut text = String::new();
    let mut suite = "";
    for requirement in requirements {
        if requirement.suite != suite {
            suite = &requirement.suite;
            text.push_str(&format!(
                "{}{}\n",
                if text.is_empty() { "" } else { "\n" },
                paint.strong(suite)
            ));
        }
        text.push('\n');
        text.push_str(&beside(2, "", 0, &requirement.requirement));
        for answer in &requirement.answers {
            text.push_str(&beside(
                4,
                answer.kind,
                10,
                &format!("{}  {}", answer.id, answer.title),
            ));
        }
    }
    text
}
