//! Writes the suite: first without gates, to see what its phases do, then with gates that say so. What cannot be finished is
//! taken away again.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use phasegate_engine::{
    Limits, Survey,
    suite::{load, load_draft},
    survey,
};
use phasegate_evidence::{ApplyFailure, Bookkeeping};
use tokio::sync::watch;

use super::{
    FOLDER, InitError, Migrations,
    gates::{GateText, Seen, unseen, validity},
    project::Project,
    remarks::Remark,
    suite::{slug, suite},
};

/// A suite that was written.
#[derive(Debug)]
pub struct Written {
    /// What its phases were tried on.
    pub server: String,
    /// How many of them were seen to apply.
    pub seen: usize,
    /// Why the next one, or the baseline, does not.
    pub stopped: Option<ApplyFailure>,
    /// The files, relative to the project.
    pub files: Vec<String>,
    /// What the reader should know.
    pub remarks: Vec<Remark>,
}

/// Writes a suite for these migrations into the folder `phasegate` of their project. They are applied to a database of our own,
/// and what each does is what its gates will ask for.
///
/// # Errors
/// When there is such a folder already, no server, or a phase of which no gate can be written. Nothing is left then.
pub async fn write(
    root: &Path,
    migrations: &Migrations,
    server: phasegate_server::Request,
    notice: &mut (dyn FnMut(&str) + Send),
    cancel: watch::Receiver<bool>,
) -> Result<Written, InitError> {
    let project = Project::at(root)?;
    let folder = project.path(FOLDER);
    if folder.symlink_metadata().is_ok() {
        return Err(InitError::Exists(folder));
    }
    let mut draft = Draft { folder: Some(folder.clone()), files: Vec::new() };
    for (path, text) in &migrations.made {
        draft.put(path, text)?;
    }
    draft.put(SUITE, &suite(&project, migrations, &[], None)?)?;
    let surveyed = survey(&load_draft(&folder)?, server, Limits::default(), notice, cancel).await?;
    let met = migrations.bookkeeping.iter().filter(|table| is_met(&surveyed, table));
    let bookkeeping: Vec<String> = met.map(|table| (*table).to_owned()).collect();
    draft.put(SUITE, &suite(&project, migrations, &bookkeeping, surveyed.postgres)?)?;
    let mut remarks: Vec<Remark> = migrations.notes.iter().map(Remark::of_all).collect();
    for (index, gates) in gates(migrations, &surveyed, Bookkeeping(&bookkeeping), &mut remarks)?.into_iter().enumerate()
    {
        for gate in gates {
            let name = format!("{}.{}-{}.toml", index + 1, gate.ordinal, gate.name);
            draft.put(&format!("gates/{}/{name}", slug(migrations, index)), &gate.text)?;
        }
    }
    if let Some(major) = surveyed.postgres
        && !phasegate_server::Version::ALL.iter().any(|version| version.major() == major)
    {
        remarks.push(Remark::of_all(format!(
            "the suite is for PostgreSQL {major}, which phasegate does not bring: where there is none, nothing runs; `init --server embedded` writes it for {}",
            phasegate_server::Version::default()
        )));
    }
    load(&folder, &[])?;
    let seen = surveyed.phases.len();
    let files = draft.keep();
    Ok(Written { server: surveyed.server, seen, stopped: surveyed.stopped, files, remarks })
}

const SUITE: &str = "suite.toml";

fn is_met(surveyed: &Survey, table: &str) -> bool {
    surveyed.phases.iter().any(|phase| phase.rows.contains_key(table))
}

/// The gates of each phase.
fn gates(
    migrations: &Migrations,
    surveyed: &Survey,
    books: Bookkeeping<'_>,
    remarks: &mut Vec<Remark>,
) -> Result<Vec<Vec<GateText>>, InitError> {
    let last = surveyed.phases.last().map(|last| &last.rows).into_iter().flatten();
    let held: Vec<&str> =
        last.filter(|(table, rows)| **rows > 0 && !books.keeps(table)).map(|(table, _)| table.as_str()).collect();
    let mut all = Vec::new();
    for (index, step) in migrations.steps.iter().enumerate() {
        let phase = index + 1;
        let has_way_back = step.down.is_some();
        let gates = match surveyed.phases.get(index) {
            Some(surveyed) => Seen { phase, surveyed, has_way_back, books }.gates(remarks),
            None => unseen(phase, has_way_back, &held),
        };
        all.push(gates);
    }
    if surveyed.phases.len() < all.len() {
        let first = surveyed.phases.len() + 1;
        remarks.push(Remark::of_all(format!(
            "nobody has seen what phase {first} and those after it change: their gates 1 ask for `phasegate adopt RUN`, once a run has"
        )));
    }
    if surveyed.stopped.is_none()
        && let Some(last) = all.last_mut()
    {
        let left = not_validated(surveyed, remarks);
        if !left.is_empty() {
            last.push(validity(migrations.steps.len(), &left));
        }
    }
    if let Some(index) = all.iter().position(Vec::is_empty) {
        let step = &migrations.steps[index];
        let why = format!(
            "phase {} ({}) does nothing that can be seen, on tables that hold nothing",
            index + 1,
            step.revision
        );
        return Err(InitError::Refused { tool: migrations.tool, why });
    }
    Ok(all)
}

/// The constraints that are not validated in the end, each with its table, where that holds rows.
fn not_validated(surveyed: &Survey, remarks: &mut Vec<Remark>) -> Vec<(String, String)> {
    let mut open: BTreeMap<&str, bool> = BTreeMap::new();
    for phase in &surveyed.phases {
        let difference = &phase.difference;
        let altered = difference.altered.iter().map(|(key, change)| (key, &change.after));
        for (key, words) in difference.added.iter().chain(altered) {
            if let Some(name) = key.strip_prefix("constraint ") {
                open.insert(name, words.ends_with(" NOT VALID"));
            }
        }
        difference.dropped.keys().filter_map(|key| key.strip_prefix("constraint ")).for_each(|name| {
            open.remove(name);
        });
    }
    let rows = surveyed.phases.last().map(|last| &last.rows);
    let mut left = Vec::new();
    for name in open.into_iter().filter_map(|(name, open)| open.then_some(name)) {
        let tables = rows.into_iter().flatten();
        let found = tables.filter_map(|(table, rows)| {
            let constraint = name.strip_prefix(table.as_str())?.strip_prefix('.')?;
            Some((table, constraint, *rows))
        });
        match found.max_by_key(|(table, ..)| table.len()) {
            Some((table, constraint, rows)) if rows > 0 => left.push((table.clone(), constraint.to_owned())),
            _ => remarks.push(Remark::of_all(format!("{name} is NOT VALID, and no row is there to hold against it"))),
        }
    }
    left
}

/// The files of a suite that is being written. They go with it, unless they are kept.
struct Draft {
    folder: Option<PathBuf>,
    files: Vec<String>,
}

impl Draft {
    fn put(&mut self, path: &str, text: &str) -> Result<(), InitError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let full = folder.join(path);
        let unwritten = |source| InitError::File { what: "write", path: full.clone(), source };
        fs::create_dir_all(full.parent().unwrap_or(folder)).map_err(unwritten)?;
        fs::write(&full, text).map_err(unwritten)?;
        let named = format!("{FOLDER}/{path}");
        if !self.files.contains(&named) {
            self.files.push(named);
        }
        Ok(())
    }

    fn keep(mut self) -> Vec<String> {
        self.folder = None;
        std::mem::take(&mut self.files)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // There is nowhere left to say that it cannot be taken away.
            let _ = fs::remove_dir_all(folder);
        }
    }
}
