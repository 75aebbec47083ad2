//! The verify scripts of sqitch as checks: a script passes when no statement of it is refused.

use std::path::Path;

use phasegate_database::Kind;

use super::{
    Listed,
    listed::{HOLDS_A_VALUE, first_words},
};
use crate::init::{InitError, Migrations, Way, quoted, slug};

/// A verify script.
pub(super) struct Script {
    /// The path of its gate within the suite, and what it holds; none where no statement of it became a step.
    pub(super) gate: Option<(String, String)>,
    /// How many statements became checks.
    pub(super) checks: usize,
    pub(super) listed: Vec<Listed>,
}

/// The verify scripts of these migrations.
pub(super) fn verify_scripts(root: &Path, migrations: &mut Migrations) -> Result<Vec<Script>, InitError> {
    let mut scripts = Vec::new();
    for (index, step) in migrations.steps.iter().enumerate() {
        let Way::File(deploy) = &step.up else { continue };
        let Some(name) = deploy.strip_prefix("deploy/") else { continue };
        let file = match migrations.folder.as_str() {
            "." => format!("verify/{name}"),
            folder => format!("{folder}/verify/{name}"),
        };
        let path = root.join(&file);
        if !path.is_file() {
            continue;
        }
        let text = std::fs::read_to_string(&path).map_err(|source| InitError::File { what: "read", path, source })?;
        let phase = index + 1;
        let mut script = script(migrations.kind.0, phase, &file, &step.revision, &text);
        if let Some((name, _)) = &mut script.gate {
            *name = format!("gates/{}/{name}", slug(migrations, index));
        }
        scripts.push(script);
    }
    migrations.notes.retain(|note| !note.contains("verify"));
    Ok(scripts)
}

fn script(kind: Kind, phase: usize, file: &str, change: &str, text: &str) -> Script {
    let mut listed = Vec::new();
    let mut leave = |line: u32, what: String, why: String| {
        listed.push(Listed { file: file.to_owned(), line, what, why });
    };
    let statements = match kind.split(text) {
        Ok(statements) => statements,
        Err(fault) => {
            leave(fault.line, "the script".to_owned(), format!("{}; write a check of your own", fault.message));
            Vec::new()
        }
    };
    let id = format!("{phase}.5");
    let title = format!("sqitch's verify script of {change} is accepted, statement by statement");
    let mut gate = format!(
        "# {file}\nid = \"{id}\"\nclaim = {}\n\n[[check]]\nid = \"{id}.1\"\ntitle = {}\n",
        quoted(&format!("what sqitch verifies of {change} holds")),
        quoted(&title)
    );
    let mut checks = 0;
    for statement in statements {
        // What it does is rolled back in any case.
        if statement.controls_transaction {
            continue;
        }
        if let Err(fault) = kind.contained(&statement.text, false) {
            leave(
                statement.line,
                first_words(&statement.text),
                format!("{}, and checks are rolled back", fault.message),
            );
            continue;
        }
        if statement.text.contains("${") {
            leave(statement.line, first_words(&statement.text), HOLDS_A_VALUE.to_owned());
            continue;
        }
        checks += 1;
        gate.push_str(&format!("\n[[check.step]] # line {}\nrun = {}\n", statement.line, quoted(&statement.text)));
    }
    let gate = (checks > 0).then(|| (format!("{id}-verify.toml"), gate));
    Script { gate, checks, listed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_of_a_verify_script_is_a_step_or_listed() {
        let text = "-- Verify notes\nBEGIN;\nSELECT id FROM notes WHERE false;\nCOPY notes TO '/tmp/x';\n\
                    SELECT 1/count(*) FROM notes;\nSELECT '${x}';\nROLLBACK;\n";
        let script = script(Kind::Postgres, 2, "verify/notes.sql", "notes", text);
        assert_eq!((script.checks, script.listed.len()), (2, 2));
        assert_eq!((script.listed[0].line, script.listed[0].what.as_str()), (4, "COPY notes TO '/tmp/x'"));
        assert_eq!((script.listed[1].line, script.listed[1].why.as_str()), (6, HOLDS_A_VALUE));
        let gate = script.gate.expect("a gate").1;
        assert!(gate.contains("# line 3\nrun = \"SELECT id FROM notes WHERE false\""), "{gate}");
    }

    #[test]
    fn a_script_that_only_psql_can_run_is_listed() {
        let script = script(Kind::Postgres, 1, "verify/a.sql", "a", "SELECT 1 \\gset\nSELECT :x;\n");
        assert!(script.gate.is_none());
        assert_eq!(script.listed.len(), 1);
    }
}
