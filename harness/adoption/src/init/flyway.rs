//! Flyway: `V1.2__name.sql`, its way back `U1.2__name.sql`, and `R__name.sql`, which runs again when it changes. `B1.2__name.sql`
//! is a baseline, in place of the versions up to it.

use super::{
    InitError, Migrations,
    migrations::title,
    project::{Project, below, setting},
    sql::{SqlStep, SqlTool, migrations},
};

const FOLDERS: [&str; 6] =
    ["sql", "migrations", "db/migration", "db/migrations", "src/main/resources/db/migration", "."];
const SETTINGS: [&str; 5] =
    ["flyway.toml", "flyway.conf", "conf/flyway.toml", "conf/flyway.conf", "src/main/resources/application.properties"];

pub(super) fn find(project: &Project) -> Result<Option<Migrations>, InitError> {
    let mut folders = Vec::new();
    for place in SETTINGS {
        let text = project.text(place)?.unwrap_or_default();
        folders.extend(setting(&text, "flyway.locations").or_else(|| setting(&text, "locations")).map(|said| {
            let said = said.trim_matches(['[', ']', '"', ' ']);
            said.strip_prefix("filesystem:").unwrap_or(said).to_owned()
        }));
    }
    folders.extend(FOLDERS.map(str::to_owned));
    for folder in folders {
        let files = project.files(&folder, ".sql")?;
        let (steps, baseline) = steps(project, &folder, &files)?;
        if steps.is_empty() {
            continue;
        }
        let tool = SqlTool {
            tool: "Flyway",
            because: format!("{} versions named V...__....sql lie in {folder}", steps.len()),
            settings: &SETTINGS,
            bookkeeping: &["flyway_schema_history"],
            always_in_a_transaction: false,
        };
        let mut found = migrations(project, &tool, folder.clone(), steps)?;
        found.baseline.extend(baseline.map(|file| below(&folder, &file)));
        return Ok(Some(found));
    }
    Ok(None)
}

/// The versions in order, then what runs after them; and the latest baseline.
fn steps(project: &Project, folder: &str, files: &[String]) -> Result<(Vec<SqlStep>, Option<String>), InitError> {
    let versioned = |letter: char| files.iter().filter_map(move |file| Some((version(letter, file)?, file)));
    let baseline = versioned('B').max_by(|one, other| one.0.0.cmp(&other.0.0));
    let mut ways: Vec<_> = versioned('V').collect();
    if let Some(((last, _), _)) = &baseline {
        ways.retain(|((version, _), _)| version > last);
    }
    ways.sort();
    let mut steps = Vec::new();
    for ((version, name), up) in ways {
        let down = versioned('U').find(|((undone, _), _)| *undone == version).map(|(_, file)| file.clone());
        let conf = project.text(&below(folder, &format!("{up}.conf")))?.unwrap_or_default();
        steps.push(SqlStep {
            revision: version.iter().map(u64::to_string).collect::<Vec<_>>().join("."),
            title: title(&name),
            up: up.clone(),
            down,
            untransacted: setting(&conf, "executeInTransaction").is_some_and(|said| said == "false"),
        });
    }
    if !steps.is_empty() {
        for file in files {
            if let Some(name) = file.strip_prefix("R__") {
                let name = name.trim_end_matches(".sql");
                let (revision, up) = (format!("R {name}"), file.clone());
                steps.push(SqlStep { revision, title: title(name), up, down: None, untransacted: false });
            }
        }
    }
    Ok((steps, baseline.map(|(_, file)| file.clone())))
}

/// The version in a name such as `V1_2__add_notes.sql`, and what follows it.
fn version(letter: char, file: &str) -> Option<(Vec<u64>, String)> {
    let (version, name) = file.strip_prefix(letter)?.strip_suffix(".sql")?.split_once("__")?;
    let parts = version.split(['.', '_']).map(|part| part.parse().ok());
    Some((parts.collect::<Option<_>>()?, name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers_and_what_is_no_version_is_none() {
        let order = |file| version('V', file).map(|(version, _)| version);
        assert!(order("V10__later.sql") > order("V9.1__earlier.sql"));
        assert_eq!(order("V1_2__x.sql"), order("V1.2__x.sql"));
        for file in ["U1__x.sql", "Vx__x.sql", "V1_x.sql", "V1__x.txt"] {
            assert_eq!(order(file), None, "{file}");
        }
    }
}
