//! Diesel: `migrations/NUMBER_name/{up,down}.sql`, each in a transaction unless its `metadata.toml` says otherwise.

use super::{
    InitError, Migrations,
    migrations::title,
    project::{Project, below, setting},
    sql::{SqlStep, SqlTool, in_order, migrations, numbered},
};

pub(super) fn find(project: &Project) -> Result<Option<Migrations>, InitError> {
    let conf = project.text("diesel.toml")?;
    let named = project.text("Cargo.toml")?.is_some_and(|text| text.contains("diesel"));
    if conf.is_none() && !named {
        return Ok(None);
    }
    let folder = setting(&conf.unwrap_or_default(), "dir").unwrap_or_else(|| "migrations".to_owned());
    let mut steps = Vec::new();
    for name in project.folders(&folder)? {
        let Some((number, words)) = numbered(&name.replace('-', "")).map(|(n, w)| (n.to_owned(), w.to_owned())) else {
            continue;
        };
        let up = format!("{name}/up.sql");
        if !project.has_file(&below(&folder, &up)) {
            continue;
        }
        let down = format!("{name}/down.sql");
        let down = project.has_file(&below(&folder, &down)).then_some(down);
        let told = project.text(&below(&folder, &format!("{name}/metadata.toml")))?.unwrap_or_default();
        let untransacted = setting(&told, "run_in_transaction").is_some_and(|said| said == "false");
        steps.push(SqlStep { revision: number, title: title(&words), up, down, untransacted });
    }
    if steps.is_empty() {
        return Ok(None);
    }
    in_order(&mut steps);
    let tool = SqlTool {
        tool: "Diesel",
        because: format!("{} folders with an up.sql lie in {folder}", steps.len()),
        settings: &[".env", "Cargo.toml"],
        bookkeeping: &["__diesel_schema_migrations"],
        always_in_a_transaction: true,
    };
    migrations(project, &tool, folder, steps).map(Some)
}
