use phasegate_evidence::Verdict;

use super::RunDiff;
use crate::{
    count::count,
    text::{labelled, of_verdict, strong, wrap},
    visible::visible_line,
};

/// What differs between two runs, for people, styled by ANSI escapes.
pub fn diff_text(diff: &RunDiff, [before, after]: [&str; 2]) -> String {
    let mut text = labelled(2, "before", 8, &format!("{before}, result {}", short(&diff.result_digests[0])));
    text.push_str(&labelled(2, "after", 8, &format!("{after}, result {}", short(&diff.result_digests[1]))));
    for (name, changes) in diff.groups().into_iter().filter(|(_, changes)| !changes.is_empty()) {
        text.push_str(&format!("\n  {} ({})\n", strong(name), count(changes.len(), "difference", "differences")));
        for change in changes {
            text.push_str(&labelled(4, &visible_line(&change.what), 4, ""));
            for (sign, said) in [("-", &change.before), ("+", &change.after)] {
                if let Some(said) = said {
                    text.push_str(&labelled(6, sign, 2, &visible_line(said)));
                }
            }
        }
    }
    if !diff.equal && diff.groups().iter().all(|(_, changes)| changes.is_empty()) {
        text.push_str(&wrap(
            "the plans differ in their words alone: titles, claims, requirements, deviations",
            "\n  ",
            "  ",
        ));
    }
    let verdict = match diff.equal {
        true => of_verdict(Verdict::Passed, "equal: both runs have the same result"),
        false => of_verdict(Verdict::Failed, "different: the runs have other results"),
    };
    text.push_str(&format!("\n  {verdict}\n"));
    text
}

fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}
