//! golang-migrate: `NUMBER_name.up.sql` and `NUMBER_name.down.sql`. It sends each file as it is, which makes one transaction of
//! several statements.

use super::{
    InitError, Migrations,
    project::Project,
    sql::{SqlTool, migrations, numbered_files},
};

const FOLDERS: [&str; 4] = ["migrations", "db/migrations", "database/migrations", "internal/migrations"];

pub(super) fn find(project: &Project) -> Result<Option<Migrations>, InitError> {
    let go = project.text("go.mod")?;
    if !go.as_ref().is_some_and(|text| text.contains("golang-migrate")) {
        return Ok(None);
    }
    for folder in FOLDERS {
        let steps = numbered_files(project, folder)?;
        if !steps.is_empty() {
            let tool = SqlTool {
                tool: "golang-migrate",
                because: format!("go.mod names it, and {} migrations lie in {folder}", steps.len()),
                settings: &[".env", "go.mod"],
                bookkeeping: &["schema_migrations"],
                always_in_a_transaction: false,
            };
            return migrations(project, &tool, folder.to_owned(), steps).map(Some);
        }
    }
    Ok(None)
}
