//! Writes a run folder: the plan first, then each event as it happens, then the result. Never over another folder.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use phasegate_evidence::{
    Chain, Digest, EVENTS_FILE, Event, OUTPUTS_FOLDER, PLAN_FILE, Plan, Precedent, RESULT_FILE, Roots, RunResult,
    SIGNATURES_FOLDER, canonical_bytes, file_bytes_max, run_name,
};

use crate::{proofs::proofs, secrets::Secrets};

/// The writing end of a run folder.
#[derive(Debug)]
pub(crate) struct Recorder {
    folder: PathBuf,
    events: File,
    clock: Clock,
    secrets: Secrets,
    chain: Chain,
    kept: Vec<Event>,
}

/// What is known of a run, beside its plan, when it begins.
#[derive(Debug, Default)]
pub(crate) struct Beginning {
    /// The signed run that it was let to begin after.
    pub(crate) after: Option<Precedent>,
    /// Where the files of its suites lie.
    pub(crate) roots: BTreeMap<String, Roots>,
}

/// Evidence that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The run folder exists already.
    #[error("the run folder {} exists already and is never overwritten", .0.display())]
    Exists(PathBuf),
    /// A file or folder cannot be written.
    #[error("failed to write {}: {source}", path.display())]
    Unwritable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A value has no JSON form.
    #[error("failed to write evidence as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A file would be larger than whoever verifies the folder reads.
    #[error("{} would be larger than {} MiB, and the evidence holds no such file", path.display(), max_bytes >> 20)]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// What it may have.
        max_bytes: u64,
    },
    /// A value has no canonical JSON form.
    #[error(transparent)]
    Canonical(#[from] phasegate_evidence::CanonicalError),
}

impl Recorder {
    /// Makes the folder and writes the plan into it. Nothing that is ever written into it holds one of these secrets.
    pub(crate) fn start(runs: &Path, plan: &Plan, beginning: Beginning, secrets: Secrets) -> Result<Self, RecordError> {
        Self::start_at(Clock::start(), runs, plan, beginning, secrets)
    }

    /// The same, of a run that began earlier.
    pub(crate) fn start_at(
        clock: Clock,
        runs: &Path,
        plan: &Plan,
        beginning: Beginning,
        secrets: Secrets,
    ) -> Result<Self, RecordError> {
        let began = clock.began_unix_ms;
        let run = clock.run();
        let folder = runs.join(&run);
        fs::create_dir_all(runs).map_err(unwritable(runs))?;
        let proofs = proofs(runs, plan);
        if folder.exists() {
            return Err(RecordError::Exists(folder));
        }
        // The folder gets its name when it says that the run began: killed before, a run leaves nothing that could be
        // taken for evidence.
        let unnamed = runs.join(format!(".{run}"));
        fs::create_dir(&unnamed).map_err(unwritable(&unnamed))?;
        for below in [OUTPUTS_FOLDER, SIGNATURES_FOLDER] {
            let path = unnamed.join(below);
            fs::create_dir(&path).map_err(unwritable(&path))?;
        }
        let bytes = secrets.hide_bytes(&canonical_bytes(plan)?).into_owned();
        write_new(&unnamed.join(PLAN_FILE), &bytes)?;
        let path = unnamed.join(EVENTS_FILE);
        let events = OpenOptions::new().append(true).create_new(true).open(&path).map_err(unwritable(&path))?;
        let mut recorder =
            Self { folder: unnamed.clone(), events, clock, secrets, chain: Chain::default(), kept: Vec::new() };
        // The run is named after the time of its first event.
        let Beginning { after, roots } = beginning;
        recorder.append(began, Event::RunStarted { run, plan: Digest::of(&bytes), proofs, after, roots })?;
        fs::rename(&unnamed, &folder).map_err(unwritable(&folder))?;
        recorder.folder = folder;
        Ok(recorder)
    }

    /// Every event so far.
    pub(crate) fn events(&self) -> &[Event] {
        &self.kept
    }

