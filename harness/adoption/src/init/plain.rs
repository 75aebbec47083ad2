//! A folder of numbered SQL files without a tool that is known.

use super::{
    InitError, Migrations,
    project::Project,
    sql::{SqlTool, migrations, numbered_files},
};

const FOLDERS: [&str; 8] =
    ["migrations", "db/migrations", "db/migrate", "database/migrations", "sql/migrations", "sql", "schema", "."];

pub(super) fn find(project: &Project) -> Result<Option<Migrations>, InitError> {
    for folder in FOLDERS {
        let steps = numbered_files(project, folder)?;
        if !steps.is_empty() {
            let tool = SqlTool {
                tool: "plain SQL",
                because: format!("{} numbered SQL files lie in {folder}", steps.len()),
                settings: &[".env"],
                bookkeeping: &[],
                always_in_a_transaction: false,
            };
            return migrations(project, &tool, folder.to_owned(), steps).map(Some);
        }
    }
    Ok(None)
}
