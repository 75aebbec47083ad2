//! Running the command, as somebody does who does not trust it.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::{failure::Failure, settings::without_settings};

/// The memory that it may take: 2 GiB, in KiB.
const MEMORY_KIB: u64 = 2 << 20;
/// The processor time that it may take, in seconds.
const PROCESSOR_S: u64 = 60;
/// How long anything may go on: so long that only what hangs is ended by it.
const PATIENCE_S: u64 = 180;
/// Sets the limits and becomes the command. A file that would grow too large is refused, and kills nobody.
const WITHIN: &str = "trap '' XFSZ; ulimit -v $1 && ulimit -t $2 && { [ -z \"$3\" ] || ulimit -f $3; } && \
    shift 3 && exec \"$@\"";

/// The built command.
pub(crate) struct Phasegate(PathBuf);

/// How it ended: a code above 128 is a signal.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Phasegate {
    /// The one in the folder of this program.
    pub(crate) fn beside_us() -> Result<Self, Failure> {
        let program = env::current_exe()?.with_file_name("phasegate");
        if program.is_file() { Ok(Self(program)) } else { Err(Failure::new(format!("no {}", program.display()))) }
    }

    /// The command in this folder.
    pub(crate) fn command(&self, here: &Path, args: &[&str]) -> Command {
        without_settings(&self.0, here, args)
    }

    /// Runs it for as long as anybody would wait.
    pub(crate) fn run(&self, here: &Path, args: &[&str]) -> Result<Ran, Failure> {
        let mut patient = vec!["-s", "KILL"];
        let seconds = PATIENCE_S.to_string();
        let program = self.0.display().to_string();
        patient.extend([seconds.as_str(), program.as_str()]);
        patient.extend(args);
        Ok(without_settings(Path::new("timeout"), here, &patient).output()?.into())
    }

    /// Runs it within limits of memory and processor time, and of the size of the files that it writes, in blocks.
    pub(crate) fn run_within(&self, here: &Path, args: &[&str], blocks: Option<usize>) -> Result<Ran, Failure> {
        Ok(self.within(here, args, blocks).output()?.into())
    }

    /// The command within these limits.
    pub(crate) fn within(&self, here: &Path, args: &[&str], blocks: Option<usize>) -> Command {
        let [patience, memory, processor] = [PATIENCE_S, MEMORY_KIB, PROCESSOR_S].map(|limit| limit.to_string());
        let blocks = blocks.map(|blocks| blocks.to_string()).unwrap_or_default();
        let program = self.0.display().to_string();
        let mut whole = vec!["-s", "KILL", &patience, "sh", "-c", WITHIN, "sh", &memory, &processor, &blocks, &program];
        whole.extend(args);
        without_settings(Path::new("timeout"), here, &whole)
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        use std::os::unix::process::ExitStatusExt as _;
        let signal = output.status.signal().map_or(0, |signal| 128 + signal);
        Self {
            code: output.status.code().unwrap_or(signal),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    /// What it said, and how it ended, for whoever looks into it.
    pub(crate) fn shown(&self) -> String {
        let said: String = format!("{}{}", self.stdout, self.stderr).chars().take(1500).collect();
        format!("it ended with {}:\n{said}", self.code)
    }

    /// Whether it says this anywhere, however its lines were broken.
    pub(crate) fn says(&self, what: &str) -> bool {
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        [&self.stdout, &self.stderr].iter().any(|text| text.contains(what) || flat(text).contains(&flat(what)))
    }

    /// It neither panicked nor was ended by a signal, which a limit or its own fault sends.
    pub(crate) fn is_orderly(&self) -> Result<(), String> {
        if self.stderr.contains("panicked at") || self.stderr.contains("overflowed its stack") || self.code > 130 {
            return Err(self.shown());
        }
        Ok(())
    }
}
