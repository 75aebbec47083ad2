//! The list of what an installation consists of, by which a damaged one is known.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read},
    os::unix::{
        ffi::OsStrExt,
        fs::{MetadataExt, PermissionsExt},
    },
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::place::{FORMAT, TEMPLATE};
use crate::{error::ServerError, installation::Installation};

const NAME: &str = "manifest.json";

/// What an installation consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    format: u32,
    /// Where it was made: the programs know their loader by its absolute path, so that a moved one is useless.
    place: PathBuf,
    pub(crate) bin: PathBuf,
    pub(crate) postgres: String,
    pub(crate) timescaledb: Option<String>,
    /// The loader that the programs name when they are not patched, for images.
    pub(crate) loader: String,
    pub(crate) packages: BTreeMap<String, String>,
    /// Every file below the installation.
    files: BTreeMap<String, File>,
}

/// What is known of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    bytes: u64,
    /// When it was last written, in nanoseconds since 1970.
    written_ns: i64,
    /// The SHA-256 of what it holds, or of what it links to.
    sha256: String,
}

/// Which files are read to see whether they hold what they should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Those whose size or time differs: what a start can afford.
    Changed,
    /// All of them: it shows also what a disk has turned by itself.
    All,
}

impl Manifest {
    /// Takes stock of a finished installation.
    pub(crate) fn of(place: &Path, installation: &Installation, loader: String) -> Result<Self, ServerError> {
        Ok(Self {
            format: FORMAT,
            place: place.to_owned(),
            bin: installation.bin.clone(),
            postgres: installation.postgres.clone(),
            timescaledb: installation.timescaledb.clone(),
            loader,
            packages: installation.packages.clone(),
            files: list(place)?,
        })
    }

    /// Writes it, whole or not at all: what makes an installation one.
    pub(crate) fn write(&self) -> Result<(), ServerError> {
        let path = self.place.join(NAME);
        let partial = self.place.join("manifest.json.partial");
        let text = serde_json::to_vec_pretty(self)
            .map_err(|error| ServerError::file("write", &path)(std::io::Error::other(error)))?;
        fs::write(&partial, text).map_err(ServerError::file("write", &partial))?;
        fs::set_permissions(&partial, fs::Permissions::from_mode(0o644))
            .map_err(ServerError::file("open to everybody", &partial))?;
        fs::File::open(&partial).and_then(|file| file.sync_all()).map_err(ServerError::file("sync", &partial))?;
        fs::rename(&partial, &path).map_err(ServerError::file("rename to", &path))
    }

    /// Reads the one at `place` and holds it against the files; else says what is wrong.
    pub(crate) fn check(place: &Path, reading: Reading) -> Result<Self, Wrong> {
        let text = fs::read(place.join(NAME)).map_err(|error| match (error.kind(), place.exists()) {
            (_, false) => Wrong::Missing,
            (io::ErrorKind::NotFound, true) => Wrong::Damaged("it was never finished".to_owned()),
            _ => Wrong::Damaged(format!("its manifest cannot be read: {error}")),
        })?;
        let manifest: Self = serde_json::from_slice(&text)
            .map_err(|_| Wrong::Damaged("its manifest is of another version or damaged".to_owned()))?;
        if manifest.format != FORMAT {
            return Err(Wrong::Damaged("it was made by another version".to_owned()));
        }
        if manifest.place != place {
            return Err(Wrong::Damaged(format!("it was made in {}", manifest.place.display())));
        }
        let mut buffer = Vec::new();
        for (name, file) in &manifest.files {
            if !file.is_at(&place.join(name), reading, &mut buffer).unwrap_or(false) {
                return Err(Wrong::Damaged(format!("{name} is not what was unpacked")));
            }
        }
        Ok(manifest)
    }

    /// The folder of programs, seen from the root of the unpacked tree.
    #[cfg(feature = "container")]
    pub(crate) fn bin_below_root(&self) -> PathBuf {
        self.bin.strip_prefix(self.place.join("root")).unwrap_or(&self.bin).to_owned()
    }

    /// What it describes.
    pub(crate) fn installation(self) -> Installation {
        Installation {
            template: Some(self.place.join(TEMPLATE)),
            bin: self.bin,
            postgres: self.postgres,
            timescaledb: self.timescaledb,
            packages: self.packages,
        }
    }
}

impl File {
    fn of(path: &Path, found: &fs::Metadata, buffer: &mut Vec<u8>) -> io::Result<Self> {
        Ok(Self { bytes: found.len(), written_ns: written_ns(found), sha256: sha256(path, found, buffer)? })
    }

    fn is_at(&self, path: &Path, reading: Reading, buffer: &mut Vec<u8>) -> io::Result<bool> {
        let found = fs::symlink_metadata(path)?;
        let same = self.bytes == found.len() && self.written_ns == written_ns(&found);
        if same && reading == Reading::Changed {
            return Ok(true);
        }
        Ok(self.bytes == found.len() && self.sha256 == sha256(path, &found, buffer)?)
    }
}

fn written_ns(found: &fs::Metadata) -> i64 {
    found.mtime().saturating_mul(1_000_000_000).saturating_add(found.mtime_nsec())
}

fn sha256(path: &Path, found: &fs::Metadata, buffer: &mut Vec<u8>) -> io::Result<String> {
    buffer.clear();
    if found.is_symlink() {
        buffer.extend_from_slice(fs::read_link(path)?.as_os_str().as_bytes());
    } else {
        fs::File::open(path)?.read_to_end(buffer)?;
    }
    Ok(Sha256::digest(&buffer).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Whether a folder in the cache holds a manifest that was written for this very folder.
pub(super) fn is_described(place: &Path) -> bool {
    #[derive(Deserialize)]
    struct Place {
        place: PathBuf,
    }
    let manifest = fs::read(place.join(NAME)).ok().and_then(|text| serde_json::from_slice::<Place>(&text).ok());
    manifest.is_some_and(|manifest| manifest.place == place)
}

/// Why an installation cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wrong {
    Missing,
    Damaged(String),
}

fn list(place: &Path) -> Result<BTreeMap<String, File>, ServerError> {
    let mut buffer = Vec::new();
    let mut files = BTreeMap::new();
    let mut folders = vec![place.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(ServerError::file("read the folder", &folder))? {
            let path = entry.map_err(ServerError::file("read the folder", &folder))?.path();
            let metadata = fs::symlink_metadata(&path).map_err(ServerError::file("read", &path))?;
            if metadata.is_dir() {
                folders.push(path);
            } else if let Ok(name) = path.strip_prefix(place) {
                let file = File::of(&path, &metadata, &mut buffer).map_err(ServerError::file("read", &path))?;
                files.insert(name.to_string_lossy().into_owned(), file);
            }
        }
    }
    Ok(files)
}
