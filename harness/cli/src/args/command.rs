use clap::{Parser, Subcommand};

use super::{
    AdoptArgs, CheckArgs, CompletionsArgs, DiffArgs, Global, ImportCommand, InitArgs, KeygenArgs, ListArgs, ManArgs,
    ProveArgs, ReportArgs, RunArgs, ServerCommand, SignArgs, VerifyArgs,
};
use crate::exit::EXIT_CODES;

/// Apply a database migration phase by phase, let no phase start before the one before it has passed its exit gates,
/// and leave evidence that a stranger can check offline.
#[derive(Debug, Parser)]
#[command(name = "phasegate", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a server, apply the suites phase by phase, judge every gate, and record it all
    #[command(after_help = EXIT_CODES)]
    Run(RunArgs),
    /// Prove that the gates can fail: try every defect, play every scenario, and record it all
    #[command(after_help = EXIT_CODES)]
    Prove(ProveArgs),
    /// Judge the gates of a suite on a database that exists
    #[command(after_help = EXIT_CODES)]
    Check(CheckArgs),
    /// Write a first suite for the migrations that lie in a folder: found, applied once, and gated by what was seen
    #[command(after_help = EXIT_CODES)]
    Init(InitArgs),
    /// Take over what another tool has: its migrations with their tests, a dump as a baseline, or files of pgTAP as gates
    #[command(subcommand)]
    Import(ImportCommand),
    /// Write what a run observed into the checks that ask for it or failed, once it has been shown
    #[command(after_help = EXIT_CODES)]
    Adopt(AdoptArgs),
    /// List suites, phases, gates and checks
    List(ListArgs),
    /// Print a report, made from a run folder alone
    Report(ReportArgs),
    /// Recompute a run folder offline and say everything that does not hold
    #[command(after_help = EXIT_CODES)]
    Verify(VerifyArgs),
    /// Make a key pair to sign with
    Keygen(KeygenArgs),
    /// Verify a run folder and add a sign-off to it
    #[command(after_help = EXIT_CODES)]
    Sign(SignArgs),
    /// Say what changed between two runs that verify: 0 where they have the same result, 1 where not
    #[command(after_help = EXIT_CODES)]
    Diff(DiffArgs),
    /// Manage the servers that suites run on
    #[command(subcommand)]
    Server(ServerCommand),
    /// Print what completes this command line in a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write one for each verb
    Man(ManArgs),
}
