//! Input that somebody damaged, or that is no file at all, within 2 GiB of memory and a minute of processor time.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use forensic_tests::damage::{JSON, SQL, TOML, damage};

use crate::{
    attack::{Broken, Options, Tally},
    chance::Chance,
    failure::Failure,
    phasegate::Ran,
    tampered::{Honest, copy, files},
    workspace::{on_postgres, workspace},
};

/// How deep what is nested on purpose is nested.
const DEPTH: usize = 20_000;

pub(crate) fn tries(options: &Options, tally: &mut Tally<'_>) -> Result<(), Failure> {
    for _ in 0..options.cases(120, 1000) {
        tally.case(|chance| suites(options, chance))?;
    }
    let honest = Honest::made_by(&options.phasegate)?;
    for _ in 0..options.cases(80, 600) {
        tally.case(|chance| folders(options, chance, &honest))?;
    }
    Ok(())
}

/// A suite with a damaged file is refused in one message that names a file, or ends as any other suite may.
fn suites(options: &Options, chance: &mut Chance) -> Result<Result<(), Broken>, Failure> {
    let written = workspace();
    let here = written.path();
    let verbs = [&["list"][..], &["run"], &["prove", "notes"]];
    let args = verbs[chance.below(verbs.len())];
    // No server is started here: of a suite for PostgreSQL only the files are read.
    if args == ["list"] && chance.below(2) == 0 {
        on_postgres(here);
    }
    let names = below(here)?;
    let name = chance.pick(&names).clone();
    let done = spoil(chance, here, &name, &names)?;
    let ran = options.phasegate.run_within(here, args, None)?;
    let told = || {
        ran.is_orderly()?;
        let allowed: &[i32] = if args == ["list"] { &[0, 2] } else { &[0, 1, 2, 4] };
        if !allowed.contains(&ran.code) {
            return Err(ran.shown());
        }
        let named = |path: &PathBuf| path.file_name().is_some_and(|name| ran.stderr.contains(&*name.to_string_lossy()));
        let errors = ran.stderr.lines().filter(|line| line.starts_with("error: ")).count();
        if ran.code == 2 && (errors != 1 || !(names.iter().any(named) || ran.says("suite.toml"))) {
            return Err(format!("not one message that names a file: {}", ran.shown()));
        }
        Ok(())
    };
    Ok(told().map_err(|why| format!("{done} {}, {args:?}: {why}", name.display())))
}

/// A damaged run folder does not verify, and is not reported on as if it did.
fn folders(options: &Options, chance: &mut Chance, honest: &Honest) -> Result<Result<(), Broken>, Failure> {
    let holder = tempfile::tempdir()?;
    let folder = holder.path().join("run");
    let from = chance.pick(&honest.folders);
    copy(from, &folder)?;
    let names: Vec<PathBuf> = files(&folder)?.into_iter().map(PathBuf::from).collect();
    let name = chance.pick(&names).clone();
    let done = spoil(chance, &folder, &name, &names)?;
    let readers = [&["verify", "run"][..], &["verify", "run", "--format", "json"], &["report", "run"]];
    let report = |to| ["report", "run", "--to", to];
    let args: &[&str] = match chance.below(6) {
        at @ 0..3 => readers[at],
        3 => &report("junit"),
        4 => &report("tap"),
        _ => &report("json"),
    };
    let ran = options.phasegate.run_within(holder.path(), args, None)?;
    let path = folder.join(&name);
    // Only of a regular file is it asked what it holds.
    let same =
        fs::symlink_metadata(&path).is_ok_and(|met| met.is_file()) && fs::read(&path)? == fs::read(from.join(&name))?;
    Ok(is_refused(&ran, same, args, &name).map_err(|why| format!("{done} {}, {args:?}: {why}", name.display())))
}

fn is_refused(ran: &Ran, same: bool, args: &[&str], name: &Path) -> Result<(), Broken> {
    ran.is_orderly()?;
    let verifies = args[0] == "verify";
    // A report is made from plan and events alone, whatever the reports beside them say.
    let is_report = ["report.md", "junit.xml"].iter().any(|report| name == Path::new(report));
    let no_plan = name == Path::new("plan.json") && ran.code == 2;
    match ran.code {
        0 if same || (!verifies && is_report) => Ok(()),
        5 if !same => Ok(()),
        _ if no_plan => Ok(()),
        _ => Err(ran.shown()),
    }
}

/// Damages a file or puts something else in its place; says what was done.
fn spoil(chance: &mut Chance, here: &Path, name: &Path, others: &[PathBuf]) -> Result<String, Failure> {
    let path = here.join(name);
    let bytes = fs::read(&path)?;
    let other = fs::read(here.join(chance.pick(others)))?;
    match chance.below(16) {
        0 => {
            fs::remove_file(&path)?;
            Command::new("mkfifo").arg(&path).status()?;
            return Ok("a pipe in place of".to_owned());
        }
        1 => {
            fs::remove_file(&path)?;
            fs::create_dir(&path)?;
            return Ok("a folder in place of".to_owned());
        }
        2 => {
            fs::remove_file(&path)?;
            let target = *chance.pick(&["/dev/zero", "/dev/full", "loop"]);
            symlink(if target == "loop" { &*path } else { Path::new(target) }, &path)?;
            return Ok(format!("a link to {target} in place of"));
        }
        3 => {
            let (open, close, before) =
                *chance.pick(&[("(", ")", "SELECT "), ("[", "]", "x = "), ("{", "}", ""), ("[", "]", "")]);
            let nested = format!("{before}{}{};\n", open.repeat(DEPTH), close.repeat(DEPTH));
            fs::write(&path, [&bytes[..], nested.as_bytes()].concat())?;
            return Ok(format!("`{before}{open}` {DEPTH} deep at the end of"));
        }
        _ => {}
    }
    let tokens = match path.extension().and_then(|extension| extension.to_str()) {
        Some("toml") => TOML,
        Some("sql") => SQL,
        _ => JSON,
    };
    let damage = chance.any(&damage(tokens))?;
    fs::write(&path, damage.to(&bytes, &other))?;
    Ok(format!("{damage:?} of"))
}

/// Every file of a workspace, relative to it, in order.
fn below(here: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    let mut waiting = vec![here.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                files.push(path.strip_prefix(here).map(Path::to_owned)?);
            }
        }
    }
    files.sort();
    Ok(files)
}
