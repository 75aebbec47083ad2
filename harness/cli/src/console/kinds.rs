use phasegate_report::labelled;
use phasegate_server::Kind;

/// The kinds of servers, each with what there is of it or why there is none.
pub(crate) fn kinds<'a>(found: impl Iterator<Item = (Kind, bool, &'a str)>) -> String {
    found
        .map(|(kind, at_hand, what)| {
            let label = format!("{} {kind}", if at_hand { "✔" } else { "-" });
            labelled(2, &label, 13, what)
        })
        .collect()
}
