//! The small process that holds a server or a folder, and ends it when we end, however that happens.

use std::{
    io::{self, BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use crate::{account::Account, error::ServerError};

/// What a supervisor is called in the list of processes; what it holds follows.
pub(crate) const NAME: &str = "phasegate-server";

/// They run in a shell, so that they need no program of ours and survive a SIGKILL of ours.
const FOR_FOLDER: &str = include_str!("supervisor.sh");
#[cfg(feature = "container")]
const FOR_CONTAINER: &str = include_str!("container.sh");

/// Our end of it. Dropping it ends the server and removes its folder.
#[derive(Debug)]
pub(crate) struct Supervisor {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// What it holds: a folder, or a container by its name.
    held: PathBuf,
}

impl Supervisor {
    /// Starts a supervisor that makes this folder, for a server of these programs or for files, and removes it.
    pub(crate) fn of_folder(folder: &Path, postgres: Option<&Path>, account: Account) -> Result<Self, ServerError> {
        let mut command = shell(FOR_FOLDER);
        command.arg(folder).args(postgres);
        account.apply(&mut command);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LC_ALL", "C");
        let mut supervisor = Self::spawn(folder, command)?;
        match supervisor.answer()?.as_str() {
            "" => Ok(supervisor),
            refused => Err(ServerError::file("make the folder", folder)(io::Error::other(refused.to_owned()))),
        }
    }

    /// Starts a supervisor for the container that is to have this name.
    #[cfg(feature = "container")]
    pub(crate) fn of_container(name: &str) -> Result<Self, ServerError> {
        let mut command = shell(FOR_CONTAINER);
        command.arg(name);
        Self::spawn(Path::new(name), command)
    }

    fn spawn(held: &Path, mut command: Command) -> Result<Self, ServerError> {
        command
            .current_dir("/")
            // A Ctrl-C in the terminal is for us: the supervisor learns of it when we have ended.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().map_err(ServerError::file("run", "/bin/sh"))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => {
                Ok(Self { child, input: Some(input), output: BufReader::new(output), held: held.to_owned() })
            }
            _ => Err(ServerError::file("hold", held)(io::Error::other("the supervisor has no pipes"))),
        }
    }

    /// Makes a command end with the supervisor, if it is still at work then.
    pub(crate) fn adopt(&self, command: &mut Command) {
        command.process_group(self.child.id().cast_signed());
    }

    /// Starts the server on the data folder that lies ready by now; gives its process id.
    pub(crate) fn launch(&mut self) -> Result<u32, ServerError> {
        self.say("start\n")?;
        let pid = self.answer()?;
        pid.parse().map_err(|_| self.failed("the supervisor does not say which process the server is"))
    }

    /// Says that nobody is at work any more on making the container.
    #[cfg(feature = "container")]
    pub(crate) fn made(&mut self) -> Result<(), ServerError> {
        self.say("made\n")
    }

    /// Hands the server over to a whole run: it ends when the process `pid` has ended, and not with us, and then the
    /// folder `meeting` is removed as well.
    pub(crate) fn watch(mut self, pid: u32, meeting: &Path) -> Result<(), ServerError> {
        self.say(&format!("watch {pid} {}\n", meeting.display()))?;
        // Without our end of the pipe there is nothing left for `drop` to wait for.
        self.input = None;
        Ok(())
    }

    /// Stops the server in order and leaves its folder, marked with the name of the run whose it was.
    pub(crate) fn keep(mut self, run: &str) -> Result<(), ServerError> {
        self.say(&format!("keep {run}\n"))?;
        self.finish()
    }

    /// Stops the server at once and removes its folder; `meanwhile` is done while it ends.
    pub(crate) fn stop(mut self, meanwhile: impl FnOnce()) -> Result<(), ServerError> {
        self.input = None;
        meanwhile();
        self.wait()
    }

    fn say(&mut self, line: &str) -> Result<(), ServerError> {
        let said = match &mut self.input {
            Some(input) => input.write_all(line.as_bytes()),
            None => Ok(()),
        };
        said.map_err(|error| self.failed(format!("the supervisor has ended: {error}")))
    }

    /// The next line that it says.
    fn answer(&mut self) -> Result<String, ServerError> {
        let mut line = String::new();
        match self.output.read_line(&mut line) {
            Ok(0) => Err(self.failed("the supervisor has ended")),
            Ok(_) => Ok(line.trim().to_owned()),
            Err(error) => Err(self.failed(format!("the supervisor does not answer: {error}"))),
        }
    }

    fn failed(&self, reason: impl Into<String>) -> ServerError {
        ServerError::file("hold", &self.held)(io::Error::other(reason.into()))
    }

    fn finish(&mut self) -> Result<(), ServerError> {
        if self.input.take().is_some() { self.wait() } else { Ok(()) }
    }

    fn wait(&mut self) -> Result<(), ServerError> {
        self.child.wait().map(drop).map_err(ServerError::file("wait for", "/bin/sh"))
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        // The safety net: whoever stops in order has done this already. Nothing can be reported from here.
        let _ = self.finish();
    }
}

fn shell(script: &str) -> Command {
    // The list of processes shows the script: without its comments it is short enough to be read there.
    let script: String =
        script.lines().filter(|line| !line.trim_start().starts_with('#')).flat_map(|line| [line, "\n"]).collect();
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(script.trim_start()).arg(NAME);
    command
}
