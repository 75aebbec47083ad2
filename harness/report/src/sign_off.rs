use phasegate_evidence::sign::Signed;

use crate::visible::visible_line;

/// One sign-off of a run, as a page shows it. Whoever fills it has checked the signature; a report checks nothing.
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
    /// When, as it was signed.
    pub signed_at: String,
    /// The key, by the beginning of its fingerprint.
    pub key: String,
    /// The exception that it grants to what did not pass, in words.
    pub exception: Option<String>,
}

impl From<&Signed> for SignOff {
    fn from(signed: &Signed) -> Self {
        let sign_off = &signed.sign_off;
        let shown = |text: &str| visible_line(text).into_owned();
        let exception = sign_off.exception.as_ref().map(|exception| {
            shown(&format!("{} · ticket {} · until {}", exception.reason, exception.ticket, exception.deadline))
        });
        Self {
            role: sign_off.role.to_string(),
            name: shown(&sign_off.name),
            meaning: sign_off.meaning.to_string(),
            of: sign_off.phase.as_ref().map_or("the run".to_owned(), |phase| shown(&phase.to_string())),
            signed_at: shown(&sign_off.signed_at),
            key: signed.key.id().short().to_owned(),
            exception,
        }
    }
}
