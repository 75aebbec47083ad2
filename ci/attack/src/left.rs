//! What a command has left behind that was killed: processes and temporary files.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

/// How long whatever ends by itself may take: so long that only what stays is met by it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The processes that have to do with this folder, by their command lines or by what they were given.
fn processes(folder: &Path) -> Vec<String> {
    let folder = folder.display().to_string();
    let mentions = |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).contains(&folder);
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
    let ours = entries.filter(|process| {
        let number = process.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<u32>().ok());
        number.is_some_and(|number| number != std::process::id())
            && (mentions(&process.join("cmdline")) || mentions(&process.join("environ")))
    });
    ours.map(|process| {
        String::from_utf8_lossy(&fs::read(process.join("cmdline")).unwrap_or_default()).replace('\0', " ")
    })
    .collect()
}

/// The temporary folders in this one.
fn folders(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with("phasegate-")).collect()
}

/// How many files lie in the temporary folders so far.
pub(crate) fn made(folder: &Path) -> usize {
    let below = |path: &Path| fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut waiting: Vec<_> = folders(folder).into_iter().map(|name| folder.join(name)).collect();
    let mut number = 0;
    while let Some(path) = waiting.pop() {
        number += 1;
        waiting.extend(below(&path));
    }
    number
}

/// Waits until nothing is left, and otherwise says what stays.
pub(crate) fn nothing(folder: &Path) -> Result<(), String> {
    let begun = Instant::now();
    loop {
        let left = [processes(folder), folders(folder)].concat();
        if left.is_empty() {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            return Err(format!("left behind: {}", left.join(", ")));
        }
        thread::yield_now();
    }
}
