//! Whether what was signed is this folder, and whether those who signed could.

use super::{audit::Audit, fault::FaultCode};
use crate::{
    ATTESTATION_FILE, Digest, OUTPUTS_FOLDER, Plan, RunResult, SIGNATURES_FOLDER, Verdict,
    sign::{
        Distrust, Envelope, EnvelopeError, PhaseScope, PublicKey, RunFacts, SignOff, Signed, Statement, Subject, broken,
    },
};

/// What a statement about the folder has to say, as far as the folder could be read.
pub(super) struct Signable<'a> {
    pub(super) plan: Option<&'a Plan>,
    pub(super) facts: Option<&'a RunFacts>,
    pub(super) result: Option<&'a RunResult>,
    /// When the run ended.
    pub(super) ended_unix_ms: u64,
}

/// The most sign-offs that a folder holds.
pub(crate) const SIGN_OFFS_MAX: usize = 99;

impl Audit<'_> {
    /// The files of the folder that a statement names: all but outputs and sign-offs.
    pub(super) fn subject(&self, plan: Option<&Plan>) -> Vec<Subject> {
        let files = self.files.iter().filter(|(name, _)| !name.starts_with(OUTPUTS_FOLDER));
        let files = files.map(|(name, digest)| Subject::new(name, digest.clone()));
        let suites = plan.map(|plan| plan.suites.as_slice()).unwrap_or_default();
        let inputs = suites.iter().flat_map(|suite| {
            let name = |path: &str| format!("{}/{path}", suite.suite);
            suite.inputs.iter().map(move |(path, digest)| Subject::new(name(path), digest.clone()))
        });
        files.chain(inputs).collect()
    }

    /// The key by which the machine that ran it attested the run, if it did and its signature is of this folder.
    pub(super) fn attestation(&mut self, signable: &Signable<'_>) -> Option<PublicKey> {
        let bytes = self.stored(ATTESTATION_FILE)?;
        let statement = self.opened(ATTESTATION_FILE, &bytes)?;
        if statement.predicate.sign_off.is_some() {
            self.fault(FaultCode::SignatureDamaged, ATTESTATION_FILE, "is a sign-off, and no attestation of a machine");
            return None;
        }
        let fits = self.is_of_this_folder(ATTESTATION_FILE, &statement, signable);
        fits.then_some(statement.predicate.key)
    }

    /// Every sign-off that is one, in order, whether or not it holds: what does not is a fault.
    pub(super) fn sign_offs(&mut self, signable: &Signable<'_>) -> Vec<Signed> {
        let mut signed: Vec<Signed> = Vec::new();
        let mut before: Option<Digest> = None;
        let files = self.signatures.clone();
        if files.len() > SIGN_OFFS_MAX {
            self.fault(FaultCode::Added, SIGNATURES_FOLDER, format!("holds more than {SIGN_OFFS_MAX} sign-offs"));
        }
        for (at, file) in files.into_iter().take(SIGN_OFFS_MAX).enumerate() {
            let Some(bytes) = self.signature_bytes(&file) else { continue };
            let digest = Digest::of(&bytes);
            let Some(statement) = self.opened(&file, &bytes) else {
                before = Some(digest);
                continue;
            };
            let fits = self.is_of_this_folder(&file, &statement, signable);
            let key = statement.predicate.key;
            let Some(sign_off) = statement.predicate.sign_off else {
                self.fault(FaultCode::SignatureDamaged, &file, "is an attestation of a machine, and no sign-off");
                continue;
            };
            if sign_off.previous != before {
                let what = "follows another sign-off than the one before it: one was removed, added or replaced";
                self.fault(FaultCode::SignOffMissing, &file, what);
            }
            let due = file_of(at, &sign_off);
            if file != due {
                self.fault(FaultCode::SignOffMissing, &file, format!("is not where it belongs, which is {due}"));
            }
            if fits {
                self.rules(&file, &signed, (&key, &sign_off), signable);
            }
            before = Some(digest.clone());
            signed.push(Signed { file, digest, key, sign_off });
        }
        signed
    }

    fn opened(&mut self, file: &str, bytes: &[u8]) -> Option<Statement> {
        let code = |error: &EnvelopeError| match error {
            EnvelopeError::Malformed(_) => FaultCode::SignatureDamaged,
            EnvelopeError::Invalid => FaultCode::SignatureInvalid,
        };
        Envelope::open(bytes).map_err(|error| self.fault(code(&error), file, error.to_string())).ok()
    }

    /// Whether a statement says what the folder comes to. What it says otherwise is a fault.
    fn is_of_this_folder(&mut self, file: &str, statement: &Statement, signable: &Signable<'_>) -> bool {
        let of_folder = |subject: &&Subject| !subject.name.contains('/');
        let mut due = self.subject(signable.plan);
        // An attestation is made before it lies in the folder.
        due.retain(|subject| statement.predicate.sign_off.is_some() || subject.name != ATTESTATION_FILE);
        let differing = |of_folder: &dyn Fn(&&Subject) -> bool| {
            let due: Vec<&Subject> = due.iter().filter(of_folder).collect();
            let said: Vec<&Subject> = statement.subject.iter().filter(of_folder).collect();
            let mut differing: Vec<&str> = Vec::new();
            for subject in due.iter().filter(|subject| !said.contains(subject)) {
                differing.push(&subject.name);
            }
            for subject in said.iter().filter(|subject| !due.contains(subject)) {
                if !differing.contains(&subject.name.as_str()) {
                    differing.push(&subject.name);
                }
            }
            (!differing.is_empty() || due != said).then(|| differing.join(", "))
        };
        let mut faults = Vec::new();
        if let Some(files) = differing(&of_folder) {
            faults.push((FaultCode::SignatureForeign, format!("signs other bytes than the folder holds of: {files}")));
        }
        if signable.plan.is_some()
            && let Some(files) = differing(&|subject| !of_folder(subject))
        {
            let what = format!("signs other migration or suite files than those of this run: {files}");
            faults.push((FaultCode::WrongMigration, what));
        }
        let sign_off = statement.predicate.sign_off.as_ref();
        if faults.is_empty()
            && sign_off.is_some_and(|sign_off| Some(&sign_off.run_digest) != self.run_digest().as_ref())
        {
            let what = "signs another run digest than the folder has: an output differs, or something was added";
            faults.push((FaultCode::SignatureForeign, what.to_owned()));
        }
        if faults.is_empty() && signable.facts != Some(&statement.predicate.run) {
            let what = "says another thing of the run than plan and events come to".to_owned();
            faults.push((FaultCode::SignatureForeign, what));
        }
        let fits = faults.is_empty();
        for (code, what) in faults {
            self.fault(code, file, what);
        }
        fits
    }

    fn rules(&mut self, file: &str, before: &[Signed], next: (&PublicKey, &SignOff), signable: &Signable<'_>) {
        let Some(result) = signable.result else { return };
        let verdict = match &next.1.phase {
            None => result.verdict,
            Some(scope) if PhaseScope::of(result, &scope.suite, &scope.phase).as_ref() == Some(scope) => {
                scope.stands_at(result)
            }
            Some(scope) => {
                let what = format!("says another thing of {scope} than the run came to");
                return self.fault(FaultCode::SignatureForeign, file, what);
            }
        };
        for rule in broken(before, next, verdict, signable.ended_unix_ms) {
            self.fault(FaultCode::SignOffRefused, file, format!("cannot be: {rule}"));
        }
    }
}

