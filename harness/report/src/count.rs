use phasegate_evidence::Verdict;

/// A number with the noun that fits it, `one` or `many`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// How many of the verdicts are passes, such as `2/3`; a dash where there are no verdicts.
pub(crate) fn passed(verdicts: impl Iterator<Item = Verdict>) -> String {
    let (mut passed, mut all) = (0, 0);
    for verdict in verdicts {
        all += 1;
        passed += usize::from(verdict == Verdict::Passed);
    }
    if all == 0 { "-".to_owned() } else { format!("{passed}/{all}") }
}
