//! sqlx: `migrations/VERSION_NAME.sql`, or `.up.sql` with its `.down.sql`. It runs each in a transaction, unless the file
//! begins with `-- no-transaction`.

use super::{
    InitError, Migrations,
    project::{Project, below},
    sql::{SqlTool, migrations, numbered_files},
};

const FOLDER: &str = "migrations";
const MARK: &str = "-- no-transaction";

pub(super) fn find(project: &Project) -> Result<Option<Migrations>, InitError> {
    let told = match project.text("Cargo.toml")? {
        Some(text) if text.contains("sqlx") => "Cargo.toml names sqlx",
        _ if project.has_file("sqlx.toml") => "there is a sqlx.toml",
        _ if project.path(".sqlx").is_dir() => "there is a folder .sqlx",
        _ => return Ok(None),
    };
    let mut steps = numbered_files(project, FOLDER)?;
    if steps.is_empty() {
        return Ok(None);
    }
    for step in &mut steps {
        let text = project.text(&below(FOLDER, &step.up))?.unwrap_or_default();
        step.untransacted = text.starts_with(MARK);
    }
    let tool = SqlTool {
        tool: "sqlx",
        because: format!("{told}, and {} migrations lie in {FOLDER}", steps.len()),
        settings: &[".env", "Cargo.toml"],
        bookkeeping: &["_sqlx_migrations"],
        always_in_a_transaction: true,
    };
    migrations(project, &tool, FOLDER.to_owned(), steps).map(Some)
}