/// The file in which a sign-off lies that so many lie before.
pub(crate) fn file_of(before: usize, sign_off: &SignOff) -> String {
    format!("{SIGNATURES_FOLDER}/{:02}-{}.json", before + 1, sign_off.role)
}

/// The kind of fault that a distrust is.
pub(crate) fn of_distrust(distrust: &Distrust) -> FaultCode {
    match distrust {
        Distrust::Untrusted(_) => FaultCode::KeyUntrusted,
        Distrust::Revoked { .. } => FaultCode::KeyRevoked,
        Distrust::Expired { .. } => FaultCode::KeyExpired,
        Distrust::Name { .. } | Distrust::Role { .. } => FaultCode::KeyMisused,
    }
}

impl PhaseScope {
    /// What a phase of this result came to.
    #[must_use]
    pub fn of(result: &RunResult, suite: &str, phase: &str) -> Option<Self> {
        let found = result.suites.iter().find(|of| of.suite == suite)?.phases.iter().find(|of| of.phase == phase)?;
        let count = |gates: usize| u32::try_from(gates).unwrap_or(u32::MAX);
        Some(Self {
            suite: suite.to_owned(),
            phase: phase.to_owned(),
            verdict: found.verdict,
            gates: count(found.gates.len()),
            gates_open: count(found.gates.iter().filter(|gate| gate.verdict.opens_the_gate()).count()),
        })
    }

    /// What the phases up to this one came to: one that was only observed after a failed one is signed no more easily.
    pub(crate) fn stands_at(&self, result: &RunResult) -> Verdict {
        let phases = result.suites.iter().filter(|of| of.suite == self.suite).flat_map(|of| &of.phases);
        let through = phases.clone().position(|phase| phase.phase == self.phase).map_or(0, |at| at + 1);
        Verdict::of_parts(phases.take(through).map(|phase| phase.verdict))
    }
}
