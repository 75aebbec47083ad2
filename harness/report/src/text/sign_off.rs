use phasegate_evidence::{
    Verdict, Verification,
    sign::{Approval, Signed, approval},
};

use super::{
    style::of_verdict,
    wrap::{LABEL_WIDTH, labelled},
};
use crate::visible::visible_line;

/// Who attested and signed, one line each; an exception in red.
pub(super) fn sign_offs(verification: &Verification) -> String {
    let mut text = String::new();
    if let Some(key) = &verification.attested_by {
        text.push_str(&labelled(2, "attested", LABEL_WIDTH, &format!("by key {}", key.id().short())));
    }
    for signed in &verification.signed {
        text.push_str(&labelled(2, "signed", LABEL_WIDTH, &line(signed)));
        if let Some(exception) = &signed.sign_off.exception {
            let phase = signed.sign_off.phase.as_ref();
            let phase = phase.map(|phase| (phase.suite.as_str(), phase.phase.as_str()));
            let state = match approval(&verification.signed, phase) {
                Approval::Given => "",
                Approval::None | Approval::Awaited => " (awaits a second approver)",
            };
            let what = format!("{}, {}, until {}{state}", exception.ticket, exception.reason, exception.deadline);
            let what = of_verdict(Verdict::Failed, &visible_line(&format!("EXCEPTION: {what}")));
            text.push_str(&labelled(2, "", LABEL_WIDTH, &what));
        }
    }
    text
}

fn line(signed: &Signed) -> String {
    let sign_off = &signed.sign_off;
    let phase = sign_off
        .phase
        .as_ref()
        .map(|phase| format!(" of {phase} ({} of {} gates open)", phase.gates_open, phase.gates));
    let notes = sign_off.notes.as_ref().map(|notes| format!("; {notes}"));
    visible_line(&format!(
        "{} by {} as {}{}, {}, key {}{}",
        sign_off.meaning,
        sign_off.name,
        sign_off.role,
        phase.unwrap_or_default(),
        sign_off.signed_at,
        signed.key.id().short(),
        notes.unwrap_or_default(),
    ))
    .into_owned()
}
