//! The faults found so far, and reading what they are found in.

use serde_json::Value;

use super::fault::Fault;
use crate::{
    ChainError, Digest, EVENTS_FILE, FORMAT_VERSION, FolderError, Link, PLAN_FILE, Plan, RunFolder, read_chain,
};

/// The faults found so far in one folder.
pub(super) struct Audit<'a> {
    pub(super) folder: &'a RunFolder,
    faults: Vec<Fault>,
}

impl<'a> Audit<'a> {
    pub(super) fn of(folder: &'a RunFolder) -> Self {
        Self { folder, faults: Vec::new() }
    }

    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    /// One more thing that does not hold.
    pub(super) fn fault(&mut self, file: &str, what: impl Into<String>) {
        self.faults.push(Fault { file: file.to_owned(), what: what.into() });
    }

    /// The bytes of a file that must be there.
    pub(super) fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, FolderError> {
        if self.folder.path().join(name).is_file() {
            return Ok(Some(self.folder.read(name)?));
        }
        self.fault(name, "is missing");
        Ok(None)
    }

    /// The bytes of an output; `None` where it is missing, which is a fault of its own.
    pub(super) fn stored(&self, name: &str) -> Result<Option<Vec<u8>>, FolderError> {
        if self.folder.path().join(name).is_file() { self.folder.read(name).map(Some) } else { Ok(None) }
    }

    /// The plan, unless it is none or of a format that this version does not read.
    pub(super) fn plan(&mut self) -> Result<Option<Plan>, FolderError> {
        let bytes = self.folder.read(PLAN_FILE)?;
        let format =
            serde_json::from_slice::<Value>(&bytes).ok().and_then(|plan| plan.get("format").and_then(Value::as_u64));
        if let Some(format) = format
            && format != u64::from(FORMAT_VERSION)
        {
            self.fault(PLAN_FILE, unknown_format(format));
            return Ok(None);
        }
        match serde_json::from_slice(&bytes) {
            Ok(plan) => Ok(Some(plan)),
            Err(error) => {
                self.fault(PLAN_FILE, format!("is no plan: {error}"));
                Ok(None)
            }
        }
    }

    /// The events, unless their chain is broken.
    pub(super) fn links(&mut self) -> Result<Option<(Vec<Link>, Digest)>, FolderError> {
        let Some(bytes) = self.read(EVENTS_FILE)? else {
            return Ok(None);
        };
        let Ok(text) = String::from_utf8(bytes) else {
            self.fault(EVENTS_FILE, "is not UTF-8");
            return Ok(None);
        };
        match read_chain(&text) {
            Ok(whole) => Ok(Some(whole)),
            Err(error @ ChainError::CutOff) => {
                // A run that was killed while it wrote a line leaves whole lines before it.
                self.fault(EVENTS_FILE, error.to_string());
                let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
                Ok(read_chain(whole).map_err(|error| self.fault(EVENTS_FILE, error.to_string())).ok())
            }
            Err(error) => {
                self.fault(EVENTS_FILE, error.to_string());
                Ok(None)
            }
        }
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
