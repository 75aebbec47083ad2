//! The migrations that were found: what a suite is written for.

use phasegate_database::Kind;

/// The migrations of a project, as its tool orders them.
#[derive(Debug, Clone)]
pub struct Migrations {
    /// What the tool is called.
    pub tool: &'static str,
    /// What told it: the files that lie there.
    pub because: String,
    /// The kind of database, and what told that.
    pub kind: (Kind, String),
    /// Whether their SQL speaks of TimescaleDB.
    pub timescaledb: bool,
    /// The folder that their files are named from and their commands are started in, relative to the project.
    pub folder: String,
    /// SQL files of the state before them, relative to the project.
    pub baseline: Vec<String>,
    /// Those migrations, in order, that belong to the state before, behind these files.
    pub history: Vec<Step>,
    /// The migrations in order.
    pub steps: Vec<Step>,
    /// Whether a command that goes forward to a migration runs all that come before it, too.
    pub ups_go_through: bool,
    /// Tables in which the tool keeps its books.
    pub bookkeeping: &'static [&'static str],
    /// Files that commands read, as patterns from the folder.
    pub inputs: Vec<String>,
    /// Files that must be made for the suite, by their paths within it, with what they hold.
    pub made: Vec<(String, String)>,
    /// What the user should know of how they were read.
    pub notes: Vec<String>,
}

/// One migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What the tool calls the state that it leads to.
    pub revision: String,
    /// One line that says what it does.
    pub title: String,
    /// The way forward.
    pub up: Way,
    /// The way back, where there is one.
    pub down: Option<Way>,
    /// Whether the tool runs it outside of a transaction.
    pub untransacted: bool,
}

/// What a migration does in one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// An SQL file, from the folder.
    File(String),
    /// A program and its arguments.
    Command(Vec<String>),
}

impl Way {
    /// A command of these words.
    pub(super) fn command(words: &[&str]) -> Self {
        Self::Command(words.iter().map(|word| (*word).to_owned()).collect())
    }
}

/// A title from a name such as `add_due_date`.
pub(super) fn title(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() { name.to_owned() } else { words }
}
