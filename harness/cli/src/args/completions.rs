use clap::Args;
use clap_complete::Shell;

/// For which shell.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell: for bash, source it from ~/.bashrc: `source <(phasegate completions bash)`
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}
