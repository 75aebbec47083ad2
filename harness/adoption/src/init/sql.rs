//! Migrations that are SQL files.

use phasegate_database::Kind;

use super::{
    InitError, Migrations, Step, Way, database,
    project::{Project, below},
};

/// One migration in files, from their folder.
pub(super) struct SqlStep {
    pub(super) revision: String,
    pub(super) title: String,
    pub(super) up: String,
    pub(super) down: Option<String>,
    /// Whether the tool is told to run it outside of a transaction.
    pub(super) untransacted: bool,
}

impl From<SqlStep> for Step {
    fn from(step: SqlStep) -> Self {
        Self {
            revision: step.revision,
            title: step.title,
            up: Way::File(step.up),
            down: step.down.map(Way::File),
            untransacted: step.untransacted,
        }
    }
}

/// What tells the tool and where its settings lie.
pub(super) struct SqlTool<'a> {
    pub(super) tool: &'static str,
    pub(super) because: String,
    pub(super) settings: &'a [&'a str],
    pub(super) bookkeeping: &'static [&'static str],
    /// Whether it runs each file in a transaction whatever stands in it, and fails where one is not allowed.
    pub(super) always_in_a_transaction: bool,
}

/// The migrations of a tool that runs SQL files.
pub(super) fn migrations(
    project: &Project,
    tool: &SqlTool<'_>,
    folder: String,
    steps: Vec<SqlStep>,
) -> Result<Migrations, InitError> {
    let mut texts = Vec::new();
    for step in &steps {
        let both = std::iter::once(&step.up).chain(&step.down);
        let read = both.map(|file| Ok(project.text(&below(&folder, file))?.unwrap_or_default()));
        texts.push(read.collect::<Result<Vec<_>, InitError>>()?);
    }
    let settings = database::settings(project, tool.settings)?;
    let all: Vec<String> = texts.iter().flatten().cloned().collect();
    let kind = database::kind(tool.tool, &settings, &all)?;
    for (step, texts) in steps.iter().zip(&texts) {
        for (file, text) in std::iter::once(&step.up).chain(&step.down).zip(texts) {
            commands_of_psql(tool.tool, kind.0, &below(&folder, file), text)?;
        }
    }
    let step = |(step, texts): (SqlStep, &Vec<String>)| Step {
        untransacted: step.untransacted || texts.iter().any(|text| runs_outside(tool, kind.0, text)),
        ..step.into()
    };
    Ok(Migrations {
        tool: tool.tool,
        because: tool.because.clone(),
        timescaledb: database::timescaledb(&all),
        steps: steps.into_iter().zip(&texts).map(step).collect(),
        kind,
        folder,
        baseline: Vec::new(),
        history: Vec::new(),
        ups_go_through: false,
        bookkeeping: tool.bookkeeping,
        inputs: Vec::new(),
        made: Vec::new(),
        notes: Vec::new(),
    })
}

/// Whether a file begins and ends its transactions itself, or the tool runs what no transaction allows.
fn runs_outside(tool: &SqlTool<'_>, kind: Kind, text: &str) -> bool {
    let statements = kind.split(text).unwrap_or_default();
    let not_allowed = |text: &str| {
        let words: Vec<String> = text.split_whitespace().take(4).map(str::to_uppercase).collect();
        words.iter().any(|word| word == "CONCURRENTLY") || words.first().is_some_and(|word| word == "VACUUM")
    };
    statements.iter().any(|statement| {
        statement.controls_transaction || (!tool.always_in_a_transaction && not_allowed(&statement.text))
    })
}

/// A line that is a command of psql is no SQL, and only psql could run it.
fn commands_of_psql(tool: &'static str, kind: Kind, file: &str, text: &str) -> Result<(), InitError> {
    if kind.split(text).is_ok() {
        return Ok(());
    }
    match text.lines().position(|line| line.starts_with('\\')) {
        None => Ok(()),
        Some(line) => {
            let why = format!(
                "{file}:{}: a command of psql, which is no SQL: take it out, or write the phase as a command that runs psql",
                line + 1
            );
            Err(InitError::Refused { tool, why })
        }
    }
}

/// A name that begins with a number: the number, and what stands behind it.
pub(super) fn numbered(name: &str) -> Option<(&str, &str)> {
    let digits = name.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(name.len());
    if digits == 0 {
        return None;
    }
    Some((&name[..digits], name[digits..].trim_start_matches(['_', '-', '.', ' '])))
}

/// In the order of their numbers, which may be written with different lengths.
pub(super) fn in_order(steps: &mut [SqlStep]) {
    let number = |step: &SqlStep| step.revision.trim_start_matches('0').to_owned();
    steps.sort_by_key(|step| (number(step).len(), number(step), step.up.clone()));
}

/// The numbered files of a folder, each `NUMBER_NAME.up.sql` with its `NUMBER_NAME.down.sql`, or `NUMBER_NAME.sql` alone.
pub(super) fn numbered_files(project: &Project, folder: &str) -> Result<Vec<SqlStep>, InitError> {
    let files = project.files(folder, ".sql")?;
    let mut steps = Vec::new();
    for file in &files {
        let Some(stem) = file.strip_suffix(".up.sql").or_else(|| file.strip_suffix(".sql")) else { continue };
        let Some((number, name)) = numbered(stem).filter(|_| !is_way_back(stem)) else { continue };
        let down = [".down.sql", "_down.sql", "-down.sql", ".undo.sql", ".rollback.sql"];
        let stem_of_up = stem.strip_suffix("_up").or_else(|| stem.strip_suffix("-up")).unwrap_or(stem);
        let down = down.iter().map(|ending| format!("{stem_of_up}{ending}")).find(|down| files.contains(down));
        steps.push(SqlStep {
            revision: number.to_owned(),
            title: super::migrations::title(name.strip_suffix("_up").unwrap_or(name)),
            up: file.clone(),
            down,
            untransacted: false,
        });
    }
    in_order(&mut steps);
    Ok(steps)
}

fn is_way_back(stem: &str) -> bool {
    [".down", "_down", "-down", ".undo", ".rollback"].iter().any(|ending| stem.ends_with(ending))
}
