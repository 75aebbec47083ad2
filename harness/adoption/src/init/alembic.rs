//! Alembic: revisions in Python, each naming the one before it, run by `alembic upgrade` and `alembic downgrade`.
//!
//! Alembic connects to wherever `env.py` says. What does not heed `DATABASE_URL` would migrate the user's own database, so that
//! it is not begun with.

use super::{
    InitError, Migrations, Step, Way, database,
    project::{Project, below, setting},
    python::{assigned, first_words, reads_variable, strings},
};

const TOOL: &str = "Alembic";
const INI: &str = "alembic.ini";
/// What is run where `env.py` takes its URL from `alembic.ini`.
const SCRIPT: &str = "alembic_step.py";

pub(super) fn find(project: &Project) -> Result<Option<Migrations>, InitError> {
    let Some(ini) = project.text(INI)? else { return Ok(None) };
    let location = setting(&ini, "script_location").unwrap_or_else(|| "alembic".to_owned());
    let location = location.strip_prefix("%(here)s/").unwrap_or(&location).trim_end_matches('/').to_owned();
    if setting(&ini, "version_locations").is_some() {
        return Err(refused(format!(
            "{INI} names version_locations: revisions are looked for in {location}/versions alone"
        )));
    }
    let folder = format!("{location}/versions");
    let mut revisions = Vec::new();
    let mut texts = Vec::new();
    for file in project.files(&folder, ".py")? {
        let text = project.text(&below(&folder, &file))?.unwrap_or_default();
        revisions.extend(revision(&below(&folder, &file), &text)?);
        texts.push(text);
    }
    if revisions.is_empty() {
        return Ok(None);
    }
    let env = format!("{location}/env.py");
    let reading = project.text(&env)?.unwrap_or_default();
    let takes = takes_url_from(&env, &reading)?;
    let settings = [(INI, setting(&ini, "sqlalchemy.url").unwrap_or_default()), ("env.py", reading)];
    let in_order = in_order(revisions)?;
    Ok(Some(Migrations {
        tool: TOOL,
        because: format!("{INI}, and {} revisions lie in {folder}; {}", in_order.len(), takes.because()),
        kind: database::kind(TOOL, &settings, &[])?,
        timescaledb: database::timescaledb(&texts),
        folder: ".".to_owned(),
        baseline: Vec::new(),
        history: Vec::new(),
        ups_go_through: true,
        steps: steps(in_order, takes),
        bookkeeping: &["alembic_version"],
        inputs: vec![INI.to_owned(), env, format!("{folder}/*.py")],
        made: if takes == Takes::Ini { vec![(SCRIPT.to_owned(), STEP.to_owned())] } else { Vec::new() },
        notes: Vec::new(),
    }))
}

/// Where `env.py` takes the URL of the database from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// The environment.
    Environment,
    /// `alembic.ini`, as Alembic's own template does.
    Ini,
}

impl Takes {
    fn because(self) -> &'static str {
        match self {
            Self::Environment => "env.py reads DATABASE_URL",
            Self::Ini => "env.py takes the URL from alembic.ini, which the script of the phases sets",
        }
    }
}

fn takes_url_from(env: &str, text: &str) -> Result<Takes, InitError> {
    if reads_variable(text, "DATABASE_URL") {
        return Ok(Takes::Environment);
    }
    let from_ini = text.contains("config.get_section(") || text.contains("get_main_option(\"sqlalchemy.url\")");
    let from_elsewhere =
        ["set_main_option(", "create_engine(", "create_async_engine("].iter().any(|call| text.contains(call));
    if from_ini && !from_elsewhere {
        return Ok(Takes::Ini);
    }
    Err(refused(format!(
        "{env} takes its URL neither from DATABASE_URL nor from {INI}, and would migrate a database of yours: add \
         `config.set_main_option(\"sqlalchemy.url\", os.environ[\"DATABASE_URL\"])` where DATABASE_URL is set, then init again"
    )))
}

struct Revision {
    id: String,
    after: Option<String>,
    title: String,
}

/// The revision that a file holds, if it holds one.
fn revision(file: &str, text: &str) -> Result<Option<Revision>, InitError> {
    let Some(id) = assigned(text, "revision").map(strings).and_then(|ids| ids.first().copied()) else {
        return Ok(None);
    };
    let after = assigned(text, "down_revision").unwrap_or("None");
    let after = match (strings(after).as_slice(), after) {
        ([one], _) => Some((*one).to_owned()),
        ([], "None") => None,
        _ => return Err(refused(format!("{file} merges revisions: only one after the other is understood"))),
    };
    let title = first_words(text).unwrap_or(id).to_owned();
    Ok(Some(Revision { id: id.to_owned(), after, title }))
}

