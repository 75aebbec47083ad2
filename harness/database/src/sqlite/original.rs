//! A file that somebody else made: what can be told of it at once, and a copy of it. To open the file itself, even for
//! reading, would touch what lies beside it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use super::SqliteSession;
use crate::Error;

/// The ends of the names of a database's own files.
const SIDE_FILES: [&str; 3] = ["", "-wal", "-journal"];

/// How many bytes of two files are compared at once.
const CHUNK: u64 = 256 * 1024;

/// What every file begins with (SQLite, "Database File Format", 1.3).
const MAGIC: &[u8] = b"SQLite format 3\0";

/// A file, by its path.
pub(super) struct Original(PathBuf);

impl Original {
    /// The file that a URL names.
    pub(super) fn of_url(url: &str) -> Self {
        let path = url.strip_prefix("sqlite:").unwrap_or(url);
        Self(PathBuf::from(path.strip_prefix("//").unwrap_or(path)))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Copies it with its side files, and opens the copy. The copy is ours to write to, whoever may write to the file.
    ///
    /// # Errors
    /// When there is no such file, it is no database or a damaged one, or somebody writes to it.
    pub(super) fn copy_to(&self, copy: &Path) -> Result<(), Error> {
        let path = self.0.display();
        match fs::metadata(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Error::mistake(format!("there is no file {path}")));
            }
            Ok(metadata) if !metadata.is_file() => return Err(Error::mistake(format!("{path} is no regular file"))),
            _ => {}
        }
        let failed = |error: io::Error| Error::mistake(format!("failed to copy {path}: {error}"));
        for side in SIDE_FILES {
            copy_if_there(&beside(&self.0, side), &beside(copy, side)).map_err(failed)?;
        }
        for side in SIDE_FILES {
            if !are_the_same(&beside(&self.0, side), &beside(copy, side)).map_err(failed)? {
                return Err(Error::mistake(format!("{path} is being written to: stop its program, then judge it")));
            }
        }
        let has_side_file = SIDE_FILES.iter().skip(1).any(|side| beside(copy, side).exists());
        if let Some(why) = not_whole(copy, has_side_file).map_err(failed)? {
            return Err(Error::mistake(format!("{path} {why}")));
        }
        let read = SqliteSession::open(copy).and_then(|mut session| session.run("SELECT count(*) FROM sqlite_schema"));
        match read {
            Err(Error::Refused(refusal)) if refusal.finds_damage() => {
                Err(Error::mistake(format!("{path} is damaged, its schema cannot be read: {refusal}")))
            }
            read => read.map(drop),
        }
    }
}

/// Copies a file, if it is there.
fn copy_if_there(from: &Path, to: &Path) -> io::Result<()> {
    let Some(mut from) = there(File::open(from))? else { return Ok(()) };
    let mut to = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(to)?;
    io::copy(&mut from, &mut to).map(drop)
}

/// Whether two files hold the same, or neither is there.
fn are_the_same(one: &Path, other: &Path) -> io::Result<bool> {
    let files = (there(File::open(one))?, there(File::open(other))?);
    let (Some(one), Some(other)) = &files else { return Ok(files.0.is_none() && files.1.is_none()) };
    let mut read = (Vec::new(), Vec::new());
    loop {
        for (file, bytes) in [(one, &mut read.0), (other, &mut read.1)] {
            bytes.clear();
            file.take(CHUNK).read_to_end(bytes)?;
        }
        if read.0 != read.1 || read.0.is_empty() {
            return Ok(read.0 == read.1);
        }
    }
}

