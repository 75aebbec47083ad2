//! The list of what an installation consists of, by which a damaged one is known.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

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
    /// Every file below the installation with its size.
    files: BTreeMap<String, u64>,
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
        fs::File::open(&partial).and_then(|file| file.sync_all()).map_err(ServerError::file("sync", &partial))?;
        fs::rename(&partial, &path).map_err(ServerError::file("rename to", &path))
    }

    /// Reads the one at `place` and holds it against the files; else says what is wrong.
    pub(crate) fn check(place: &Path) -> Result<Self, Wrong> {
        let text = fs::read(place.join(NAME)).map_err(|_| match place.exists() {
            true => Wrong::Damaged("it was never finished".to_owned()),
            false => Wrong::Missing,
        })?;
        let manifest: Self = serde_json::from_slice(&text)
            .map_err(|_| Wrong::Damaged("its manifest is of another version or damaged".to_owned()))?;
        if manifest.format != FORMAT {
            return Err(Wrong::Damaged("it was made by another version".to_owned()));
        }
        if manifest.place != place {
            return Err(Wrong::Damaged(format!("it was made in {}", manifest.place.display())));
        }
        for (file, size) in &manifest.files {
            let found = fs::symlink_metadata(place.join(file)).map(|metadata| metadata.len()).ok();
            if found != Some(*size) {
                return Err(Wrong::Damaged(format!("{file} is not what was unpacked")));
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

/// Why an installation cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wrong {
    Missing,
    Damaged(String),
}

fn list(place: &Path) -> Result<BTreeMap<String, u64>, ServerError> {
    let mut files = BTreeMap::new();
    let mut folders = vec![place.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(ServerError::file("read the folder", &folder))? {
            let path = entry.map_err(ServerError::file("read the folder", &folder))?.path();
            let metadata = fs::symlink_metadata(&path).map_err(ServerError::file("read", &path))?;
            if metadata.is_dir() {
                folders.push(path);
            } else if let Ok(name) = path.strip_prefix(place) {
                files.insert(name.to_string_lossy().into_owned(), metadata.len());
            }
        }
    }
    Ok(files)
}
