//! Which tool's migrations lie in a project.

use std::path::Path;

use phasegate_database::Kind;

use super::{
    InitError, Migrations, alembic, baseline, dbmate, diesel, django, flyway, golang_migrate, history, plain, prisma,
    project::Project, rails, sqitch, sqlx,
};

type Find = fn(&Project) -> Result<Option<Migrations>, InitError>;

/// What a tool is called on the command line, and what finds its migrations.
const TOOLS: [(&str, Find); 10] = [
    ("alembic", alembic::find),
    ("sqlx", sqlx::find),
    ("flyway", flyway::find),
    ("sqitch", sqitch::find),
    ("golang-migrate", golang_migrate::find),
    ("diesel", diesel::find),
    ("prisma", prisma::find),
    ("dbmate", dbmate::find),
    ("rails", rails::find),
    ("django", django::find),
];
/// Taken only where there is no tool.
const PLAIN: (&str, Find) = ("plain", plain::find);

/// What the user says, where it cannot be found out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints<'a> {
    /// The tool.
    pub tool: Option<&'a str>,
    /// The kind of database.
    pub kind: Option<Kind>,
    /// The last migration that belongs to the baseline.
    pub baseline: Option<&'a str>,
}

/// Finds the migrations of a project. Nothing is run and nothing is written.
///
/// # Errors
/// When there are none, or those of several tools, or they cannot be taken as they are.
pub fn find(root: &Path, hints: Hints<'_>) -> Result<Migrations, InitError> {
    let project = Project::at(root)?;
    let tools: Vec<(&str, Find)> = match hints.tool {
        None => TOOLS.to_vec(),
        Some(named) => TOOLS.into_iter().chain([PLAIN]).filter(|(name, _)| *name == named).collect(),
    };
    if tools.is_empty() {
        return Err(InitError::UnknownTool(hints.tool.unwrap_or_default().to_owned(), names()));
    }
    let mut found = Vec::new();
    for (name, find) in tools {
        found.extend(find(&project)?.map(|migrations| (name, migrations)));
    }
    if found.is_empty() && hints.tool.is_none() {
        found.extend(PLAIN.1(&project)?.map(|migrations| (PLAIN.0, migrations)));
    }
    if found.len() > 1 {
        let each = found.iter().map(|(name, found)| format!("{name} ({})", found.because));
        return Err(InitError::Several(each.collect::<Vec<_>>().join("; ")));
    }
    taken(&project, found.pop().map(|(_, found)| found), hints)
}

fn taken(project: &Project, found: Option<Migrations>, hints: Hints<'_>) -> Result<Migrations, InitError> {
    let Some(mut migrations) = found else {
        if let Some(tool) = hints.tool {
            return Err(not_of(tool, project));
        }
        return Err(InitError::Nothing { folder: project.root().to_owned(), tools: names() });
    };
    baseline::find(project, &mut migrations)?;
    if let Some(through) = hints.baseline {
        history::split(&mut migrations, through)?;
    }
    if let Some(kind) = hints.kind {
        migrations.kind = (kind, "so says --kind".to_owned());
    }
    Ok(migrations)
}

/// Where there are none of the tool that was named, another may be meant, or another folder.
fn not_of(tool: &str, project: &Project) -> InitError {
    let others = TOOLS.iter().filter(|(name, find)| *name != tool && find(project).is_ok_and(|found| found.is_some()));
    let others: Vec<&str> = others.map(|(name, _)| *name).collect();
    let next = match others.as_slice() {
        [] => "name the folder that holds them".to_owned(),
        others => format!("those of {} lie there: name that tool", others.join(" and ")),
    };
    InitError::NotOf { tool: tool.to_owned(), folder: project.root().to_owned(), next }
}

fn names() -> String {
    TOOLS.iter().chain([&PLAIN]).map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}
