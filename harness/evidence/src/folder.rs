//! Reading a run folder. Nothing in it is opened that is no regular file, and nothing is read beyond its limit: whoever made
//! the folder may wish that its reader waits for ever.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use crate::{Digest, Plan, canonical::read_canonical};

/// The version of the format of the run folder that this crate writes, and the only one that it reads and judges. It goes
/// up whenever an older program would judge a folder otherwise, whatever the version of the program.
pub const FORMAT_VERSION: u32 = 2;
/// What the run was going to do.
pub const PLAN_FILE: &str = "plan.json";
/// What happened, chained line by line.
pub const EVENTS_FILE: &str = "events.jsonl";
/// What it came to, in canonical JSON.
pub const RESULT_FILE: &str = "result.json";
/// The report for people, re-made from the folder by whoever verifies it.
pub const REPORT_FILE: &str = "report.md";
/// The same as a page for a browser, likewise. It shows the sign-offs too, and so is no part of the run digest.
pub const PAGE_FILE: &str = "report.html";
/// The report for build servers, likewise.
pub const JUNIT_FILE: &str = "junit.xml";
/// What the machine that ran it signed of the run, if it was given a key.
pub const ATTESTATION_FILE: &str = "attestation.dsse.json";
/// What a run folder may hold beside its outputs and sign-offs.
pub(crate) const FILES: [&str; 7] =
    [PLAN_FILE, EVENTS_FILE, RESULT_FILE, REPORT_FILE, PAGE_FILE, JUNIT_FILE, ATTESTATION_FILE];
/// Query results, catalogs, differences and logs, each named by its digest.
pub const OUTPUTS_FOLDER: &str = "outputs";
/// Sign-offs, which may be added to a finished folder and are therefore no part of the run digest.
pub const SIGNATURES_FOLDER: &str = "signatures";

/// Why something is a stranger that is a regular file or a folder.
pub(crate) const NO_PART: &str = "is no part of a run folder";

/// How many bytes all files of a folder may have together.
pub(crate) const FOLDER_BYTES_MAX: u64 = 4 << 30;

/// How many bytes a file of a run folder may have: 512 MiB for the events, 256 MiB for an output,
/// 1 MiB for a sign-off, 64 MiB for any other.
#[must_use]
pub fn file_bytes_max(name: &str) -> u64 {
    match name {
        EVENTS_FILE => 512 << 20,
        name if name.starts_with(OUTPUTS_FOLDER) => 256 << 20,
        name if name.starts_with(SIGNATURES_FOLDER) => 1 << 20,
        _ => 64 << 20,
    }
}

/// A run folder on disk.
#[derive(Debug, Clone)]
pub struct RunFolder {
    path: PathBuf,
}

/// What lies in a run folder, told without opening any of it.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    /// The files but the sign-offs, by their paths with forward slashes, each with its size in bytes.
    pub(crate) files: BTreeMap<String, u64>,
    /// The sign-offs, by their paths, in their order.
    pub(crate) signatures: Vec<String>,
    /// What no run leaves, and why it is none of its.
    pub(crate) strangers: BTreeMap<String, String>,
}

/// A run folder that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The folder is no run folder.
    #[error("{} is no run folder: it holds no {PLAN_FILE}; name a folder below reports/runs", .0.display())]
    NotARun(PathBuf),
    /// A file cannot be read.
    #[error("failed to read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something lies there that no run leaves.
    #[error("{}: {why}", path.display())]
    Stranger {
        /// What lies there.
        path: PathBuf,
        /// Why it is none of a run's.
        why: String,
    },
}

impl RunFolder {
    /// Opens a run folder.
    ///
    /// # Errors
    /// When it holds no plan.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, FolderError> {
        let path = path.into();
        if fs::symlink_metadata(path.join(PLAN_FILE)).is_ok() {
            Ok(Self { path })
        } else {
            Err(FolderError::NotARun(path))
        }
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes of one of its files.
    ///
    /// # Errors
    /// When the file cannot be read, is no regular file or is larger than [`file_bytes_max`].
    pub fn read(&self, name: &str) -> Result<Vec<u8>, FolderError> {
        let path = self.path.join(name);
        let stranger = |why| FolderError::Stranger { path: path.clone(), why };
        let read = || {
            let met = fs::symlink_metadata(&path)?;
            if let Some(why) = no_file(name, &met) {
                return Ok(Err(why));
            }
            let mut bytes = Vec::with_capacity(usize::try_from(met.len()).unwrap_or_default() + 1);
            File::open(&path)?.take(file_bytes_max(name) + 1).read_to_end(&mut bytes)?;
            Ok(if bytes.len() as u64 > file_bytes_max(name) { Err(too_large(name)) } else { Ok(bytes) })
        };
        let unreadable = |source| FolderError::Unreadable { path: path.clone(), source };
        read().map_err(unreadable)?.map_err(stranger)
    }

