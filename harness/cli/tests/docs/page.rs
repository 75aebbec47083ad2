//! A page, and what becomes of its blocks when they are tried in their order.

use std::{
    env, fs,
    ops::Range,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{
    block::{Marker, Part, parts},
    example,
    masked::masked,
    root,
    shell::{self, Shell},
    usage::usage,
};

/// Whether pages are to be given what is printed now.
pub(crate) fn is_blessed() -> bool {
    env::var_os("PHASEGATE_BLESS").is_some()
}

/// A page and its parts.
pub(crate) struct Page {
    path: PathBuf,
    text: String,
    parts: Vec<Part>,
}

impl Page {
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let parts = parts(&text).map_err(|why| format!("{}: {why}", path.display()))?;
        Ok(Self { path: path.to_owned(), text, parts })
    }

    /// A program that the page needs and that is not there. `PHASEGATE_TEST_TOOLS` makes it a failure.
    pub(crate) fn missing_program(&self) -> Option<String> {
        let needed =
            self.parts.iter().filter_map(|part| if let Part::Needs(program) = part { Some(program) } else { None });
        let missing = needed.into_iter().find(|program| !shell::is_there(program));
        missing.filter(|_| env::var_os("PHASEGATE_TEST_TOOLS").is_none()).cloned()
    }

    /// Tries every block.
    pub(crate) fn try_out(&self, database_url: &str) -> Result<(), String> {
        let lines: Vec<&str> = self.text.lines().collect();
        let mut working: Option<TempDir> = None;
        let mut code = 0;
        let mut printed: Vec<(Range<usize>, Vec<String>)> = Vec::new();
        for part in &self.parts {
            match part {
                Part::Copy(folder) => working = Some(example::copy(folder)?),
                Part::Checkout(paths) => working = Some(example::checkout(paths)?),
                Part::Needs(_) => {}
                Part::Block(marker, range) => {
                    let place = format!("{}:{}", self.path.display(), range.start);
                    let block = &lines[range.clone()];
                    let here =
                        working.as_ref().map(TempDir::path).ok_or_else(|| format!("{place}: in no working copy"));
                    let tried = match marker {
                        Marker::Usage => usage(block),
                        Marker::Ci => of_ci(block),
                        Marker::Writes(file) => example::write(here?, file, block, false),
                        Marker::Adds(file) => example::write(here?, file, block, true),
                        Marker::Shows(file) => example::shows(here?, file, block),
                        Marker::Run => {
                            let mut shell = Shell { here: here?, database_url, code };
                            let now = run(&mut shell, block);
                            code = shell.code;
                            now.map(|now| printed.extend(now.map(|now| (range.clone(), now))))
                        }
                    };
                    tried.map_err(|why| format!("{place}: {why}"))?;
                }
            }
        }
        self.differs(printed)
    }

    fn differs(&self, printed: Vec<(Range<usize>, Vec<String>)>) -> Result<(), String> {
        let Some((first, now)) = printed.first() else { return Ok(()) };
        if is_blessed() {
            let mut lines: Vec<String> = self.text.lines().map(str::to_owned).collect();
            for (range, now) in printed.into_iter().rev() {
                lines.splice(range, now);
            }
            return fs::write(&self.path, lines.join("\n") + "\n").map_err(|error| error.to_string());
        }
        let (path, line, now) = (self.path.display(), first.start, now.join("\n"));
        let bless = "if that is meant: PHASEGATE_BLESS=1 cargo test -p phasegate --test docs";
        Err(format!("{path}:{line}: the commands print otherwise than the page says ({bless}):\n{now}"))
    }
}

/// Runs the commands of a block: what the block would be now, where it prints otherwise. `...` stands for any lines.
fn run(shell: &mut Shell<'_>, block: &[&str]) -> Result<Option<Vec<String>>, String> {
    let mut now = Vec::new();
    let mut is_as_shown = true;
    let mut lines = block.iter().peekable();
    while let Some(line) = lines.next() {
        let mut command = line.strip_prefix("$ ").ok_or("a command begins with `$ `")?.to_owned();
        now.push((*line).to_owned());
        while command.ends_with('\\') {
            let rest = lines.next().ok_or("the command ends in the middle")?;
            command = format!("{command}\n{rest}");
            now.push((*rest).to_owned());
        }
        let mut shown = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with("$ ")) {
            shown.push(*line);
        }
        let printed = shell.print(&command);
        let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
        if is_shown(&shown, &printed) {
            now.extend(shown.into_iter().map(str::to_owned));
        } else {
            is_as_shown = false;
            now.extend(left_out(&shown, &printed).into_iter().map(shortened));
        }
    }
    Ok((!is_as_shown).then_some(now))
}

/// Whether the lines were printed, but for what is masked and for what `...` leaves out.
fn is_shown(shown: &[&str], printed: &[&str]) -> bool {
    let Some((line, rest)) = shown.split_first() else { return printed.is_empty() };
    if *line == "..." {
        return (0..=printed.len()).any(|skipped| is_shown(rest, &printed[skipped..]));
    }
    printed.split_first().is_some_and(|(first, others)| masked(line) == masked(first) && is_shown(rest, others))
}

/// Of what is printed now, what a page goes on showing that left out a part of what was printed before: those lines that begin
/// like one that it showed.
fn left_out<'a>(shown: &[&str], printed: &[&'a str]) -> Vec<&'a str> {
    if !shown.contains(&"...") {
        return printed.to_vec();
    }
    let beginning = |line: &str| {
        let indent = line.len() - line.trim_start().len();
        (indent, masked(line).split_whitespace().next().map(str::to_owned))
    };
    let is_kept = |line: &str| shown.iter().any(|shown| *shown != "..." && beginning(shown) == beginning(line));
    let mut kept = Vec::new();
    for line in printed {
        match (is_kept(line), kept.last()) {
            (true, _) => kept.push(*line),
            (false, Some(&"...")) => {}
            (false, _) => kept.push("..."),
        }
    }
    kept
}

/// A line as a page shows it: without digests, which take up half of it, and without passwords.
fn shortened(line: &str) -> String {
    let word = |word: &str| match word.split_once("postgresql://") {
        Some((before, _)) => format!("{before}postgresql://…"),
        None if word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) => "…".to_owned(),
        None => word.to_owned(),
    };
    line.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Each of the commands stands in the script of the CI.
fn of_ci(block: &[&str]) -> Result<(), String> {
    let script = fs::read_to_string(root().join(".ci/run")).map_err(|error| error.to_string())?;
    let mut commands = block.iter().filter_map(|line| line.strip_prefix("$ ")?.split(" #").next()).map(str::trim);
    let is_run = |command: &str| script.lines().any(|line| format!("{line} ").starts_with(&format!("{command} ")));
    match commands.find(|command| !is_run(command)) {
        None => Ok(()),
        Some(command) => Err(format!(".ci/run does not run `{command}`")),
    }
}
