//! Flyway: `V1.2__name.sql`, its way back `U1.2__name.sql`, and `R__name.sql`, which runs again when it changes. `B1.2__name.sql`
//! is a baseline, in place of the versions up to it.

use super::{
    InitError, Migrations,
    migrations::title,
    project::{Project, below, setting},
    sql::{SqlStep, SqlTool, migrations},
};

const TOOL: &str = "Flyway";
const FOLDERS: [&str; 6] =
    ["sql", "migrations", "db/migration", "db/migrations", "src/main/resources/db/migration", "."];
const SETTINGS: [&str; 5] =
    ["flyway.toml", "flyway.conf", "conf/flyway.toml", "conf/flyway.conf", "src/main/resources/application.properties"];

pub(super) fn find(project: &Project) -> Result<Option<Migrations>, InitError> {
    let said = locations(project)?;
    if !said.is_empty() {
        return taken(project, &said);
    }
    for folder in FOLDERS {
        let found = taken(project, &[folder.to_owned()])?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The folders that the settings name.
fn locations(project: &Project) -> Result<Vec<String>, InitError> {
    for place in SETTINGS {
        let text = project.text(place)?.unwrap_or_default();
        let Some(said) = setting(&text, "flyway.locations").or_else(|| setting(&text, "locations")) else { continue };
        let mut folders = Vec::new();
        for said in said.trim_matches(['[', ']']).split(',').map(|said| said.trim().trim_matches(['"', '\''])) {
            let folder = match said.split_once(':') {
                Some(("filesystem", folder)) => folder.to_owned(),
                Some(("classpath", folder)) => format!("src/main/resources/{folder}"),
                _ => said.to_owned(),
            };
            if !project.path(&folder).is_dir() {
                return Err(refused(format!("{place} names {said}, and there is no folder {folder}")));
            }
            folders.push(folder);
        }
        return Ok(folders);
    }
    Ok(Vec::new())
}

/// The migrations of these folders and of those below them, of which Flyway makes one order.
fn taken(project: &Project, folders: &[String]) -> Result<Option<Migrations>, InitError> {
    let folder = match folders {
        [one] => one.clone(),
        _ => ".".to_owned(),
    };
    let mut files = Vec::new();
    for from in folders {
        let found = if from == "." { project.files(from, ".sql")? } else { project.files_below(from, ".sql")? };
        files.extend(found.into_iter().map(|file| if *from == folder { file } else { below(from, &file) }));
    }
    let (steps, baseline) = steps(project, &folder, &files)?;
    if steps.is_empty() {
        return Ok(None);
    }
    let tool = SqlTool {
        tool: TOOL,
        because: format!("{} versions named V...__....sql lie in {}", steps.len(), folders.join(" and ")),
        settings: &SETTINGS,
        bookkeeping: &["flyway_schema_history"],
        always_in_a_transaction: false,
    };
    let mut found = migrations(project, &tool, folder.clone(), steps)?;
    found.baseline.extend(baseline.map(|file| below(&folder, &file)));
    Ok(Some(found))
}

fn refused(why: String) -> InitError {
    InitError::Refused { tool: TOOL, why }
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
    if let Some([((version, _), one), (_, other)]) =
        ways.array_windows().find(|[((one, _), _), ((other, _), _)]| one == other)
    {
        return Err(refused(format!("{one} and {other} are both version {}: only one may be", dotted(version))));
    }
    let mut steps = Vec::new();
    for ((version, name), up) in ways {
        let down = versioned('U').find(|((undone, _), _)| *undone == version).map(|(_, file)| file.clone());
        let conf = project.text(&below(folder, &format!("{up}.conf")))?.unwrap_or_default();
        steps.push(SqlStep {
            revision: dotted(&version),
            title: title(&name),
            up: up.clone(),
            down,
            untransacted: setting(&conf, "executeInTransaction").is_some_and(|said| said == "false"),
        });
    }
    if !steps.is_empty() {
        for file in files {
            if let Some(name) = name_of(file).strip_prefix("R__") {
                let name = name.trim_end_matches(".sql");
                let (revision, up) = (format!("R {name}"), file.clone());
                steps.push(SqlStep { revision, title: title(name), up, down: None, untransacted: false });
            }
        }
    }
    Ok((steps, baseline.map(|(_, file)| file.clone())))
}

/// A version as it is said.
fn dotted(version: &[u64]) -> String {
    version.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}

/// The name of a file without its folders.
fn name_of(file: &str) -> &str {
    file.rsplit_once('/').map_or(file, |(_, name)| name)
}

/// The version in a name such as `V1_2__add_notes.sql`, and what follows it.
fn version(letter: char, file: &str) -> Option<(Vec<u64>, String)> {
    let (version, name) = name_of(file).strip_prefix(letter)?.strip_suffix(".sql")?.split_once("__")?;
    let mut parts: Vec<u64> = version.split(['.', '_']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    // To Flyway 1 and 1.0 are one version.
    while parts.len() > 1 && parts.last() == Some(&0) {
        parts.pop();
    }
    Some((parts, name.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// What is found of a project with these files, of which each holds this text.
    fn found(files: &[(&str, &str)]) -> Result<Option<Migrations>, InitError> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        find(&Project::at(folder.path()).unwrap())
    }

    fn revisions(found: Option<Migrations>) -> Vec<String> {
        found.unwrap().steps.into_iter().map(|step| step.revision).collect()
    }

    /// A folder that nobody looks into is a migration that nobody judges.
    #[test]
    fn versions_in_folders_below_and_in_several_locations_are_one_order() {
        let below = found(&[("sql/V1__a.sql", ""), ("sql/later/V3__c.sql", ""), ("sql/V2__b.sql", "")]).unwrap();
        assert_eq!(revisions(below), ["1", "2", "3"]);
        let conf = ("flyway.toml", "[flyway]\nlocations = [\"filesystem:sql\", \"classpath:db\"]\n");
        let files = [conf, ("sql/V1__a.sql", ""), ("src/main/resources/db/V2__b.sql", ""), ("sql/V3__c.sql", "")];
        let several = found(&files).unwrap().unwrap();
        assert_eq!(several.folder, ".");
        assert_eq!(revisions(Some(several)), ["1", "2", "3"]);
    }

    #[test]
    fn a_location_that_is_not_there_and_a_version_that_is_there_twice_are_refused() {
        let conf = ("flyway.conf", "flyway.locations=filesystem:sql,filesystem:more\n");
        let lost = found(&[conf, ("sql/V1__a.sql", "")]).err().unwrap().to_string();
        assert_eq!(lost, "Flyway: flyway.conf names filesystem:more, and there is no folder more");
        let twice = found(&[("sql/V1__a.sql", ""), ("sql/later/V1.0__b.sql", "")]).err().unwrap().to_string();
        assert_eq!(twice, "Flyway: V1__a.sql and later/V1.0__b.sql are both version 1: only one may be");
    }

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
