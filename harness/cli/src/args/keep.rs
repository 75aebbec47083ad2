use clap::{Args, ValueEnum};
use phasegate_engine::KeepWhen;

/// What stays when a run has ended.
#[derive(Debug, Args)]
pub(crate) struct KeepArgs {
    /// When the databases stay where they are, to be looked at: never, failed, or always, also those of a run that passed;
    /// `server clean --kept RUN` removes them
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        hide_possible_values = true,
        help_heading = "Server"
    )]
    keep: Keep,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Keep {
    Never,
    #[default]
    Failed,
    Always,
}

impl KeepArgs {
    /// What the engine is asked for.
    pub(crate) fn when(&self) -> KeepWhen {
        match self.keep {
            Keep::Never => KeepWhen::Never,
            Keep::Failed => KeepWhen::Failed,
            Keep::Always => KeepWhen::Always,
        }
    }
}