    /// The plan, as it stands there.
    ///
    /// # Errors
    /// When it cannot be read or is none.
    pub fn plan(&self) -> Result<Plan, FolderError> {
        let stranger = |why| FolderError::Stranger { path: self.path.join(PLAN_FILE), why };
        read_canonical(&self.read(PLAN_FILE)?).map_err(stranger)
    }

    /// The bytes of an output.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn output(&self, digest: &Digest) -> Result<Vec<u8>, FolderError> {
        self.read(&format!("{OUTPUTS_FOLDER}/{digest}"))
    }

    /// The first bytes of an output, and how many it has in all.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn output_head(&self, digest: &Digest, bytes_max: usize) -> Result<(Vec<u8>, u64), FolderError> {
        let name = format!("{OUTPUTS_FOLDER}/{digest}");
        let path = self.path.join(&name);
        let unreadable = |source| FolderError::Unreadable { path: path.clone(), source };
        let met = fs::symlink_metadata(&path).map_err(unreadable)?;
        if let Some(why) = no_file(&name, &met) {
            return Err(FolderError::Stranger { path, why });
        }
        let mut bytes = Vec::new();
        File::open(&path).and_then(|file| file.take(bytes_max as u64).read_to_end(&mut bytes)).map_err(unreadable)?;
        Ok((bytes, met.len()))
    }

    /// What lies in the folder. Folders that no run makes are not looked into.
    pub(crate) fn entries(&self) -> Result<Entries, FolderError> {
        let mut entries = Entries::default();
        for folder in ["", OUTPUTS_FOLDER, SIGNATURES_FOLDER] {
            let path = self.path.join(folder);
            let unreadable = |source| FolderError::Unreadable { path: path.clone(), source };
            if !folder.is_empty() && !fs::symlink_metadata(&path).is_ok_and(|met| met.is_dir()) {
                continue;
            }
            for entry in fs::read_dir(&path).map_err(unreadable)? {
                let entry = entry.map_err(unreadable)?;
                // Of the entry itself, never of what a link leads to.
                let met = entry.metadata().map_err(unreadable)?;
                let within = if folder.is_empty() { String::new() } else { format!("{folder}/") };
                let name = format!("{within}{}", entry.file_name().to_string_lossy());
                let is_folder = [OUTPUTS_FOLDER, SIGNATURES_FOLDER].contains(&name.as_str());
                if entry.file_name().to_str().is_none() || (folder.is_empty() && !is_folder && !FILES.contains(&&*name))
                {
                    entries.strangers.insert(name, NO_PART.to_owned());
                } else if is_folder {
                    if !met.is_dir() {
                        entries.strangers.insert(name, "is no folder".to_owned());
                    }
                } else if let Some(why) = no_file(&name, &met) {
                    entries.strangers.insert(name, why);
                } else if folder == SIGNATURES_FOLDER {
                    entries.signatures.push(name);
                } else if name != PAGE_FILE {
                    entries.files.insert(name, met.len());
                }
            }
        }
        entries.signatures.sort();
        Ok(entries)
    }

    /// The run digest: one digest over every byte of the folder but the sign-offs.
    ///
    /// # Errors
    /// When a file cannot be read, or something lies there that no run leaves.
    pub fn digest(&self) -> Result<Digest, FolderError> {
        let entries = self.entries()?;
        if let Some((name, why)) = entries.strangers.into_iter().next() {
            return Err(FolderError::Stranger { path: self.path.join(name), why });
        }
        let digests = entries.files.into_keys().map(|name| {
            let digest = Digest::of(&self.read(&name)?);
            Ok((name, digest))
        });
        Ok(run_digest(&digests.collect::<Result<_, FolderError>>()?))
    }
}

/// The run digest of a folder whose files have these digests.
pub(crate) fn run_digest(files: &BTreeMap<String, Digest>) -> Digest {
    let lines: String = files.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect();
    Digest::of(lines.as_bytes())
}

/// Why something is no file that a run can have left.
fn no_file(name: &str, met: &fs::Metadata) -> Option<String> {
    if !met.is_file() {
        return Some("is no regular file".to_owned());
    }
    (met.len() > file_bytes_max(name)).then(|| too_large(name))
}

fn too_large(name: &str) -> String {
    format!("is larger than {} MiB", file_bytes_max(name) >> 20)
}
