//! What does not hold in a run folder.

use std::fmt;

/// One thing that does not hold in a run folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of thing it is.
    pub code: FaultCode,
    /// The file, relative to the run folder.
    pub file: String,
    /// What does not hold.
    pub what: String,
}

/// Declares the codes once: the variant, its word, and what it says.
macro_rules! fault_codes {
    ($($variant:ident $code:literal, $says:literal;)*) => {
        /// A stable word for a kind of fault, which never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum FaultCode {
            $(#[doc = $says] $variant,)*
        }

        impl FaultCode {
            /// Every code, in the order in which `reports/README.md` lists them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }

            /// What it says.
            #[cfg(test)]
            fn says(self) -> &'static str {
                match self { $(Self::$variant => $says),* }
            }
        }
    };
}

fault_codes! {
    Unreadable "unreadable", "a file cannot be read, is no regular file, or is larger than any that a run leaves";
    Added "added", "something lies there that no run leaves, or an output that no event names";
    Missing "missing", "a file, or an output that an event names, is not there";
    UnknownFormat "unknown-format", "the folder is of a format that this program does not judge";
    PlanDamaged "plan-damaged", "`plan.json` is no plan in canonical form";
    PlanReplaced "plan-replaced", "`plan.json` is another plan than the one that the run started with";
    EventDamaged "event-damaged", "a line of `events.jsonl` is no event in canonical form";
    ChainBroken "chain-broken", "a line does not follow from the one before it: one of them was edited, removed, added or moved";
    Truncated "truncated", "the events end before the run does: they were cut off, or the run was killed";
    OutOfOrder "out-of-order", "an event was not planned, or was not the one that was due";
    Clock "clock", "a time goes back, or something took longer than there was time";
    OutputSwapped "output-swapped", "an output does not hold the bytes that its name says";
    OutputDamaged "output-damaged", "an output is not what its event names, in canonical form";
    ResumeForeign "resume-foreign", "the earlier run that lies beside this one is not the one that it went on from, or not as it says";
    WrongVerdict "wrong-verdict", "a verdict is not what was seen comes to";
    Contradiction "contradiction", "what was seen is not what the folder holds of the state, or nothing that can be seen";
    ResultReplaced "result-replaced", "`result.json`, or the digest that the run ended with, is not what plan and events come to";
    ReportReplaced "report-replaced", "a report is not what plan and events make";
    UnexpectedDigest "unexpected-digest", "none of the folder's digests is the one that `--expect` demands";
    AfterAnother "after-another", "the signed run that it began after is not the one that `--after` names";
    SignatureDamaged "signature-damaged", "an attestation or a sign-off is no signed statement about a run";
    SignatureInvalid "signature-invalid", "a signature is not that of its statement by its key";
    SignatureForeign "signature-foreign", "what was signed is another folder than this: it was changed since, or the signature was brought here";
    WrongMigration "wrong-migration", "what was signed, or what lies in the suites' folder, are other migration or suite files than those of this run";
    SignOffMissing "sign-off-missing", "a sign-off names another one before it than the one that lies there";
    SignOffRefused "sign-off-refused", "a sign-off breaks a rule: order of the roles, separation of duties, a run that did not pass, an exception";
    Unsigned "unsigned", "trusted keys were named, and nobody has signed";
    KeyUntrusted "key-untrusted", "a signature is by a key that is not among the trusted ones";
    KeyRevoked "key-revoked", "a signature is by a trusted key that was revoked";
    KeyExpired "key-expired", "a signature is by a trusted key at a time at which it was not valid";
    KeyMisused "key-misused", "a signature is by a trusted key in another name, or in a role that is not its own";
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_on_reports_lists_every_code() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../reports/README.md"));
        let page = page.expect("the page");
        for code in FaultCode::ALL {
            let line = format!("| `{code}` | {} |", code.says());
            assert!(page.contains(&line), "reports/README.md lacks: {line}");
        }
    }
}
