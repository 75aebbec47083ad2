//! Disks that are full, or become so: that of the run folders, that of the temporary files, that of a server's data. Where no
//! disk may be mounted, no file may grow beyond a size instead.

use std::{fs, path::Path, process::Command};

use phasegate_evidence::OUTPUTS_FOLDER;
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    attack::{Broken, Options, Tally},
    chance::Chance,
    failure::Failure,
    phasegate::{Phasegate, Ran},
    workspace::{change, on_postgres, put, workspace},
};

/// What is full.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Full {
    Runs,
    Temporary,
    Data,
}

/// How much room there is: rarely enough. The smallest suite needs some tens of KiB of each, a server some tens of MiB.
#[derive(Debug)]
struct Room {
    of: Full,
    kib: usize,
    /// Whether the suite has a check that fails: that must not be told as passed, whatever happens.
    fails: bool,
}

impl Room {
    fn any(chance: &mut Chance, of: Full) -> Self {
        let kib = match of {
            Full::Runs => 4 * (1 + chance.below(11)),
            Full::Temporary => 4 * (1 + chance.below(7)),
            Full::Data => 1024 * (20 + chance.below(100)),
        };
        Self { of, kib, fails: chance.below(4) == 0 }
    }
}

/// What says that a disk is full: the system, SQLite, or the limit of a file.
const FULL: [&str; 4] = ["No space left", "disk is full", "disk I/O error", "File too large"];

pub(crate) fn tries(options: &Options, tally: &mut Tally<'_>) -> Result<(), Failure> {
    for (of, few, many) in [(Full::Runs, 12, 60), (Full::Temporary, 12, 60), (Full::Data, 2, 20)] {
        for _ in 0..options.cases(few, many) {
            tally.case(|chance| {
                let room = Room::any(chance, of);
                Ok(holds(&options.phasegate, &room)?.map_err(|why| format!("{room:?}: {why}")))
            })?;
        }
    }
    Ok(())
}

fn holds(phasegate: &Phasegate, room: &Room) -> Result<Result<(), Broken>, Failure> {
    let written = prepared(room);
    let here = written.path();
    let disk = Disk::of(room.kib)?;
    let runs = if room.of == Full::Runs { disk.path().to_owned() } else { here.join("runs") };
    let mut args = vec!["run".to_owned(), "--runs".to_owned(), runs.display().to_string()];
    if room.of == Full::Data {
        args.extend(["--server".to_owned(), "embedded".to_owned()]);
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    // A limit in place of a disk holds for every file, the largest of which takes about a fifth; in blocks of 512 bytes.
    let blocks = (!disk.mounted).then_some(room.kib * 2 / 5);
    let mut command = if room.of == Full::Data && disk.mounted {
        phasegate.command(here, &args)
    } else {
        phasegate.within(here, &args, blocks)
    };
    if room.of != Full::Runs {
        command.env("TMPDIR", disk.path());
    }
    let ran = Ran::from(command.output()?);
    let run = fs::read_dir(&runs).into_iter().flatten().flatten().map(|entry| entry.path()).next();
    Ok(is_told_as_it_is(phasegate, here, room, &ran, run.as_deref()).map_err(|why| format!("{why}: {}", ran.shown())))
}

fn prepared(room: &Room) -> TempDir {
    let written = workspace();
    let here = written.path();
    let gate = "forensic-tests/suites/notes/gates/2-title/2.1-title.toml";
    if room.of == Full::Data {
        on_postgres(here);
        let many = "ALTER TABLE notes ADD COLUMN title TEXT;\n\
            INSERT INTO notes (text) SELECT repeat(md5(i::text), 50) FROM generate_series(1, 20000) i;\n";
        put(here, "fixtures/notes/phases/2.sql", many);
        change(here, gate, "[[\"2\"]]", "[[\"20002\"]]");
    }
    if room.fails {
        change(here, gate, "count(*)", "count(*) + 1");
    }
    written
}

/// A run that says it passed has passed and verifies; any other says that a disk is full, and calls no check failed by it.
fn is_told_as_it_is(
    phasegate: &Phasegate,
    here: &Path,
    room: &Room,
    ran: &Ran,
    run: Option<&Path>,
) -> Result<(), Broken> {
    ran.is_orderly()?;
    let required = run.map(|run| phasegate.run(here, &["verify", "--require", "passed", &run.display().to_string()]));
    let passed = required.and_then(Result::ok).is_some_and(|ran| ran.code == 0);
    if passed != (ran.code == 0) && !(passed && ran.code == 2) {
        return Err("what it ends with and what its folder says differ".to_owned());
    }
    if room.fails && passed {
        return Err("a check that fails has passed".to_owned());
    }
    let failed =
        run.and_then(|run| fs::read(run.join("result.json")).ok()).map_or_else(Vec::new, |result| failed(&result));
    if failed.iter().any(|check| check != "2.1.1" || !room.fails) {
        return Err(format!("a full disk is told as a failed check: {failed:?}"));
    }
    let as_it_fails = room.fails && !failed.is_empty();
    let says =
        FULL.iter().any(|what| ran.says(what) || (ran.says("the connection was lost") && is_in_the_log(run, what)));
    match ran.code {
        0 => Ok(()),
        1 if as_it_fails => Ok(()),
        1..=4 if says => Ok(()),
        _ => Err("it does not say that the disk is full".to_owned()),
    }
}

/// Whether the outputs of a run, of which the end of its server's log is one, hold this. A server whose own log of changes
/// does not fit ends at once and says why only there.
fn is_in_the_log(run: Option<&Path>, what: &str) -> bool {
    let outputs = run.and_then(|run| fs::read_dir(run.join(OUTPUTS_FOLDER)).ok());
    let texts = outputs.into_iter().flatten().flatten().filter_map(|entry| fs::read(entry.path()).ok());
    texts.into_iter().any(|text| String::from_utf8_lossy(&text).contains(what))
}

/// The checks that are said to have failed.
fn failed(result: &[u8]) -> Vec<String> {
    let result: Value = serde_json::from_slice(result).unwrap_or_default();
    let list = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let phases = list(&result, "suites").into_iter().flat_map(|suite| list(&suite, "phases"));
    let checks = phases.flat_map(|phase| list(&phase, "gates")).flat_map(|gate| list(&gate, "checks"));
    let failed = checks.filter(|check| check["verdict"] == "failed");
    failed.map(|check| check["check"].as_str().unwrap_or_default().to_owned()).collect()
}

/// A disk of so many KiB, or a folder where none may be mounted.
struct Disk {
    folder: TempDir,
    mounted: bool,
}

impl Disk {
    fn of(kib: usize) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let options = format!("size={kib}k,mode=1777");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder.path()).output();
        let mounted = mount.is_ok_and(|output| output.status.success());
        Ok(Self { folder, mounted })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.mounted {
            // Whatever still has a file open there keeps it, and nobody else sees it any more.
            let _ = Command::new("umount").arg("--lazy").arg(self.folder.path()).status();
        }
    }
}
