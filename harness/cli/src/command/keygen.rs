//! `phasegate keygen`.

use phasegate_evidence::sign::PrivateKey;
use serde::Serialize;

use super::print_json::print_json;
use crate::{
    args::{Format, Global, KeygenArgs, display_path},
    console,
    exit::{Exit, Failure},
    keys::{asked_for, given_passphrase, public_path, write_key},
};

#[derive(Serialize)]
struct Made {
    private_key: String,
    public_key: String,
    key: String,
    protected: bool,
}

/// Makes a key pair.
pub(super) fn keygen(global: &Global, asked: &KeygenArgs) -> Result<Exit, Failure> {
    let passphrase = match asked.passphrase {
        true => Some(chosen()?),
        false => given_passphrase(&asked.protection)?,
    };
    let key = PrivateKey::generate().map_err(|error| Failure::usage(format!("the key {error}")))?;
    let public = write_key(&asked.file, &key, passphrase.as_deref())?;
    let made = Made {
        private_key: display_path(&asked.file),
        public_key: display_path(&public_path(&asked.file)),
        key: public.id().to_string(),
        protected: passphrase.is_some(),
    };
    match global.format {
        Format::Json => print_json(&made)?,
        Format::Human => {
            let protected =
                if made.protected { "protected by the passphrase" } else { "not protected by a passphrase" };
            console::print(&format!(
                "  private key  {} (mode 0600, {protected})\n  public key   {}\n  key          {}\n",
                made.private_key, made.public_key, made.key
            ))?;
        }
    }
    Ok(Exit::Passed)
}

/// A passphrase that was typed twice.
fn chosen() -> Result<String, Failure> {
    let ask = |prompt: &str| {
        let no_terminal =
            || Failure::usage("there is no terminal to ask for a passphrase on; use --passphrase-file FILE");
        asked_for(prompt)?.ok_or_else(no_terminal)
    };
    let passphrase = ask("passphrase: ")?;
    if passphrase.is_empty() {
        return Err(Failure::usage("an empty passphrase protects nothing"));
    }
    if ask("once more: ")? != passphrase {
        return Err(Failure::usage("the two passphrases differ"));
    }
    Ok(passphrase)
}
