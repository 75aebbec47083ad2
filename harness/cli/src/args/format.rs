use clap::ValueEnum;

/// The form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Human,
    /// For programs: one JSON object on the standard output, and nothing else there
    Json,
}

/// What a report is rendered to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Rendering {
    /// The summary that a run prints
    Text,
    /// Markdown, in full
    Md,
    /// One page for a browser, in full
    Html,
    /// JUnit XML, for build servers
    Junit,
    /// Test Anything Protocol, version 14
    Tap,
    /// SARIF 2.1.0: the findings, for what shows those of static analyses
    Sarif,
    /// Common Test Report Format, JSON
    Ctrf,
    /// The object that `run --format json` prints
    Json,
}
