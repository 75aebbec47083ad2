//! The faults found so far, and reading what they are found in.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fault::{Fault, FaultCode};
use crate::{
    ChainError, Digest, EVENTS_FILE, FORMAT_VERSION, Link, PLAN_FILE, Plan, RunFolder,
    canonical::read_canonical,
    folder::{Entries, FOLDER_BYTES_MAX, run_digest},
    judge::Observation,
    parallel::of_each,
    read_chain,
};

/// The faults found so far in one folder.
pub(super) struct Audit<'a> {
    folder: &'a RunFolder,
    /// The digest of every file that can be read.
    pub(super) files: BTreeMap<String, Digest>,
    /// The sign-offs, by their paths, in their order.
    pub(super) signatures: Vec<String>,
    /// What lies there beside these files, or that they cannot be read.
    estranged: bool,
    faults: Vec<Fault>,
    /// What the next events saw, where it was stored.
    pub(super) ahead: BTreeMap<Digest, Result<Observation, String>>,
}

impl<'a> Audit<'a> {
    /// Reads every file once. What is none that a run can have left is a fault, and is neither opened nor looked into.
    pub(super) fn of(folder: &'a RunFolder) -> Self {
        let mut audit = Self {
            folder,
            files: BTreeMap::new(),
            signatures: Vec::new(),
            estranged: false,
            faults: Vec::new(),
            ahead: BTreeMap::new(),
        };
        let entries = folder.entries().unwrap_or_else(|error| {
            audit.strange(FaultCode::Unreadable, "the folder", error);
            Entries::default()
        });
        audit.signatures = entries.signatures;
        for (name, why) in entries.strangers {
            let code = if why == crate::folder::NO_PART { FaultCode::Added } else { FaultCode::Unreadable };
            audit.strange(code, &name, why);
        }
        if entries.files.values().sum::<u64>() > FOLDER_BYTES_MAX {
            audit.strange(
                FaultCode::Unreadable,
                "the folder",
                format!("is larger than {} GiB", FOLDER_BYTES_MAX >> 30),
            );
            return audit;
        }
        let names: Vec<String> = entries.files.into_keys().collect();
        let digests = of_each(&names, |name| folder.read(name).map(|bytes| Digest::of(&bytes)));
        for (name, digest) in names.into_iter().zip(digests) {
            match digest {
                Ok(digest) => drop(audit.files.insert(name, digest)),
                Err(error) => audit.strange(FaultCode::Unreadable, &name, error),
            }
        }
        audit
    }

    fn strange(&mut self, code: FaultCode, name: &str, why: impl ToString) {
        self.estranged = true;
        self.fault(code, name, why.to_string());
    }

    /// The run digest, where the folder holds nothing but files of a run.
    pub(super) fn run_digest(&self) -> Option<Digest> {
        (!self.estranged).then(|| run_digest(&self.files))
    }

    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    /// One more thing that does not hold.
    pub(super) fn fault(&mut self, code: FaultCode, file: &str, what: impl Into<String>) {
        self.faults.push(Fault { code, file: file.to_owned(), what: what.into() });
    }

    /// The bytes of a file; `None` where it cannot be read, which is a fault already, or is missing, which may be one.
    pub(super) fn stored(&self, name: &str) -> Option<Vec<u8>> {
        self.files.contains_key(name).then(|| self.folder.read(name).ok()).flatten()
    }

    /// The bytes of a sign-off; one that cannot be read is a fault.
    pub(super) fn signature_bytes(&mut self, name: &str) -> Option<Vec<u8>> {
        self.folder.read(name).map_err(|error| self.fault(FaultCode::Unreadable, name, error.to_string())).ok()
    }

    /// The bytes of a file that must be there.
    pub(super) fn read(&mut self, name: &str) -> Option<Vec<u8>> {
        let bytes = self.stored(name);
        if bytes.is_none() && !self.faults.iter().any(|fault| fault.file == name) {
            self.fault(FaultCode::Missing, name, "is missing");
        }
        bytes
    }

    /// The plan, unless it is none or of a format that this version does not read.
    pub(super) fn plan(&mut self) -> Option<Plan> {
        let bytes = self.read(PLAN_FILE)?;
        let format =
            serde_json::from_slice::<Value>(&bytes).ok().and_then(|plan| plan.get("format").and_then(Value::as_u64));
        if let Some(format) = format
            && format != u64::from(FORMAT_VERSION)
        {
            self.fault(FaultCode::UnknownFormat, PLAN_FILE, unknown_format(format));
            return None;
        }
        read_canonical(&bytes)
            .map_err(|error| self.fault(FaultCode::PlanDamaged, PLAN_FILE, format!("is no plan: {error}")))
            .ok()
    }

    /// The events, unless their chain is broken.
    pub(super) fn links(&mut self) -> Option<(Vec<Link>, Digest)> {
        let bytes = self.read(EVENTS_FILE)?;
        let Ok(text) = String::from_utf8(bytes) else {
            self.fault(FaultCode::EventDamaged, EVENTS_FILE, "is not UTF-8");
            return None;
        };
        match read_chain(&text) {
            Ok(whole) => Some(whole),
            Err(error @ ChainError::CutOff) => {
                // A run that was killed while it wrote a line leaves whole lines before it.
                self.fault(of_chain(&error), EVENTS_FILE, error.to_string());
                let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
                read_chain(whole).map_err(|error| self.fault(of_chain(&error), EVENTS_FILE, error.to_string())).ok()
            }
            Err(error) => {
                self.fault(of_chain(&error), EVENTS_FILE, error.to_string());
                None
            }
        }
    }
}

/// The kind of fault that a chain has.
fn of_chain(error: &ChainError) -> FaultCode {
    match error {
        ChainError::Unreadable { .. } => FaultCode::EventDamaged,
        ChainError::Broken { .. } => FaultCode::ChainBroken,
        ChainError::CutOff => FaultCode::Truncated,
    }
}

/// What to do about a folder of a format that this program cannot judge.
fn unknown_format(format: u64) -> String {
    let program = match format {
        1 => "Phasegate 0.1".to_owned(),
        _ => format!("a Phasegate that is newer than {}", env!("CARGO_PKG_VERSION")),
    };
    format!(
        "is of format {format}, and this program judges format {FORMAT_VERSION} only: {program} can verify it, \
         whatever version the plan names"
    )
}
