//! A real run folder in which something was changed by somebody who knows nothing of digests.

use std::{
    ffi::OsStr,
    fs::{self, File},
    os::unix::{ffi::OsStrExt as _, fs::symlink},
    path::{Path, PathBuf},
    process::Command,
};

use phasegate_evidence::{OUTPUTS_FOLDER, PLAN_FILE};
use tempfile::TempDir;

use crate::{
    attack::{Broken, Options, Tally},
    chance::Chance,
    failure::Failure,
    phasegate::Phasegate,
    unfinished::only_run,
    workspace::workspace,
};

/// A run and a proof of the smallest suite, as the command left them.
pub(crate) struct Honest {
    _workspaces: [TempDir; 2],
    pub(crate) folders: [PathBuf; 2],
}

impl Honest {
    pub(crate) fn made_by(phasegate: &Phasegate) -> Result<Self, Failure> {
        let workspaces = [workspace(), workspace()];
        let mut folders = [PathBuf::new(), PathBuf::new()];
        for ((workspace, args), folder) in workspaces.iter().zip([&["run"][..], &["prove", "notes"]]).zip(&mut folders)
        {
            let ran = phasegate.run(workspace.path(), args)?;
            let made = only_run(workspace.path()).filter(|_| ran.code == 0);
            *folder = made.ok_or_else(|| Failure::new(format!("no honest folder: {}", ran.shown())))?;
        }
        Ok(Self { _workspaces: workspaces, folders })
    }
}

/// What is done to a folder; gives the names of the files of which `verify` must name one.
type Tampering = fn(&mut Chance, &Path, &[String]) -> Result<Vec<String>, Failure>;

const TAMPERINGS: [(&str, Tampering); 13] = [
    ("a bit flipped", flipped),
    ("a bit flipped", flipped),
    ("a bit flipped", flipped),
    ("a bit flipped", flipped),
    ("a file taken away", taken_away),
    ("a file more", added),
    ("two files swapped", swapped),
    ("a file cut off", cut_off),
    ("bytes more at the end", extended),
    ("a line twice or not at all", lines),
    ("a link to what was there", linked),
    ("a pipe, a folder or a giant", strange),
    ("a name that is no text", no_text),
];

pub(crate) fn tries(options: &Options, tally: &mut Tally<'_>) -> Result<(), Failure> {
    let honest = Honest::made_by(&options.phasegate)?;
    for _ in 0..options.cases(200, 2000) {
        tally.case(|chance| {
            let holder = tempfile::tempdir()?;
            let folder = holder.path().join("run");
            copy(&honest.folders[chance.below(2)], &folder)?;
            let (name, tamper) = chance.pick(&TAMPERINGS);
            let touched = tamper(chance, &folder, &files(&folder)?)?;
            is_named(&options.phasegate, holder.path(), name, &touched)
        })?;
    }
    Ok(())
}

fn is_named(phasegate: &Phasegate, here: &Path, what: &str, touched: &[String]) -> Result<Result<(), Broken>, Failure> {
    let ran = phasegate.run_within(here, &["verify", "run"], None)?;
    // Without a plan it is no run folder at all.
    let no_plan = touched == [PLAN_FILE] && ran.code == 2 && ran.says("it holds no plan.json");
    let named = ran.code == 5 && touched.iter().any(|name| ran.says(&format!("{name}:")));
    Ok(if no_plan || named { Ok(()) } else { Err(format!("{what}: {touched:?}, and {}", ran.shown())) })
}

/// Every file of a folder, by its name in it, in order.
pub(crate) fn files(folder: &Path) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for within in ["", OUTPUTS_FOLDER] {
        for entry in fs::read_dir(folder.join(within))? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                let name = Path::new(within).join(entry.file_name());
                names.push(name.to_string_lossy().into_owned());
            }
        }
    }
    names.sort();
    Ok(names)
}

pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to.join(OUTPUTS_FOLDER))?;
    for name in files(from)? {
        fs::copy(from.join(&name), to.join(&name))?;
    }
    Ok(())
}

