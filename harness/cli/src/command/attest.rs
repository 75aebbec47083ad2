//! The attestation that the machine gives of what it ran.

use std::fs;

use phasegate_evidence::{ATTESTATION_FILE, RunFolder, sign::PrivateKey};

use super::{sign::write_page, verify::verified};
use crate::{
    args::{AttestArgs, PassphraseArgs, display_path},
    exit::{Exit, Failure},
    keys::private_key,
};

/// The key to attest by, read before anything is run.
pub(super) fn attesting(asked: &AttestArgs) -> Result<Option<PrivateKey>, Failure> {
    let passphrase = PassphraseArgs { passphrase_file: asked.passphrase_file.clone() };
    asked.attest.as_deref().map(|path| private_key(path, &passphrase)).transpose()
}

/// Verifies the folder of a run that has ended, as a stranger would, and attests it.
pub(super) fn attest(folder: &RunFolder, key: &PrivateKey) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Unverified, format!("{} is not attested: {error}", display_path(folder.path())))
    };
    let bytes = verified(folder)?.attest(key).map_err(|error| failed(&error))?;
    fs::write(folder.path().join(ATTESTATION_FILE), bytes).map_err(|error| failed(&error))?;
    // The page shows the attestation.
    write_page(folder, &mut phasegate_evidence::verify(folder))
}
