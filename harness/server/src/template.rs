//! The prepared cluster that every server begins as a copy of: one file in the cache, a data folder once it is laid.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::Write,
    os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
    thread::{self, JoinHandle},
};

use crate::{account::Account, error::ServerError};

/// A cluster in one archive.
#[derive(Debug)]
pub(crate) struct Template {
    archive: File,
    folders: Vec<PathBuf>,
    /// What a server reads before it takes connections.
    first: Vec<Packed>,
    databases: Vec<Packed>,
}

/// A file in the archive.
#[derive(Debug)]
struct Packed {
    path: PathBuf,
    at: u64,
    bytes: usize,
}

impl Template {
    /// Reads what the archive holds.
    pub(crate) fn open(path: &Path) -> Result<Self, ServerError> {
        let archive = File::open(path).map_err(ServerError::file("open", path))?;
        let (mut folders, mut first, mut databases) = (Vec::new(), Vec::new(), Vec::new());
        for entry in tar::Archive::new(&archive).entries_with_seek().map_err(ServerError::file("read", path))? {
            let entry = entry.map_err(ServerError::file("read", path))?;
            let name = entry.path().map_err(ServerError::file("read", path))?;
            let name = name.strip_prefix(".").unwrap_or(&name).to_owned();
            if entry.header().entry_type().is_dir() {
                folders.push(name);
            } else {
                let files = if name.starts_with("base") { &mut databases } else { &mut first };
                let bytes = usize::try_from(entry.size()).unwrap_or(usize::MAX);
                files.push(Packed { path: name, at: entry.raw_file_position(), bytes });
            }
        }
        Ok(Self { archive, folders, first, databases })
    }

    /// Makes `to` a copy of the cluster that belongs to `account`. What a server reads before it takes connections is
    /// there when this returns; its databases come while it starts.
    pub(crate) fn lay(self, to: &Path, account: Account) -> Result<Laying, ServerError> {
        for folder in &self.folders {
            // PostgreSQL refuses a data folder that others can read.
            let folder = to.join(folder);
            DirBuilder::new().mode(0o700).create(&folder).map_err(ServerError::file("make the folder", &folder))?;
            account.own(&folder)?;
        }
        lay(&self.first, &self.archive, to, account)?;
        let (archive, databases, to) = (self.archive, self.databases, to.to_owned());
        Ok(Laying(Some(thread::spawn(move || lay(&databases, &archive, &to, account)))))
    }
}

/// The thread that lays the databases. Dropped, it is waited for: whoever removes the folder then removes all of it.
#[derive(Debug, Default)]
pub(crate) struct Laying(Option<JoinHandle<Result<(), ServerError>>>);

impl Laying {
    /// Waits until all is there.
    pub(crate) fn finish(mut self) -> Result<(), ServerError> {
        match self.0.take().map(JoinHandle::join) {
            Some(Ok(laid)) => laid,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => Ok(()),
        }
    }
}

impl Drop for Laying {
    fn drop(&mut self) {
        // Whoever drops it has an error to report already.
        let _ = self.0.take().map(JoinHandle::join);
    }
}

fn lay(files: &[Packed], archive: &File, to: &Path, account: Account) -> Result<(), ServerError> {
    // Room for each file in its turn: memory of its own for each would be more work than the file.
    let mut content = Vec::new();
    files.iter().try_for_each(|file| file.lay(archive, &mut content, to, account))
}

impl Packed {
    fn lay(&self, archive: &File, content: &mut Vec<u8>, to: &Path, account: Account) -> Result<(), ServerError> {
        let path = to.join(&self.path);
        if content.len() < self.bytes {
            *content = vec![0; self.bytes];
        }
        let content = &mut content[..self.bytes];
        let mut lay = || {
            archive.read_exact_at(content, self.at)?;
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
            account.own_file(&file)?;
            file.write_all(content)
        };
        lay().map_err(ServerError::file("copy the template cluster to", &path))
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    fn pack(folder: &Path) -> PathBuf {
        let archive = folder.join("template.tar");
        let mut builder = tar::Builder::new(File::create(&archive).unwrap());
        for (name, content) in [("base/5/112", "first"), ("base/1/112", "later"), ("global/empty", "")] {
            let path = folder.join("cluster").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        builder.append_dir_all(".", folder.join("cluster")).unwrap();
        builder.finish().unwrap();
        archive
    }

    #[test]
    fn a_laid_cluster_is_the_one_that_was_packed_and_nobody_else_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("data");
        Template::open(&pack(folder.path())).unwrap().lay(&to, Account::Ours).unwrap().finish().unwrap();
        assert_eq!(fs::read(to.join("base/5/112")).unwrap(), b"first");
        assert_eq!(fs::read(to.join("base/1/112")).unwrap(), b"later");
        assert_eq!(fs::read(to.join("global/empty")).unwrap(), b"");
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(to.join("base/5/112")), 0o600);
        assert_eq!((mode(to.join("base/5")), mode(to)), (0o700, 0o700));
    }

    #[test]
    fn a_file_that_cannot_be_laid_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let (archive, to) = (pack(folder.path()), folder.path().join("data"));
        let template = Template::open(&archive).unwrap();
        File::options().write(true).open(&archive).unwrap().set_len(512).unwrap();
        let error = template.lay(&to, Account::Ours).and_then(Laying::finish).unwrap_err().to_string();
        assert!(error.starts_with("failed to copy the template cluster to "), "{error}");
    }
}
