//! Signing a folder that was verified.

use super::{
    Broken, Envelope, Exception, Meaning, PhaseScope, PrivateKey, Role, SealError, SignOff, Statement, TrustedKeys,
    broken, moment::date_of,
};
use crate::{
    ATTESTATION_FILE, CanonicalError, Fault, FaultCode, SIGNATURES_FOLDER, Verification,
    run_name::moment,
    verify::{SIGN_OFFS_MAX, file_of, of_distrust},
};

/// What a person says by signing.
#[derive(Debug, Clone)]
pub struct Signing {
    /// In which role.
    pub role: Role,
    /// The printed name.
    pub name: String,
    /// With which meaning.
    pub meaning: Meaning,
    /// When: `2026-01-02T03:04:05Z`.
    pub signed_at: String,
    /// Suite and phase, if it is not the whole run that is signed.
    pub phase: Option<(String, String)>,
    /// What the signer notes.
    pub notes: Option<String>,
    /// Why it is signed although it did not pass.
    pub exception: Option<Exception>,
}

/// Why a folder is not signed.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// It does not verify.
    #[error("this evidence does not verify, and nobody signs that")]
    Unverified,
    /// There is no such phase.
    #[error("the run has no phase {1} of a suite {0}")]
    NoPhase(String, String),
    /// A rule forbids it.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Refused(Vec<Broken>),
    /// There are as many as there can be.
    #[error("it holds {SIGN_OFFS_MAX} sign-offs, and takes no more")]
    TooMany,
    /// The machine attested the run already.
    #[error("it holds an attestation already")]
    Attested,
    /// The statement cannot be written down.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The envelope cannot be written down.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}

impl Verification {
    /// The attestation of a run that was just made: the bytes of `attestation.dsse.json`.
    ///
    /// # Errors
    /// When the folder does not verify or holds one.
    pub fn attest(&self, key: &PrivateKey) -> Result<Vec<u8>, SigningError> {
        let facts = self.facts.as_ref().filter(|_| self.holds()).ok_or(SigningError::Unverified)?;
        if self.subject.iter().any(|subject| subject.name == ATTESTATION_FILE) {
            return Err(SigningError::Attested);
        }
        let public = key.public().map_err(SealError::from)?;
        let statement = Statement::of(self.subject.clone(), public, facts.clone(), None);
        Ok(Envelope::seal(&statement, key)?.to_bytes()?)
    }

    /// A sign-off: its file, relative to the folder, and the bytes of it.
    ///
    /// # Errors
    /// When the folder does not verify, or a rule forbids it.
    pub fn sign(&self, signing: Signing, key: &PrivateKey) -> Result<(String, Vec<u8>), SigningError> {
        let holds = self.holds();
        let (Some(facts), Some(result), Some(run_digest), true) = (&self.facts, &self.result, &self.run_digest, holds)
        else {
            return Err(SigningError::Unverified);
        };
        if self.signed.len() >= SIGN_OFFS_MAX {
            return Err(SigningError::TooMany);
        }
        let phase = signing
            .phase
            .map(|(suite, phase)| PhaseScope::of(result, &suite, &phase).ok_or(SigningError::NoPhase(suite, phase)));
        let phase = phase.transpose()?;
        let verdict = phase.as_ref().map_or(result.verdict, |phase| phase.stands_at(result));
        let sign_off = SignOff {
            run_digest: run_digest.clone(),
            previous: self.signed.last().map(|signed| signed.digest.clone()),
            role: signing.role,
            name: signing.name,
            meaning: signing.meaning,
            signed_at: signing.signed_at,
            phase,
            notes: signing.notes,
            exception: signing.exception,
        };
        let public = key.public().map_err(SealError::from)?;
        let broken = broken(&self.signed, (&public, &sign_off), verdict, self.ended_unix_ms);
        if !broken.is_empty() {
            return Err(SigningError::Refused(broken));
        }
        let file = file_of(self.signed.len(), &sign_off);
        let statement = Statement::of(self.subject.clone(), public, facts.clone(), Some(sign_off));
        Ok((file, Envelope::seal(&statement, key)?.to_bytes()?))
    }

    /// Holds attestation and sign-offs against the keys that somebody trusts. What is not to be trusted is a fault, and so is
    /// a run that nobody has signed.
    pub fn trust(&mut self, keys: &TrustedKeys) {
        self.keys_compared = true;
        let mut faults = Vec::new();
        if let Some(key) = &self.attested_by {
            // A run is attested when it ends.
            let ended = moment(self.ended_unix_ms);
            let distrust = keys.distrust_key(key, date_of(&ended)).err();
            faults.extend(distrust.map(|distrust| (ATTESTATION_FILE.to_owned(), distrust)));
        }
        let of_sign_off = |signed: &super::Signed| Some((signed.file.clone(), keys.distrust(signed)?));
        faults.extend(self.signed.iter().filter_map(of_sign_off));
        let faults = faults.into_iter();
        self.faults.extend(faults.map(|(file, why)| Fault { code: of_distrust(&why), file, what: why.to_string() }));
        if self.attested_by.is_none() && self.signed.is_empty() {
            let what = "holds neither attestation nor sign-off".to_owned();
            self.faults.push(Fault { code: FaultCode::Unsigned, file: SIGNATURES_FOLDER.to_owned(), what });
        }
    }
}
