use phasegate_evidence::{
    Verification,
    sign::{Approval, Signed, approval},
};

use crate::visible::visible_line;

/// Who stands for a run, as a page shows it. Whoever fills it has checked the signatures; a report checks nothing.
#[derive(Debug, Clone, Default)]
pub struct SignOffs {
    /// The key by which the machine that ran it attested the run, by the beginning of its fingerprint.
    pub attested_by: Option<String>,
    /// Whether the folder was found not to verify, so that nothing of it is worth its signatures.
    pub is_refuted: bool,
    /// The sign-offs in their order.
    pub signed: Vec<SignOff>,
}

/// One sign-off of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOff {
    /// The role in which it was given: `implementer`, `validator` or `deployer`.
    pub role: String,
    /// The printed name.
    pub name: String,
    /// What it says: `review`, `approval`, `responsibility` or `authorship`.
    pub meaning: String,
    /// What it is of: the run, or one phase.
    pub of: String,
    /// Of a phase, how many of its exit gates are open: `5/6`.
    pub gates_open: Option<String>,
    /// When, as it was signed.
    pub signed_at: String,
    /// The key, by the beginning of its fingerprint.
    pub key: String,
    /// What the signer noted.
    pub notes: Option<String>,
    /// The exception that it grants to what did not pass, in words, with how far its approval has come.
    pub exception: Option<String>,
}

impl From<&Verification> for SignOffs {
    fn from(verification: &Verification) -> Self {
        Self {
            attested_by: verification.attested_by.as_ref().map(|key| key.id().short().to_owned()),
            is_refuted: !verification.holds(),
            signed: verification.signed.iter().map(|signed| SignOff::of(signed, &verification.signed)).collect(),
        }
    }
}

impl SignOff {
    fn of(signed: &Signed, all: &[Signed]) -> Self {
        let sign_off = &signed.sign_off;
        let phase = sign_off.phase.as_ref();
        let shown = |text: &str| visible_line(text).into_owned();
        let exception = sign_off.exception.as_ref().map(|exception| {
            let state = match approval(all, phase.map(|phase| (phase.suite.as_str(), phase.phase.as_str()))) {
                Approval::Given => "two approvers",
                Approval::None | Approval::Awaited => "awaits a second approver",
            };
            let [reason, ticket, until] = [&exception.reason, &exception.ticket, &exception.deadline];
            shown(&format!("{reason} · ticket {ticket} · until {until} · {state}"))
        });
        Self {
            role: sign_off.role.to_string(),
            name: shown(&sign_off.name),
            meaning: sign_off.meaning.to_string(),
            of: phase.map_or("the run".to_owned(), |phase| shown(&phase.to_string())),
            gates_open: phase.map(|phase| format!("{}/{}", phase.gates_open, phase.gates)),
            signed_at: shown(&sign_off.signed_at),
            key: signed.key.id().short().to_owned(),
            notes: sign_off.notes.as_deref().map(shown),
            exception,
        }
    }
}
