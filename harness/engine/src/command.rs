//! A phase that is a command, and the end of everything that it started when nobody waits for it any more.

use std::{
    io,
    os::unix::process::CommandExt,
    path::Path,
    process::{ExitStatus, Stdio},
    time::{Duration, Instant},
};

use phasegate_database::Error;
use phasegate_evidence::{ApplyFailure, ReasonCode, Refusal};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::AsyncRead,
    process::{Child, Command},
};

use crate::{
    applied::{AppliedStatement, micros},
    excerpt::Excerpt,
};

/// Runs a command in this folder, with the database as its `DATABASE_URL`.
///
/// # Errors
/// When it does not start or does not succeed; the beginning and the end of what it said are in the message.
pub(crate) async fn run_command(
    command: &[String],
    url: &str,
    folder: &Path,
    limit: Duration,
) -> Result<AppliedStatement, ApplyFailure> {
    let name = command.join(" ");
    let refused = |message: String| ApplyFailure::refused(&name, 0, 0, &Refusal::without_code(message));
    let (program, arguments) =
        command.split_first().ok_or_else(|| refused("the command names no program".to_owned()))?;
    let failed = |error| refused(format!("failed to start {program}: {error}"));
    let guard = Guard::start().map_err(failed)?;
    let start = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .env("DATABASE_URL", url)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(guard.group())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let waited = tokio::time::timeout(limit, ended(&mut child)).await;
    let Ok(ended) = waited else {
        let detail = Error::TimedOut(limit).to_string();
        return Err(ApplyFailure::broke(&name, ReasonCode::TimedOut, detail));
    };
    let (status, said) = ended.map_err(failed)?;
    if status.success() {
        return Ok(AppliedStatement { file: name, line: 0, rows: 0, duration_us: micros(start) });
    }
    Err(refused(format!("{status}\n{said}")))
}

/// How a command ended, and what it said: what it wrote to its standard error, or, where that is nothing, to its standard
/// output. It may write as much as it likes.
async fn ended(child: &mut Child) -> io::Result<(ExitStatus, String)> {
    let read = async |pipe: Option<Pipe>| match pipe {
        Some(pipe) => Excerpt::read(pipe).await,
        None => Ok(Excerpt::default()),
    };
    let stdout = child.stdout.take().map(|pipe| Box::new(pipe) as Pipe);
    let stderr = child.stderr.take().map(|pipe| Box::new(pipe) as Pipe);
    let (status, stdout, stderr) = tokio::try_join!(child.wait(), read(stdout), read(stderr))?;
    let said = stderr.text();
    Ok((status, if said.is_empty() { stdout.text() } else { said }))
}

type Pipe = Box<dyn AsyncRead + Send + Unpin>;

/// What the guard is called in the list of processes.
const NAME: &str = "phasegate-command";

/// Leads the group of processes that a command belongs to, with whatever it starts: they end when this is dropped, and
/// also when this process is killed, for then the guard reads no more.
struct Guard(std::process::Child);

impl Guard {
    fn start() -> io::Result<Self> {
        std::process::Command::new("/bin/sh")
            .args(["-c", "trap : HUP INT TERM; read -r line; kill -KILL 0", NAME])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map(Self)
    }

    /// The group that it leads.
    fn group(&self) -> i32 {
        self.0.id().cast_signed()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(leader) = Pid::from_raw(self.group()) {
            // As long as it has not been waited for, its number is nobody else's.
            let _ = kill_process_group(leader, Signal::KILL);
        }
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Read as _};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(600);

    fn script(text: &str) -> Vec<String> {
        ["sh", "-c", text].map(str::to_owned).to_vec()
    }

    #[tokio::test]
    async fn a_command_is_started_among_the_fixtures_and_handed_the_database() {
        let folder = tempfile::tempdir().expect("temporary folder");
        std::fs::write(folder.path().join("here"), "").expect("a file");
        let command = script("test -f here && test \"$DATABASE_URL\" = sqlite:x");
        let ran = run_command(&command, "sqlite:x", folder.path(), LIMIT).await;
        assert!(ran.is_ok(), "{ran:?}");
        let refused = run_command(&script("echo why >&2; exit 3"), "", folder.path(), LIMIT).await;
        assert_eq!(refused.expect_err("it fails").message, "exit status: 3\nwhy");
        let refused = run_command(&script("echo why; exit 3"), "", folder.path(), LIMIT).await;
        assert_eq!(refused.expect_err("it fails").message, "exit status: 3\nwhy");
    }

    #[tokio::test]
    async fn a_command_may_write_without_end_and_is_told_by_what_it_says_first_and_last() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let much = "for to in 1 2; do { echo first; head -c 100000000 /dev/zero | tr '\\0' x; echo last; } >&$to; done";
        let ran = run_command(&script(much), "", folder.path(), LIMIT).await;
        assert!(ran.is_ok(), "what it writes is no reason to refuse it: {ran:?}");
        let refused = run_command(&script(&format!("{much}; exit 1")), "", folder.path(), LIMIT).await;
        let message = refused.expect_err("it fails").message;
        assert!(message.starts_with("exit status: 1\nfirst\nxxx") && message.ends_with("xxxlast"), "{message}");
        assert!(message.contains("\n[99995915 bytes left out]\n"), "{message}");
    }

    #[tokio::test]
    async fn nothing_that_a_command_started_outlives_the_wait_for_it() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let fifo = folder.path().join("fifo");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status();
        assert!(made.expect("mkfifo").success());
        // The program below the script holds the pipe open for as long as it lives.
        let command = script("exec 3>fifo; echo started >&3; sleep 1000 & wait");
        let (started, heard) = tokio::sync::oneshot::channel();
        let reader = tokio::task::spawn_blocking(move || -> std::io::Result<()> {
            let mut lines = BufReader::new(std::fs::File::open(fifo)?);
            lines.read_line(&mut String::new())?;
            let _ = started.send(());
            lines.read_to_end(&mut Vec::new()).map(drop)
        });
        tokio::select! {
            ended = run_command(&command, "", folder.path(), LIMIT) => panic!("{ended:?}"),
            heard = heard => heard.expect("it started"),
        }
        reader.await.expect("the reader").expect("the end of the pipe");
    }

    #[tokio::test]
    async fn a_command_that_outlives_its_limit_is_ended_and_is_no_refusal() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let endless = script("sleep 1000 & wait");
        let ended = run_command(&endless, "", folder.path(), Duration::from_millis(20)).await;
        assert_eq!(ended.expect_err("it was ended").broke, Some(ReasonCode::TimedOut));
    }
}