    /// Appends an event. Gives it as it was written, without secrets.
    pub(crate) fn event(&mut self, event: Event) -> Result<&Event, RecordError> {
        self.append(self.clock.unix_ms(), event)
    }

    fn append(&mut self, at_unix_ms: u64, event: Event) -> Result<&Event, RecordError> {
        let event = self.secrets.hide_value(event)?;
        let line = self.chain.append(at_unix_ms, event.clone())?;
        let path = self.folder.join(EVENTS_FILE);
        self.events.write_all(&line).map_err(unwritable(&path))?;
        self.kept.push(event);
        Ok(&self.kept[self.kept.len() - 1])
    }

    /// Stores bytes among the outputs. The same bytes are stored once.
    pub(crate) fn output_bytes(&self, bytes: &[u8]) -> Result<Digest, RecordError> {
        let bytes = &*self.secrets.hide_bytes(bytes);
        let digest = Digest::of(bytes);
        let path = self.folder.join(OUTPUTS_FOLDER).join(digest.as_str());
        let max_bytes = file_bytes_max(OUTPUTS_FOLDER);
        if bytes.len() as u64 > max_bytes {
            return Err(RecordError::TooLarge { path, max_bytes });
        }
        if !path.exists() {
            write_new(&path, bytes)?;
        }
        Ok(digest)
    }

    /// Derives the result, writes it and ends the chain.
    pub(crate) fn finish(mut self, plan: &Plan) -> Result<(PathBuf, RunResult, Digest), RecordError> {
        let result = RunResult::derive(plan, &self.kept);
        let bytes = canonical_bytes(&result)?;
        write_new(&self.folder.join(RESULT_FILE), &bytes)?;
        let digest = Digest::of(&bytes);
        self.event(Event::RunFinished { verdict: result.verdict, result: digest.clone() })?;
        let path = self.folder.join(EVENTS_FILE);
        self.events.sync_all().map_err(unwritable(&path))?;
        Ok((self.folder, result, digest))
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
    let mut file = File::create_new(path).map_err(unwritable(path))?;
    file.write_all(bytes).map_err(unwritable(path))
}

fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> RecordError + use<'_> {
    move |source| RecordError::Unwritable { path: path.to_owned(), source }
}

/// The time of day at which a run began, and the time since then. A clock that is set while the run goes on changes nothing:
/// what came later was written later.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    pub(crate) began_unix_ms: u64,
    since: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { began_unix_ms: u64::try_from(now.as_millis()).unwrap_or(u64::MAX), since: Instant::now() }
    }

    /// The name of the run that began then.
    pub(crate) fn run(self) -> String {
        run_name(self.began_unix_ms, std::process::id())
    }

    fn unix_ms(self) -> u64 {
        let since = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.began_unix_ms.saturating_add(since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        Plan {
            keep_going: false,
            format: 2,
            phasegate: "0".to_owned(),
            judging: phasegate_evidence::judge::Judging::Run,
            suites: Vec::new(),
        }
    }

    #[test]
    fn a_folder_is_never_overwritten() {
        let runs = tempfile::tempdir().expect("temporary folder");
        let clock = Clock::start();
        let first = Recorder::start_at(clock, runs.path(), &plan(), Beginning::default(), Secrets::default());
        assert!(first.is_ok());
        let second = Recorder::start_at(clock, runs.path(), &plan(), Beginning::default(), Secrets::default());
        assert!(matches!(second, Err(RecordError::Exists(_))));
    }

    #[test]
    fn the_plan_is_there_before_anything_happens() {
        let runs = tempfile::tempdir().expect("temporary folder");
        let recorder =
            Recorder::start(runs.path(), &plan(), Beginning::default(), Secrets::default()).expect("recorder");
        assert!(recorder.folder.join(PLAN_FILE).is_file());
        assert!(matches!(recorder.events(), [Event::RunStarted { .. }]));
    }
}
