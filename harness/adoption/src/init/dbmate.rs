//! dbmate: `db/migrations/NUMBER_name.sql`, both ways in one file behind the lines `-- migrate:up` and `-- migrate:down`. A phase is a
//! whole file, so that each way is copied into one of its own.

use super::{
    InitError, Migrations,
    migrations::title,
    project::{Project, below},
    sql::{SqlStep, SqlTool, in_order, migrations, numbered},
};

const FOLDERS: [&str; 2] = ["db/migrations", "migrations"];
const UP: &str = "-- migrate:up";
const DOWN: &str = "-- migrate:down";
/// Where the copies lie within the suite.
const COPIES: &str = "dbmate";

pub(super) fn find(project: &Project) -> Result<Option<Migrations>, InitError> {
    for folder in FOLDERS {
        let mut steps = Vec::new();
        let mut made = Vec::new();
        for file in project.files(folder, ".sql")? {
            let text = project.text(&below(folder, &file))?.unwrap_or_default();
            let (Some((number, name)), Some(ways)) = (numbered(file.trim_end_matches(".sql")), ways(&text)) else {
                continue;
            };
            let stem = file.trim_end_matches(".sql");
            let mut copy = |ending: &str, text: &str| {
                let head = format!("-- A copy by `phasegate init`: {} is what dbmate runs.\n", below(folder, &file));
                made.push((format!("{COPIES}/{stem}.{ending}.sql"), format!("{head}{text}")));
                format!("{stem}.{ending}.sql")
            };
            steps.push(SqlStep {
                revision: number.to_owned(),
                title: title(name),
                up: copy("up", ways.up),
                down: ways.down.map(|down| copy("down", down)),
                untransacted: ways.untransacted,
            });
        }
        if steps.is_empty() {
            continue;
        }
        in_order(&mut steps);
        let tool = SqlTool {
            tool: "dbmate",
            because: format!("{} files with a line `{UP}` lie in {folder}", steps.len()),
            settings: &[".env"],
            bookkeeping: &["schema_migrations"],
            always_in_a_transaction: true,
        };
        let mut found = migrations(project, &tool, folder.to_owned(), Vec::new())?;
        let texts: Vec<String> = made.iter().map(|(_, text)| text.clone()).collect();
        found.timescaledb = super::database::timescaledb(&texts);
        found.steps = steps.into_iter().map(Into::into).collect();
        found.folder = format!("{}/{COPIES}", super::FOLDER);
        found.made = made;
        found
            .notes
            .push(format!("phases run the copies in {}: init again when a file of {folder} changes", found.folder));
        return Ok(Some(found));
    }
    Ok(None)
}

struct Ways<'t> {
    up: &'t str,
    down: Option<&'t str>,
    untransacted: bool,
}

fn ways(text: &str) -> Option<Ways<'_>> {
    let (_, rest) = text.split_once(UP)?;
    let (options, rest) = rest.split_once('\n')?;
    let (up, down) = match rest.split_once(DOWN) {
        None => (rest, None),
        Some((up, down)) => (up, down.split_once('\n').map(|(_, down)| down)),
    };
    let says_something = |sql: &&str| sql.lines().any(|line| !line.trim().is_empty() && !line.starts_with("--"));
    Some(Ways { up, down: down.filter(says_something), untransacted: options.contains("transaction:false") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_are_told_apart_and_an_empty_way_back_is_none() {
        let both =
            ways("-- migrate:up transaction:false\nCREATE TABLE t ();\n\n-- migrate:down\nDROP TABLE t;\n").unwrap();
        assert_eq!((both.up.trim(), both.down), ("CREATE TABLE t ();", Some("DROP TABLE t;\n")));
        assert!(both.untransacted);
        assert!(ways("-- migrate:up\nSELECT 1;\n-- migrate:down\n\n").unwrap().down.is_none());
        assert!(ways("SELECT 1;").is_none());
    }
}
