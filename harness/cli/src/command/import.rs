//! `phasegate import`.

use std::{fmt::Write as _, path::Path};

use phasegate_adoption::{
    import::{ImportedTests, Listed, TOOLS, TakenOver, dump, pgtap, take_over},
    init::{ignore_runs, write as write_suite},
};
use serde::Serialize;

use super::{
    init::{failure, found, story},
    interrupt::interrupts,
    print_json::print_json,
    runtime::block_on,
};
use crate::{
    args::{Format, Global, ImportCommand, ProjectArgs, display_path, program_name},
    console,
    exit::{Exit, Failure},
};

/// What `import --format json` prints.
#[derive(Serialize)]
struct Imported<'a> {
    written: Vec<String>,
    translated: usize,
    listed: Vec<Left<'a>>,
    without_neighbour: Vec<Left<'a>>,
}

#[derive(Serialize)]
struct Left<'a> {
    file: &'a str,
    line: u32,
    what: &'a str,
    why: &'a str,
}

/// Takes over what another tool has, and lists what it leaves.
pub(super) fn import(global: &Global, asked: &ImportCommand) -> Result<Exit, Failure> {
    match asked {
        ImportCommand::Sqitch(asked) => migrations(global, "sqitch", asked),
        ImportCommand::Alembic(asked) => migrations(global, "alembic", asked),
        ImportCommand::Sqlx(asked) => migrations(global, "sqlx", asked),
        ImportCommand::Flyway(asked) => migrations(global, "flyway", asked),
        ImportCommand::Dump(asked) => {
            let (migrations, listed) = dump(&asked.file).map_err(failure)?;
            let mut notice = |line: &str| console::note(line);
            let server = asked.server.request();
            let write = write_suite(&asked.project, &migrations, server, &mut notice, interrupts()?);
            let mut written = block_on(write)?.map_err(failure)?;
            written.files.extend(ignore_runs(&asked.project).map_err(failure)?);
            tell(global, &TakenOver { migrations, written, translated: 0, listed })
        }
        ImportCommand::Pgtap(asked) => {
            let suite = asked.suite.clone().map_or_else(|| global.suites(), Ok)?;
            let imported = pgtap(&suite, asked.phase.as_deref(), &asked.files).map_err(failure)?;
            tell_of_tests(global, &imported)
        }
        ImportCommand::Unknown(asked) => {
            let (tool, known) = (asked.first().map_or("", String::as_str), TOOLS.join(", "));
            let next = "for migrations of others there is `phasegate init`";
            Err(Failure::usage(format!("nothing is imported of `{tool}`; there is {known}, dump and pgtap; {next}")))
        }
    }
}

fn migrations(global: &Global, tool: &str, asked: &ProjectArgs) -> Result<Exit, Failure> {
    let mut notice = |line: &str| console::note(line);
    let server = asked.server.request();
    let taking = take_over(&asked.project, tool, server, &mut notice, interrupts()?);
    let mut taken = block_on(taking)?.map_err(failure)?;
    taken.written.files.extend(ignore_runs(&asked.project).map_err(failure)?);
    tell(global, &taken)
}

fn tell(global: &Global, taken: &TakenOver) -> Result<Exit, Failure> {
    match global.format {
        Format::Human => {
            let counted = counts(taken.translated, "statements of its tests", &taken.listed);
            let (found, story) = (found(&taken.migrations), story(&taken.migrations, &taken.written));
            let text = format!("{found}{story}{counted}next   {} run\n", program_name());
            console::print(&text)?;
        }
        Format::Json => {
            let (written, listed) = (taken.written.files.clone(), left(&taken.listed));
            print_json(&Imported { written, translated: taken.translated, listed, without_neighbour: Vec::new() })?;
        }
    }
    Ok(Exit::Passed)
}

fn tell_of_tests(global: &Global, imported: &ImportedTests) -> Result<Exit, Failure> {
    let all: Vec<Listed> = imported.listed.iter().chain(&imported.left).cloned().collect();
    let written = imported.written.iter().map(|path| display_path(Path::new(path))).collect::<Vec<_>>();
    match global.format {
        Format::Human => {
            let mut text = format!("found  {} assertions\n", imported.assertions);
            written.iter().for_each(|file| {
                let _ = writeln!(text, "wrote  {file}");
            });
            text.push_str(&counts(imported.translated, "assertions", &all));
            for (index, left) in imported.without_neighbour.iter().enumerate() {
                let _ = writeln!(text, "{}{left}", if index == 0 { "but    " } else { "       " });
            }
            let _ = writeln!(text, "next   {} run", program_name());
            console::print(&text)?;
        }
        Format::Json => {
            let (listed, without_neighbour) = (left(&all), left(&imported.without_neighbour));
            print_json(&Imported { written, translated: imported.translated, listed, without_neighbour })?;
        }
    }
    Ok(Exit::Passed)
}

fn left(listed: &[Listed]) -> Vec<Left<'_>> {
    listed.iter().map(|left| Left { file: &left.file, line: left.line, what: &left.what, why: &left.why }).collect()
}

/// How much became checks, and every part that did not.
fn counts(translated: usize, of_what: &str, listed: &[Listed]) -> String {
    if translated == 0 && listed.is_empty() {
        return String::new();
    }
    let mut text = format!("took   {translated} {of_what}; not taken over: {}\n", listed.len());
    listed.iter().for_each(|left| {
        let _ = writeln!(text, "       {left}");
    });
    text
}
