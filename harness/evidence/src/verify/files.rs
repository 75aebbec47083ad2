//! Whether the files of a folder are those of a run.

use std::collections::BTreeSet;

use super::audit::Audit;
use crate::{Digest, EVENTS_FILE, Event, FolderError, OUTPUTS_FOLDER, PLAN_FILE, folder::FILES};

impl Audit<'_> {
    /// A run folder holds nothing that the run did not leave: a stranger would take it for evidence.
    pub(super) fn belongings(&mut self) -> Result<(), FolderError> {
        let prefix = format!("{OUTPUTS_FOLDER}/");
        for file in self.folder.files()? {
            if !FILES.contains(&file.as_str()) && !file.starts_with(&prefix) {
                self.fault(&file, "is no part of a run folder");
            }
        }
        Ok(())
    }

    /// Every output holds the bytes that its name says and is named by an event, and none is missing.
    pub(super) fn outputs(&mut self, events: &[&Event]) -> Result<(), FolderError> {
        let named: BTreeSet<&Digest> = events.iter().flat_map(|event| event.outputs()).collect();
        let prefix = format!("{OUTPUTS_FOLDER}/");
        let files = self.folder.files()?;
        let stored: BTreeSet<&str> = files.iter().filter_map(|file| file.strip_prefix(&prefix)).collect();
        let finished = matches!(events.last(), Some(Event::RunFinished { .. }));
        for digest in &named {
            if !stored.contains(digest.as_str()) {
                self.fault(&format!("{prefix}{digest}"), "is named by an event and missing");
            }
        }
        for name in stored {
            let file = format!("{prefix}{name}");
            let is_named = named.iter().any(|digest| digest.as_str() == name);
            if !is_named && !finished {
                // It was being written, or its event was, when the run was killed.
                continue;
            }
            if Digest::of(&self.folder.read(&file)?).as_str() != name {
                self.fault(&file, "does not hold the bytes that its name says");
            } else if !is_named {
                self.fault(&file, "is named by no event");
            }
        }
        Ok(())
    }

    /// The run started with the plan that the folder holds.
    pub(super) fn start(&mut self, events: &[&Event], plan: &[u8]) {
        match events.first() {
            Some(Event::RunStarted { plan: digest, .. }) if *digest == Digest::of(plan) => {}
            Some(Event::RunStarted { .. }) => {
                self.fault(PLAN_FILE, "is not the plan that the run started with");
            }
            _ => self.fault(EVENTS_FILE, "does not begin with the start of a run"),
        }
    }
}
