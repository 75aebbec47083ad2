//! What a run came to, as its folder and the machine say it.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use phasegate_engine::Finished;
use phasegate_evidence::{ApplyFailure, EVENTS_FILE, Event, ReasonCode, RunFolder, Verdict, read_chain, verify};

/// How long processes that have nothing to live on may take to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// The run folder verifies.
pub(crate) fn verifies(finished: &Finished) {
    let folder = RunFolder::open(&finished.folder).expect("a run folder");
    let found = verify(&folder);
    assert_eq!(found.faults, [], "{}", finished.folder.display());
    assert_eq!(found.result_digest.as_ref(), Some(&finished.result_digest));
}

/// What happened.
pub(crate) fn events(folder: &Path) -> Vec<Event> {
    let text = fs::read_to_string(folder.join(EVENTS_FILE)).expect("readable");
    read_chain(&text).expect("a chain").0.into_iter().map(|link| link.event).collect()
}

/// The verdict of a check, and the code of its reason.
pub(crate) fn check(finished: &Finished, id: &str) -> (Verdict, Option<ReasonCode>) {
    let phases = finished.result.suites.iter().flat_map(|suite| &suite.phases);
    let mut checks = phases.flat_map(|phase| &phase.gates).flat_map(|gate| &gate.checks);
    let check = checks.find(|check| check.check == id).expect("planned");
    (check.verdict, check.reason.as_ref().map(|reason| reason.code))
}

/// Why a phase did not apply.
pub(crate) fn failure<'a>(finished: &'a Finished, id: &str) -> &'a ApplyFailure {
    let mut phases = finished.result.suites.iter().flat_map(|suite| &suite.phases);
    let phase = phases.find(|phase| phase.phase == id).expect("planned");
    phase.failure.as_ref().expect("it did not apply")
}

/// What a failed run left: removed when the test is over.
pub(crate) struct KeptFolder(PathBuf);

impl Drop for KeptFolder {
    fn drop(&mut self) {
        // It may not be there, and the test has said so then.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The run keeps its server's folder and log, and nothing of it runs any more.
pub(crate) fn server_is_kept(finished: &Finished) -> KeptFolder {
    let kept = finished.kept.as_deref().expect("it says what it kept");
    let folder = kept.split("the server's databases are left in ").nth(1).and_then(|rest| rest.split(',').next());
    let folder = KeptFolder(PathBuf::from(folder.unwrap_or_default()));
    assert!(folder.0.join("data/PG_VERSION").is_file(), "{kept}");
    assert!(kept.contains(&format!("its log is {}", folder.0.join("server.log").display())), "{kept}");
    assert!(folder.0.join("server.log").is_file(), "{kept}");
    nothing_runs_in(&folder.0);
    folder
}

/// The run keeps the files of its databases.
pub(crate) fn files_are_kept(finished: &Finished) -> KeptFolder {
    let kept = finished.kept.as_deref().expect("it says what it kept");
    let file = Path::new(kept.lines().next().and_then(|line| line.split("sqlite:").nth(1)).unwrap_or_default());
    assert!(file.is_file(), "{kept}");
    KeptFolder(file.ancestors().nth(2).expect("the folder of the run's files").to_owned())
}

/// Waits until no process works in a server's folder: what has lost its postmaster ends by itself.
fn nothing_runs_in(folder: &Path) {
    let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
    let lives_here = |process: &Path| {
        let place = fs::read_link(process.join("cwd")).unwrap_or_default();
        place.components().any(|part| part.as_os_str().to_string_lossy() == name)
    };
    let since = Instant::now();
    loop {
        let processes = fs::read_dir("/proc").expect("processes").filter_map(|entry| Some(entry.ok()?.path()));
        let left: Vec<PathBuf> = processes.filter(|process| lives_here(process)).collect();
        if left.is_empty() {
            return;
        }
        assert!(since.elapsed() < PATIENCE, "{left:?} still work in {}", folder.display());
        thread::yield_now();
    }
}
