//! Files that hold keys: private ones, which only their owner may read, and the list of those that somebody trusts.

use std::{
    env, fs,
    io::{self, IsTerminal as _},
    path::Path,
};

use phasegate_evidence::sign::{KeyError, PrivateKey, PublicKey, Role, TrustedKey, TrustedKeys};
use serde::Deserialize;
use toml::value::Datetime;

use crate::{
    args::{PassphraseArgs, display_path},
    exit::Failure,
    new_file::write_new,
};

/// The variable that holds the passphrase of a key.
const PASSPHRASE: &str = "PHASEGATE_KEY_PASSPHRASE";
/// No file of keys is larger.
const BYTES_MAX: u64 = 1 << 20;

/// Reads a private key. One that others may read is refused: whoever read it can sign for its owner.
pub(crate) fn private_key(path: &Path, passphrase: &PassphraseArgs) -> Result<PrivateKey, Failure> {
    let named = display_path(path);
    let pem = text(path)?;
    if let Some(mode) = open_to_others(path) {
        return Err(Failure::usage(format!(
            "{named} may be read by others (mode {mode:04o}), who could sign with it; say chmod 600 {named}"
        )));
    }
    let passphrase = match PrivateKey::is_protected(&pem) {
        true => given_passphrase(passphrase)?
            .map_or_else(|| asked_for(&format!("passphrase of {named}: ")), |given| Ok(Some(given)))?,
        false => None,
    };
    PrivateKey::from_pem(&pem, passphrase.as_deref()).map_err(|error| match error {
        KeyError::PassphraseNeeded => {
            Failure::usage(format!("{named} {error}: set {PASSPHRASE}, or name a file with --passphrase-file"))
        }
        error => Failure::usage(format!("{named} {error}")),
    })
}

/// Writes a new private key and, beside it, its public key. Neither overwrites anything.
pub(crate) fn write_key(path: &Path, key: &PrivateKey, passphrase: Option<&str>) -> Result<PublicKey, Failure> {
    let beside = public_path(path);
    for path in [path, &beside] {
        if fs::symlink_metadata(path).is_ok() {
            return Err(Failure::usage(format!(
                "{} exists, and a key is never overwritten; name another file",
                display_path(path)
            )));
        }
    }
    let unmade = |error: KeyError| Failure::usage(format!("the key {error}"));
    let (pem, public) = (key.to_pem(passphrase).map_err(unmade)?, key.public().map_err(unmade)?);
    write_new(path, pem.as_bytes(), 0o600)?;
    write_new(&beside, public.pem().as_bytes(), 0o644)?;
    Ok(public)
}

/// Where the public key of a private one lies.
pub(crate) fn public_path(path: &Path) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

/// The passphrase of a file or of the environment.
pub(crate) fn given_passphrase(asked: &PassphraseArgs) -> Result<Option<String>, Failure> {
    let Some(path) = &asked.passphrase_file else {
        return Ok(env::var(PASSPHRASE).ok().filter(|passphrase| !passphrase.is_empty()));
    };
    let text = text(path)?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(Failure::usage(format!("the first line of {} is empty, and no passphrase", display_path(path))));
    }
    Ok(Some(line.to_owned()))
}

/// Asks for a passphrase on the terminal, unseen; nothing where there is none.
pub(crate) fn asked_for(prompt: &str) -> Result<Option<String>, Failure> {
    if !io::stdin().is_terminal() {
        return Ok(None);
    }
    let asked = rpassword::prompt_password(prompt);
    asked.map(Some).map_err(|error| Failure::usage(format!("failed to ask for the passphrase: {error}")))
}

/// One entry of the file of trusted keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Entry {
    name: String,
    public_key: String,
    valid_from: Option<Datetime>,
    valid_until: Option<Datetime>,
    revoked: Option<Datetime>,
    roles: Option<Vec<Role>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entries {
    #[serde(default)]
    key: Vec<Entry>,
}

/// Reads the keys that somebody trusts.
pub(crate) fn trusted_keys(path: &Path) -> Result<TrustedKeys, Failure> {
    let named = display_path(path);
    let entries: Entries = toml::from_str(&text(path)?).map_err(|error| {
        Failure::usage(format!("{named} is no file of trusted keys: {}", error.to_string().trim_end()))
    })?;
    if entries.key.is_empty() {
        return Err(Failure::usage(format!("{named} holds no [[key]], and so nobody would be trusted")));
    }
    let mut trusted: Vec<TrustedKey> = Vec::new();
    for entry in entries.key {
        let wrong = |what: String| Failure::usage(format!("{named}: the key of {} {what}", entry.name));
        let day = |key: &str, date: Option<Datetime>| match date {
            Some(Datetime { date: Some(date), time: None, offset: None }) => Ok(Some(date.to_string())),
            Some(other) => Err(wrong(format!("has {key} = {other}: expected a date such as 2026-01-31"))),
            None => Ok(None),
        };
        let key = match entry.public_key.trim_start().starts_with("-----BEGIN") {
            true => PublicKey::from_pem(&entry.public_key),
            false => PublicKey::from_pem(&text(&path.parent().unwrap_or(Path::new("")).join(&entry.public_key))?),
        };
        let key = key.map_err(|error| wrong(error.to_string()))?;
        if let Some(other) = trusted.iter().find(|other| other.key == key) {
            return Err(wrong(format!("is that of {} as well", other.name)));
        }
        let [valid_from, valid_until, revoked] = [
            day("valid-from", entry.valid_from)?,
            day("valid-until", entry.valid_until)?,
            day("revoked", entry.revoked)?,
        ];
        if let (Some(from), Some(until)) = (&valid_from, &valid_until)
            && from > until
        {
            return Err(wrong(format!("is valid from {from} until {until}, which is never")));
        }
        trusted.push(TrustedKey {
            name: entry.name.clone(),
            key,
            valid_from,
            valid_until,
            revoked,
            roles: entry.roles,
        });
    }
    Ok(TrustedKeys(trusted))
}

/// The text of a small file.
fn text(path: &Path) -> Result<String, Failure> {
    let named = display_path(path);
    let failed = |error: &dyn std::fmt::Display| Failure::usage(format!("failed to read {named}: {error}"));
    let met = fs::metadata(path).map_err(|error| failed(&error))?;
    if !met.is_file() || met.len() > BYTES_MAX {
        return Err(Failure::usage(format!(
            "{named} is no file of a key: it is no regular file, or larger than 1 MiB"
        )));
    }
    let bytes = fs::read(path).map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|_| failed(&"it is not UTF-8"))
}

/// The mode of a file that others than its owner may read or write.
#[cfg(unix)]
fn open_to_others(path: &Path) -> Option<u32> {
    let met = fs::metadata(path).ok()?;
    let mode = std::os::unix::fs::PermissionsExt::mode(&met.permissions()) & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}
