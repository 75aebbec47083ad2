use std::path::PathBuf;

use clap::Args;

/// Which key is made.
#[derive(Debug, Args)]
pub(crate) struct KeygenArgs {
    /// The file of the private key, which is never overwritten; the public key lies beside it in FILE.pub
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Ask for a passphrase that protects the key
    #[arg(long, conflicts_with = "passphrase_file")]
    pub(crate) passphrase: bool,
    #[command(flatten)]
    pub(crate) protection: PassphraseArgs,
}

/// Where the passphrase of a key comes from.
#[derive(Debug, Args)]
pub(crate) struct PassphraseArgs {
    /// A file whose first line is the passphrase of the key; else PHASEGATE_KEY_PASSPHRASE, else it is asked for on a terminal
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// The key by which the machine attests what it ran.
#[derive(Debug, Args)]
pub(crate) struct AttestArgs {
    /// The private key by which this machine signs what it ran, in attestation.dsse.json of the run folder
    #[arg(long, value_name = "KEY", help_heading = "Signature")]
    pub(crate) attest: Option<PathBuf>,
    /// A file whose first line is the passphrase of that key; else PHASEGATE_KEY_PASSPHRASE
    #[arg(long, value_name = "FILE", requires = "attest", help_heading = "Signature")]
    pub(crate) passphrase_file: Option<PathBuf>,
}
