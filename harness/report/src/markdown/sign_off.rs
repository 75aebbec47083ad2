use phasegate_evidence::{
    Verification,
    sign::{Approval, Signed, approval},
};

use super::escape::{code, text};
use crate::visible::visible_line;

/// The sign-off block, with exceptions where a reader of GitHub's Markdown sees red. It stands behind the page and is no part of
/// `report.md`, which is written before anybody can sign.
pub fn sign_offs(verification: &Verification) -> String {
    let mut page = "\n## Sign-off\n\n".to_owned();
    if !verification.holds() {
        page.push_str(
            "> [!CAUTION]\n> **This folder does not verify: no signature stands for what this page shows.**\n\n",
        );
    }
    match &verification.attested_by {
        Some(key) => {
            page.push_str(&format!("Attested by the machine that ran it, key {}.\n\n", code(key.id().as_str())))
        }
        None => page.push_str("Not attested.\n\n"),
    }
    if verification.signed.is_empty() {
        page.push_str("Nobody has signed.\n");
        return page;
    }
    page.push_str(
        "| role | name | meaning | of | gates open | signed | key | notes |\n|---|---|---|---|---|---|---|---|\n",
    );
    for signed in &verification.signed {
        page.push_str(&row(signed));
    }
    let exceptions =
        verification.signed.iter().filter_map(|signed| Some((signed, signed.sign_off.exception.as_ref()?)));
    for (signed, exception) in exceptions {
        let phase = signed.sign_off.phase.as_ref();
        let of = phase.map_or("the run".to_owned(), ToString::to_string);
        let state =
            match approval(&verification.signed, phase.map(|phase| (phase.suite.as_str(), phase.phase.as_str()))) {
                Approval::Given => "two approvers",
                Approval::None | Approval::Awaited => "**awaits a second approver**",
            };
        page.push_str(&format!(
            "\n> [!CAUTION]\n> **Exception: {} did not pass.** {} signed all the same: {} · ticket {} · until {} · {state}\n",
            shown(&of),
            shown(&signed.sign_off.name),
            shown(&exception.reason),
            shown(&exception.ticket),
            shown(&exception.deadline),
        ));
    }
    if !verification.keys_compared {
        page.push_str(
            "\nThe keys were not held against any that somebody trusts: `phasegate verify --trusted-keys FILE`.\n",
        );
    }
    page
}

fn row(signed: &Signed) -> String {
    let sign_off = &signed.sign_off;
    let phase = sign_off.phase.as_ref();
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {} |\n",
        sign_off.role,
        shown(&sign_off.name),
        sign_off.meaning,
        shown(&phase.map_or("the run".to_owned(), ToString::to_string)),
        phase.map(|phase| format!("{}/{}", phase.gates_open, phase.gates)).unwrap_or_default(),
        shown(&sign_off.signed_at),
        code(signed.key.id().short()),
        shown(sign_off.notes.as_deref().unwrap_or_default()),
    )
}

fn shown(raw: &str) -> String {
    text(&visible_line(raw))
}
