//! The files of a project. What cannot be read is an error: silent absence would be taken for a project without it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::InitError;

/// A project by its folder. Paths are relative to it, with `/` between their parts; `.` is the folder itself.
#[derive(Debug)]
pub(super) struct Project {
    root: PathBuf,
}

impl Project {
    pub(super) fn at(root: &Path) -> Result<Self, InitError> {
        if !root.is_dir() {
            return Err(InitError::NoFolder(root.to_owned()));
        }
        let unreadable = |source| InitError::File { what: "read", path: root.to_owned(), source };
        let root = root.canonicalize().map_err(unreadable)?;
        fs::read_dir(&root).map_err(unreadable)?;
        Ok(Self { root })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// What a file holds, if it is there. What is no UTF-8 in it is replaced: it is looked into, not taken over.
    pub(super) fn text(&self, path: &str) -> Result<Option<String>, InitError> {
        match fs::read(self.path(path)) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => Ok(None),
            Err(source) => Err(self.unreadable(path, source)),
        }
    }

    pub(super) fn has_file(&self, path: &str) -> bool {
        self.path(path).is_file()
    }

    /// The names of the files of a folder that end so, in order; none where there is no such folder.
    pub(super) fn files(&self, folder: &str, ending: &str) -> Result<Vec<String>, InitError> {
        self.names(folder, ending, Path::is_file)
    }

    /// The files of a folder and of those below it that end so, each by its path from the folder; hidden folders are left out.
    pub(super) fn files_below(&self, folder: &str, ending: &str) -> Result<Vec<String>, InitError> {
        let mut files = self.files(folder, ending)?;
        for name in self.folders(folder)? {
            let inner = self.files_below(&below(folder, &name), ending)?;
            files.extend(inner.into_iter().map(|file| below(&name, &file)));
        }
        Ok(files)
    }

    /// The names of its folders, in order, but for hidden ones.
    pub(super) fn folders(&self, folder: &str) -> Result<Vec<String>, InitError> {
        let mut names = self.all_folders(folder)?;
        names.retain(|name| !name.starts_with('.'));
        Ok(names)
    }

    /// The names of its folders, in order.
    pub(super) fn all_folders(&self, folder: &str) -> Result<Vec<String>, InitError> {
        self.names(folder, "", Path::is_dir)
    }

    fn names(&self, folder: &str, ending: &str, wanted: fn(&Path) -> bool) -> Result<Vec<String>, InitError> {
        let path = self.path(folder);
        if !path.is_dir() {
            return Ok(Vec::new());
        }
        let mut names = Vec::new();
        for entry in fs::read_dir(&path).map_err(|source| self.unreadable(folder, source))? {
            let entry = entry.map_err(|source| self.unreadable(folder, source))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(ending) && wanted(&entry.path()) {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn unreadable(&self, path: &str, source: io::Error) -> InitError {
        InitError::File { what: "read", path: self.path(path), source }
    }
}

/// A path below a folder.
pub(super) fn below(folder: &str, name: &str) -> String {
    if folder == "." { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The value of `key = value` or `key: value` in the lines of a file of settings, without quotes.
pub(super) fn setting(text: &str, key: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let value = line.trim_start().strip_prefix(key)?.trim_start().strip_prefix(['=', ':'])?;
        let value = value.trim().trim_matches(['"', '\'']);
        (!value.is_empty()).then(|| value.to_owned())
    })
}
