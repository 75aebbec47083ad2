//! The state before the first migration, where somebody has put it beside them.

use super::{
    InitError, Migrations,
    project::{Project, below},
};

/// What it is called. A `schema.sql` or `structure.sql` is none of these: tools write there what all migrations have led to.
const NAMES: [&str; 3] = ["baseline.sql", "legacy.sql", "seed.sql"];
const FOLDERS: [&str; 3] = [".", "db", "baseline"];

/// Adds the files of the baseline to migrations that have none yet.
pub(super) fn find(project: &Project, migrations: &mut Migrations) -> Result<(), InitError> {
    let taken: Vec<String> = std::mem::take(&mut migrations.baseline);
    let folders = [migrations.folder.as_str()].into_iter().chain(FOLDERS);
    let mut found = taken;
    for folder in folders {
        let files = project.files(folder, ".sql")?;
        let here = NAMES.iter().filter(|name| files.iter().any(|file| file == *name));
        found.extend(here.map(|name| below(folder, name)).filter(|path| !found.contains(path)).collect::<Vec<_>>());
        if !found.is_empty() {
            break;
        }
    }
    migrations.baseline = found;
    Ok(())
}
