//! What the checks of a run came to, and what they saw.

use std::collections::BTreeMap;

use phasegate_evidence::{
    EVENTS_FILE, Event, OUTPUTS_FOLDER, Plan, Reason, RunFolder, Seen, Verdict, judge::Observation, read_chain,
};

use super::AdoptError;

/// A run folder that was read.
pub(super) struct Observed {
    folder: RunFolder,
    pub(super) plan: Plan,
    /// By suite and check.
    tried: BTreeMap<(String, String), Tried>,
}

/// What a check came to.
pub(super) struct Tried {
    pub(super) verdict: Verdict,
    pub(super) reason: Option<Reason>,
    seen: Seen,
}

impl Observed {
    pub(super) fn read(folder: &RunFolder) -> Result<Self, AdoptError> {
        let unread = |error: &dyn std::fmt::Display| AdoptError::Unread(error.to_string());
        let plan = folder.plan().map_err(|error| unread(&error))?;
        let bytes = folder.read(EVENTS_FILE).map_err(|error| unread(&error))?;
        let (links, _) = read_chain(&String::from_utf8_lossy(&bytes)).map_err(|error| unread(&error))?;
        let tried = links.into_iter().filter_map(|link| match link.event.plain().clone() {
            Event::CheckJudged { suite, check, verdict, reason, observation, .. } => {
                Some(((suite, check), Tried { verdict, reason, seen: observation }))
            }
            _ => None,
        });
        Ok(Self { folder: folder.clone(), plan, tried: tried.collect() })
    }

    /// What a check came to, if it was tried.
    pub(super) fn of(&self, suite: &str, check: &str) -> Option<&Tried> {
        self.tried.get(&(suite.to_owned(), check.to_owned()))
    }

    /// What it saw.
    pub(super) fn seen(&self, tried: &Tried) -> Result<Observation, AdoptError> {
        match &tried.seen {
            Seen::Here(seen) => Ok(seen.as_ref().clone()),
            Seen::Stored(digest) => {
                let unread = |error: &dyn std::fmt::Display| AdoptError::Unread(error.to_string());
                let bytes = self.folder.read(&format!("{OUTPUTS_FOLDER}/{digest}")).map_err(|error| unread(&error))?;
                serde_json::from_slice(&bytes).map_err(|error| unread(&error))
            }
        }
    }
}
