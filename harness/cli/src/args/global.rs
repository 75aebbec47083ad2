use std::{
    env,
    path::{Path, PathBuf},
};

use clap::{Args, ColorChoice};

use super::{
    Format,
    home::{Home, SUITES},
};
use crate::exit::Failure;

/// The options of every verb.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// The form of the output: human, or json (one object on the standard output, and nothing else there)
    #[arg(long, global = true, value_enum, hide_possible_values = true, default_value_t, help_heading = "Everywhere")]
    pub(crate) format: Format,
    /// When to print colours: auto (on a terminal, unless NO_COLOR is set), always or never
    #[arg(
        long,
        global = true,
        env = "CARGO_TERM_COLOR",
        value_enum,
        value_name = "WHEN",
        hide_possible_values = true,
        default_value_t,
        help_heading = "Everywhere"
    )]
    pub(crate) color: ColorChoice,
    /// The folder of the suites, or of one [default: forensic-tests/suites, phasegate or suites, here or in a folder above]
    #[arg(long, global = true, env = "PHASEGATE_SUITES", value_name = "DIR", help_heading = "Everywhere")]
    suites: Option<PathBuf>,
    /// The folder of the runs [default: reports/runs beside the folder of the suites]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Everywhere")]
    runs: Option<PathBuf>,
}

impl Global {
    /// The folder of the suites.
    pub(crate) fn suites(&self) -> Result<PathBuf, Failure> {
        match &self.suites {
            Some(folder) if folder.is_dir() => Ok(folder.clone()),
            Some(folder) => Err(Failure::usage(format!(
                "there is no folder {}: name with --suites the folder that holds the suites, or one suite",
                folder.display()
            ))),
            None => Home::find()?.map(|home| home.suites).ok_or_else(|| {
                let looked_for = SUITES.join(", ");
                Failure::usage(format!(
                    "no suite in {looked_for} here or in a folder above: `phasegate init` writes one for the migrations that lie \
                     here, and --suites names a folder of suites elsewhere"
                ))
            }),
        }
    }

    /// The folder of the runs, which need not exist yet.
    pub(crate) fn runs(&self) -> PathBuf {
        // Where it cannot be told whose runs they are, they are nobody's: whatever judges suites is refused before.
        let home = || Home::find().ok().flatten();
        self.runs.clone().unwrap_or_else(|| home().map_or_else(Home::runs_here, |home| home.runs))
    }

    /// The folder of a run that is named by its path, or by its name among the runs.
    pub(crate) fn run(&self, named: &Path) -> PathBuf {
        let among_runs = self.runs().join(named);
        if !named.exists() && among_runs.is_dir() { among_runs } else { named.to_owned() }
    }
}

/// A path as the user would type it: relative to here where that is shorter.
pub(crate) fn display_path(path: &Path) -> String {
    let here = env::current_dir().ok();
    let relative = here.and_then(|here| path.strip_prefix(here).ok());
    relative.unwrap_or(path).display().to_string()
}

/// The program as the user called it: by its name, or by the alias of a checkout.
pub(crate) fn program_name() -> &'static str {
    if env::var_os("CARGO").is_some() { "cargo phasegate" } else { "phasegate" }
}
