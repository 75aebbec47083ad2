//! Prisma: `prisma/migrations/NUMBER_name/migration.sql`, forward only.

use super::{
    InitError, Migrations,
    migrations::title,
    project::{Project, below},
    sql::{SqlStep, SqlTool, in_order, migrations, numbered},
};

const FOLDER: &str = "prisma/migrations";
const LOCK: &str = "prisma/migrations/migration_lock.toml";

pub(super) fn find(project: &Project) -> Result<Option<Migrations>, InitError> {
    let mut steps = Vec::new();
    for name in project.folders(FOLDER)? {
        let up = format!("{name}/migration.sql");
        if let Some((number, words)) = numbered(&name)
            && project.has_file(&below(FOLDER, &up))
        {
            let down = format!("{name}/down.sql");
            let down = project.has_file(&below(FOLDER, &down)).then_some(down);
            steps.push(SqlStep { revision: number.to_owned(), title: title(words), up, down, untransacted: false });
        }
    }
    if steps.is_empty() {
        return Ok(None);
    }
    in_order(&mut steps);
    let tool = SqlTool {
        tool: "Prisma",
        because: format!("{} folders with a migration.sql lie in {FOLDER}", steps.len()),
        settings: &[LOCK, "prisma/schema.prisma", ".env"],
        bookkeeping: &["_prisma_migrations"],
        always_in_a_transaction: false,
    };
    migrations(project, &tool, FOLDER.to_owned(), steps).map(Some)
}