/// One after the other, from the one that comes after none.
fn in_order(mut revisions: Vec<Revision>) -> Result<Vec<Revision>, InitError> {
    let mut ordered: Vec<Revision> = Vec::new();
    loop {
        let last = ordered.last().map(|last| last.id.clone());
        let next: Vec<usize> = (0..revisions.len()).filter(|at| revisions[*at].after == last).collect();
        match next.as_slice() {
            [one] => ordered.push(revisions.remove(*one)),
            [] => break,
            several => {
                let ids: Vec<&str> = several.iter().map(|at| revisions[*at].id.as_str()).collect();
                let after = last.map_or("the base".to_owned(), |id| format!("revision {id}"));
                return Err(refused(format!("{} come after {after}: only one may", ids.join(" and "))));
            }
        }
    }
    match revisions.first() {
        None => Ok(ordered),
        Some(lost) => {
            let after = lost.after.as_deref().unwrap_or("None");
            Err(refused(format!("revision {} comes after {after}, which is not there", lost.id)))
        }
    }
}

fn steps(revisions: Vec<Revision>, takes: Takes) -> Vec<Step> {
    let script = format!("{}/{SCRIPT}", super::FOLDER);
    let way = |verb: &str, revision: &str| match takes {
        Takes::Environment => Way::command(&["alembic", verb, revision]),
        Takes::Ini => Way::command(&["python3", &script, verb, revision]),
    };
    let step = |revision: Revision| Step {
        up: way("upgrade", &revision.id),
        down: Some(way("downgrade", revision.after.as_deref().unwrap_or("base"))),
        revision: revision.id,
        title: revision.title,
        untransacted: false,
    };
    revisions.into_iter().map(step).collect()
}

fn refused(why: String) -> InitError {
    InitError::Refused { tool: TOOL, why }
}

const STEP: &str = r#"# Made by `phasegate init`: Alembic on the database that Phasegate hands over, in place of the one that alembic.ini names,
# by the driver that it names.
import os
import sys

from alembic import command
from alembic.config import Config

config = Config("alembic.ini")
scheme = (config.get_main_option("sqlalchemy.url") or "").split(":")[0]
scheme_given, rest = os.environ["DATABASE_URL"].split(":", 1)
if scheme_given == "sqlite":
    rest = "///" + rest
url = (scheme if "+" in scheme else scheme_given) + ":" + rest
config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
getattr(command, sys.argv[1])(config, sys.argv[2])
"#;

#[cfg(test)]
mod tests {
    use super::*;

    fn revision_of(id: &str, after: Option<&str>) -> Revision {
        Revision { id: id.to_owned(), after: after.map(str::to_owned), title: String::new() }
    }

    #[test]
    fn revisions_come_one_after_the_other_whatever_their_files_are_called() {
        let revisions = vec![revision_of("c", Some("b")), revision_of("a", None), revision_of("b", Some("a"))];
        let ids: Vec<String> = in_order(revisions).unwrap().into_iter().map(|revision| revision.id).collect();
        assert_eq!(ids, ["a", "b", "c"]);
    }

    #[test]
    fn two_after_one_and_one_after_nobody_are_refused() {
        let two = vec![revision_of("a", None), revision_of("b", Some("a")), revision_of("c", Some("a"))];
        assert_eq!(in_order(two).err().unwrap().to_string(), "Alembic: b and c come after revision a: only one may");
        let lost = vec![revision_of("a", None), revision_of("b", Some("x"))];
        assert_eq!(in_order(lost).err().unwrap().to_string(), "Alembic: revision b comes after x, which is not there");
    }

    /// What it would migrate is nobody's to try.
    #[test]
    fn a_project_that_heeds_no_url_of_ours_is_refused_before_anything_is_run() {
        let template =
            "connectable = engine_from_config(config.get_section(config.config_ini_section), prefix='sqlalchemy.')";
        assert_eq!(takes_url_from("env.py", template).unwrap(), Takes::Ini);
        assert_eq!(takes_url_from("env.py", "url = os.environ['DATABASE_URL']").unwrap(), Takes::Environment);
        for elsewhere in [
            "from app import settings\nconfig.set_main_option('sqlalchemy.url', settings.url)\nconfig.get_section(x)",
            "engine = create_engine(settings.url)",
            "url = os.environ['APP_DATABASE_URL']",
        ] {
            let refused = takes_url_from("env.py", elsewhere).err().unwrap().to_string();
            assert!(refused.contains("would migrate a database of yours"), "{refused}");
        }
    }
}