fn there<T>(read: io::Result<T>) -> io::Result<Option<T>> {
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

/// Why a file is no whole database, as its header tells it. What is missing at its end may lie in a side file.
fn not_whole(path: &Path, has_side_file: bool) -> io::Result<Option<String>> {
    let mut header = Vec::new();
    let file = File::open(path)?;
    (&file).take(100).read_to_end(&mut header)?;
    let length = file.metadata()?.len();
    let number =
        |at: usize| header.get(at..at + 4).map_or(0, |bytes| bytes.iter().fold(0, |n, b| n << 8 | u64::from(*b)));
    if length == 0 {
        return Ok(Some("is empty: there is no database in it".to_owned()));
    }
    if !header.starts_with(MAGIC) {
        let why = "is no SQLite database, or an encrypted one: it does not begin with `SQLite format 3`";
        return Ok(Some(why.to_owned()));
    }
    // A page size of 65 536 is written as 1. The number of pages counts where it was written with the last change.
    let page_size = match number(16) >> 16 {
        1 => 65_536,
        size => size,
    };
    let whole = page_size * if number(24) == number(92) { number(28) } else { 1 };
    Ok((length < whole.max(512) && !has_side_file).then(|| format!("is cut off: {length} of {whole} bytes are there")))
}

fn beside(path: &Path, side: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(side);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// What becomes of a file of two tables, each of more than a page, that was changed in this way.
    fn refused(change: impl FnOnce(&mut Vec<u8>)) -> Option<String> {
        let folder = tempfile::tempdir().expect("temporary folder");
        let (file, copy) = (folder.path().join("own.db"), folder.path().join("copy.db"));
        let mut session = SqliteSession::create(&file).expect("a file");
        session
            .run(
                "CREATE TABLE t (a); CREATE TABLE u (a); INSERT INTO t VALUES (zeroblob(9000)); INSERT INTO u SELECT * FROM t",
            )
            .expect("rows");
        session.close().expect("closed");
        let mut bytes = fs::read(&file).expect("readable");
        change(&mut bytes);
        fs::write(&file, &bytes).expect("writable");
        let refused = Original(file.clone()).copy_to(&copy).err();
        assert_eq!(fs::read(&file).expect("readable"), bytes);
        refused.map(|error| error.to_string().replace(&file.display().to_string(), "FILE"))
    }

    #[test]
    fn a_file_that_is_no_whole_database_is_refused_for_what_it_is() {
        let no_database = "FILE is no SQLite database, or an encrypted one: it does not begin with `SQLite format 3`";
        assert_eq!(refused(|_| {}), None);
        assert_eq!(refused(Vec::clear).as_deref(), Some("FILE is empty: there is no database in it"));
        assert_eq!(refused(|bytes| bytes[..16].fill(b'x')).as_deref(), Some(no_database));
        assert_eq!(refused(|bytes| *bytes = b"hello\n".to_vec()).as_deref(), Some(no_database));
        assert_eq!(refused(|bytes| bytes[..4096].fill(0)).as_deref(), Some(no_database));
        for left in [100, 512, 4196] {
            let said = refused(|bytes| bytes.truncate(left)).unwrap_or_default();
            assert!(said.starts_with(&format!("FILE is cut off: {left} of ")), "{said}");
        }
        let said = refused(|bytes| bytes[100..4096].fill(0)).unwrap_or_default();
        assert!(said.starts_with("FILE is damaged, its schema cannot be read: SQLITE_CORRUPT"), "{said}");
    }

    #[test]
    fn a_file_that_differs_in_one_byte_its_length_or_by_not_being_there_is_another() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let [one, other, nowhere] = ["one", "other", "nowhere"].map(|name| folder.path().join(name));
        let whole = vec![7; 2 * CHUNK as usize];
        let same = |bytes: &[u8]| {
            fs::write(&one, &whole).and_then(|()| fs::write(&other, bytes)).expect("writable");
            are_the_same(&one, &other).expect("readable")
        };
        assert!(same(&whole));
        let last = whole.len() - 1;
        assert!(
            !same(&whole[..last]) && !same(&[&whole[..last], &[8]].concat()) && !same(&[&whole[..], &[7]].concat())
        );
        assert!(!are_the_same(&one, &nowhere).expect("readable") && !are_the_same(&nowhere, &one).expect("readable"));
        assert!(are_the_same(&nowhere, &nowhere).expect("readable"));
    }

    /// A copy that kept the mode could be written to by root alone, and most checks write before they roll back.
    #[test]
    fn the_copy_of_a_file_that_nobody_may_write_to_can_be_written_to() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let (file, copy) = (folder.path().join("own.db"), folder.path().join("copy.db"));
        let mut session = SqliteSession::create(&file).expect("a file");
        session.run("PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (a)").expect("a table");
        for side in ["", "-wal"] {
            fs::set_permissions(beside(&file, side), fs::Permissions::from_mode(0o444)).expect("its own");
        }
        Original(file).copy_to(&copy).expect("a copy");
        let mode = fs::metadata(&copy).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let mut copy = SqliteSession::open(&copy).expect("opens");
        copy.run("INSERT INTO t VALUES (1)").expect("what lay in the WAL is there and can be written to");
        session.close().expect("closed");
    }
}
