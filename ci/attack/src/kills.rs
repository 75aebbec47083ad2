//! SIGKILL in the middle of a run or a proof. The moment is told by what the command has written until then: so many events,
//! or so many files of its server.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    thread,
};

use tempfile::TempDir;

use crate::{
    attack::{Broken, Options, Tally},
    chance::Chance,
    failure::Failure,
    left,
    phasegate::Phasegate,
    server::Somebodys,
    unfinished::{UNFINISHED, only_run, whole_lines},
    workspace::{on_postgres, with_an_endless_check, with_an_endless_scenario, workspace},
};

/// Where the databases of a killed command lie.
#[derive(Debug, Clone, Copy, PartialEq)]
enum On {
    Files,
    Embedded,
    External,
}

/// A command that never ends, and when it is killed.
#[derive(Debug)]
struct Kill {
    on: On,
    proves: bool,
    lines: usize,
    files: usize,
}

/// Events that each such command writes at least before it stays for ever.
const LINES: [usize; 2] = [14, 20];
/// Files that an embedded server has at least.
const FILES: usize = 900;

impl Kill {
    fn any(chance: &mut Chance) -> Self {
        let on = *chance.pick(&[On::Files, On::Embedded, On::Embedded, On::External]);
        let proves = chance.below(2) == 1;
        let lines = chance.below(LINES[usize::from(proves)] + 1);
        // What a server writes is looked at only where there is one, and every other time.
        let files = if on == On::Embedded && chance.below(2) == 0 { 1 + chance.below(FILES) } else { usize::MAX };
        Self { on, proves, lines: if files < usize::MAX { LINES[0] } else { lines }, files }
    }

    fn args<'a>(&self, url: &'a str) -> Vec<&'a str> {
        let verb: &[&str] = if self.proves { &["prove", "notes"] } else { &["run"] };
        let server: &[&str] = match self.on {
            On::Files => &[],
            On::Embedded => &["--server", "embedded"],
            On::External => &["--server", "external", "--database-url", url],
        };
        [verb, server].concat()
    }
}

pub(crate) fn tries(options: &Options, tally: &mut Tally<'_>) -> Result<(), Failure> {
    let server = Somebodys::started()?;
    for _ in 0..options.cases(8, 60) {
        tally.case(|chance| {
            let kill = Kill::any(chance);
            let held = holds(&options.phasegate, &server, &kill)?;
            Ok(held.map_err(|why| format!("{kill:?}: {why}")))
        })?;
    }
    Ok(())
}

fn holds(phasegate: &Phasegate, server: &Somebodys, kill: &Kill) -> Result<Result<(), Broken>, Failure> {
    let killed = workspace();
    let here = killed.path();
    if kill.proves {
        with_an_endless_scenario(here);
    } else {
        with_an_endless_check(here);
    }
    if kill.on != On::Files {
        on_postgres(here);
    }
    let url = server.maintenance();
    let folder = killed_at(phasegate, here, kill, &url)?;
    if let Some(folder) = folder {
        let verified = phasegate.run(here, &["verify", &folder.display().to_string()])?;
        let unfinished = verified.code == 5 && verified.says(UNFINISHED);
        // Before the first event the folder may hold less than a run folder does.
        let begun = whole_lines(&folder) > 0;
        if !unfinished && (begun || ![2, 5].contains(&verified.code)) {
            return Ok(Err(format!("it is not called unfinished, and {}", verified.shown())));
        }
    }
    leaves_nothing(phasegate, server, here, kill, &url)
}

/// Starts the command, kills it at the moment, and gives its run folder where it has come to one.
fn killed_at(phasegate: &Phasegate, here: &Path, kill: &Kill, url: &str) -> Result<Option<PathBuf>, Failure> {
    let mut command = phasegate.command(here, &kill.args(url));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    loop {
        let lines = only_run(here).map_or(0, |folder| whole_lines(&folder));
        if lines >= kill.lines || (kill.files < usize::MAX && left::made(here) >= kill.files) {
            break;
        }
        if let Some(status) = child.try_wait()? {
            return Err(Failure::new(format!("it ended with {status} before it was killed: {kill:?}")));
        }
        thread::yield_now();
    }
    child.kill()?;
    child.wait()?;
    Ok(only_run(here))
}

/// After the next start nothing of the killed command is there any more.
fn leaves_nothing(
    phasegate: &Phasegate,
    server: &Somebodys,
    here: &Path,
    kill: &Kill,
    url: &str,
) -> Result<Result<(), Broken>, Failure> {
    let next: TempDir = workspace();
    if kill.on != On::Files {
        on_postgres(next.path());
    }
    let args = Kill { proves: false, ..*kill }.args(url);
    let output = phasegate.command(next.path(), &args).env("TMPDIR", here).output()?;
    if !output.status.success() {
        return Ok(Err(format!("the next start: {}", crate::phasegate::Ran::from(output).shown())));
    }
    if let Err(left) = left::nothing(here) {
        return Ok(Err(left));
    }
    let ours = "SELECT datname FROM pg_database WHERE datname LIKE 'phasegate%'";
    let databases = server.psql(url, &[ours])?;
    Ok(if databases.is_empty() { Ok(()) } else { Err(format!("databases left behind: {databases}")) })
}