fn flipped(chance: &mut Chance, folder: &Path, files: &[String]) -> Result<Vec<String>, Failure> {
    let name = chance.pick(files).clone();
    let mut bytes = fs::read(folder.join(&name))?;
    let at = chance.below(bytes.len());
    bytes[at] ^= 1 << chance.below(8);
    fs::write(folder.join(&name), bytes)?;
    Ok(vec![name])
}

fn taken_away(chance: &mut Chance, folder: &Path, files: &[String]) -> Result<Vec<String>, Failure> {
    let name = chance.pick(files).clone();
    fs::remove_file(folder.join(&name))?;
    Ok(vec![name])
}

fn added(chance: &mut Chance, folder: &Path, files: &[String]) -> Result<Vec<String>, Failure> {
    let name = chance.pick(&["approved.txt", ".hidden", "outputs/more", "plan.json~"]).to_string();
    fs::copy(folder.join(chance.pick(files)), folder.join(&name))?;
    Ok(vec![name])
}

fn swapped(chance: &mut Chance, folder: &Path, files: &[String]) -> Result<Vec<String>, Failure> {
    let one = chance.below(files.len());
    let other = (one + 1 + chance.below(files.len() - 1)) % files.len();
    let [one, other] = [one, other].map(|at| files[at].clone());
    let [one_bytes, other_bytes] = [&one, &other].map(|name| fs::read(folder.join(name)));
    fs::write(folder.join(&one), other_bytes?)?;
    fs::write(folder.join(&other), one_bytes?)?;
    Ok(vec![one, other])
}

fn cut_off(chance: &mut Chance, folder: &Path, files: &[String]) -> Result<Vec<String>, Failure> {
    let name = chance.pick(files).clone();
    let bytes = fs::read(folder.join(&name))?;
    fs::write(folder.join(&name), &bytes[..chance.below(bytes.len())])?;
    Ok(vec![name])
}

fn extended(chance: &mut Chance, folder: &Path, files: &[String]) -> Result<Vec<String>, Failure> {
    let name = chance.pick(files).clone();
    let mut bytes = fs::read(folder.join(&name))?;
    let more = *chance.pick(&["\n", " ", "\0", "{}", "é"]);
    bytes.extend_from_slice(more.as_bytes());
    fs::write(folder.join(&name), bytes)?;
    Ok(vec![name])
}

fn lines(chance: &mut Chance, folder: &Path, files: &[String]) -> Result<Vec<String>, Failure> {
    let name = chance.pick(files).clone();
    let bytes = fs::read(folder.join(&name))?;
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let at = chance.below(lines.len());
    if chance.below(2) == 0 {
        lines.remove(at);
    } else {
        lines.insert(at, lines[at]);
    }
    fs::write(folder.join(&name), lines.concat())?;
    Ok(vec![name])
}

fn linked(chance: &mut Chance, folder: &Path, files: &[String]) -> Result<Vec<String>, Failure> {
    let name = chance.pick(files).clone();
    let elsewhere = folder.with_file_name("elsewhere");
    fs::rename(folder.join(&name), &elsewhere)?;
    symlink(elsewhere, folder.join(&name))?;
    Ok(vec![name])
}

fn strange(chance: &mut Chance, folder: &Path, files: &[String]) -> Result<Vec<String>, Failure> {
    let name = chance.pick(files).clone();
    let path = folder.join(&name);
    fs::remove_file(&path)?;
    match chance.below(4) {
        0 => fs::create_dir(&path)?,
        1 => drop(Command::new("mkfifo").arg(&path).status()?),
        2 => symlink("/dev/zero", &path)?,
        _ => File::create(&path)?.set_len(1 << 40)?,
    }
    Ok(vec![name])
}

fn no_text(chance: &mut Chance, folder: &Path, _: &[String]) -> Result<Vec<String>, Failure> {
    let within = *chance.pick(&["", "outputs/"]);
    fs::write(folder.join(within).join(OsStr::from_bytes(b"a\xffb")), "")?;
    Ok(vec![format!("{within}a\u{fffd}b")])
}
