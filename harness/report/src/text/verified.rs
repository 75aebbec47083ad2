use phasegate_evidence::{Verdict, Verification};

use super::{
    sign_off::sign_offs,
    style::of_verdict,
    summary::{digests, totals},
    wrap::{LABEL_WIDTH, labelled, wrap},
};
use crate::{count::count, visible::visible_line};

/// What a verification found, styled by ANSI escapes.
pub fn verified(verification: &Verification, path: &str) -> String {
    let mut text = labelled(2, "folder", LABEL_WIDTH, path);
    if let Some(result) = &verification.result {
        text.push_str(&labelled(2, "says", LABEL_WIDTH, &format!("{}: {}", result.verdict, totals(result).join("\n"))));
    }
    text.push_str(&digests(
        verification.result_digest.as_ref(),
        verification.head.as_ref(),
        verification.run_digest.as_ref(),
    ));
    if let Some(earlier) = &verification.resumes {
        let compared = match earlier.compared {
            true => "which lies beside it and was held against it",
            false => "not held against it: no folder of that name lies beside this one",
        };
        let run = visible_line(&earlier.run);
        text.push_str(&labelled(
            2,
            "resumes",
            LABEL_WIDTH,
            &format!("{run}, head digest {}; {compared}", earlier.head.short()),
        ));
    }
    text.push_str(&sign_offs(verification));
    text.push('\n');
    for fault in &verification.faults {
        let (file, what) = (visible_line(&fault.file), visible_line(&fault.what));
        text.push_str(&labelled(2, "✘", 2, &format!("{file}: {what} [{}]", fault.code)));
    }
    let verdict = if verification.holds() {
        of_verdict(Verdict::Passed, "verified: recomputed from plan and events, and everything agrees")
    } else {
        text.push('\n');
        let faults = count(verification.faults.len(), "fault", "faults");
        of_verdict(Verdict::Failed, &format!("NOT VERIFIED: {faults}"))
    };
    text.push_str(&format!("  {verdict}\n"));
    if verification.holds() {
        let unsigned = verification.attested_by.is_none() && verification.signed.is_empty();
        let told = match (unsigned, verification.keys_compared) {
            (true, _) => {
                "consistent; not signed: a folder made up as a whole is told from an honest one by --expect DIGEST"
            }
            (false, true) => "signed: by keys that are trusted",
            (false, false) => "signed: by whom, only keys that you trust can tell: --trusted-keys FILE",
        };
        text.push_str(&wrap(told, "  ", "  "));
    }
    text
}
