//! A phase that is a command, and the end of everything that it started when nobody waits for it any more.

use std::{
    io,
    os::unix::process::CommandExt,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use phasegate_database::Error;
use phasegate_evidence::{ApplyFailure, ReasonCode, Refusal};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::AsyncRead,
    process::{Child, ChildStderr, ChildStdout, Command},
};

use crate::{
    applied::{AppliedStatement, micros},
    excerpt::Excerpt,
};

/// How long the standard error of a command is read when it has ended, and its group of processes with it.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Runs a command in this folder, with the database as its `DATABASE_URL`. When it has ended, and what it started has not,
/// `sessions` gives those that it left open.
///
/// # Errors
/// When it does not start or does not succeed; the beginning and the end of what it said are in the message. When it leaves
/// sessions open: what they hold or still do would be taken for the work of whoever comes next.
pub(crate) async fn run_command(
    command: &[String],
    url: &str,
    folder: &Path,
    limit: Duration,
    sessions: impl Future<Output = Result<Vec<String>, Error>>,
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
        // A migration signs nothing.
        .env_remove("PHASEGATE_KEY_PASSPHRASE")
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(guard.group())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let mut said = Said::by(&mut child);
    let waited = tokio::time::timeout(limit, async {
        tokio::select! {
            // What it started in the background may hold its outputs open for ever.
            status = child.wait() => status,
            () = said.read_on() => child.wait().await,
        }
    });
    let Ok(status) = waited.await else {
        let detail = Error::TimedOut(limit).to_string();
        return Err(ApplyFailure::broke(&name, ReasonCode::TimedOut, detail));
    };
    let status = status.map_err(failed)?;
    if status.success() {
        let broke = |error: Error| ApplyFailure::broke(&name, error.reason().code, error.reason().detail);
        let left = sessions.await.map_err(broke)?;
        if !left.is_empty() {
            return Err(refused(format!("the command has ended and leaves sessions open: {}", left.join(", "))));
        }
        return Ok(AppliedStatement { file: name, line: 0, rows: 0, duration_us: micros(start) });
    }
    drop(guard);
    let _ = tokio::time::timeout(LAST_WORDS, said.read_on()).await;
    Err(refused(format!("{status}\n{}", said.text())))
}

/// What a command said: what it wrote to its standard error, or, where that is nothing, to its standard output. It may write
/// as much as it likes.
struct Said {
    stdout: (Option<ChildStdout>, Excerpt),
    stderr: (Option<ChildStderr>, Excerpt),
}

impl Said {
    fn by(child: &mut Child) -> Self {
        Self { stdout: (child.stdout.take(), Excerpt::default()), stderr: (child.stderr.take(), Excerpt::default()) }
    }

    /// Reads to the end, as long as anybody waits for it.
    async fn read_on(&mut self) {
        async fn read((pipe, excerpt): &mut (Option<impl AsyncRead + Unpin>, Excerpt)) {
            if let Some(pipe) = pipe {
                // What cannot be read is not said.
                let _ = excerpt.read(pipe).await;
            }
        }
        tokio::join!(read(&mut self.stdout), read(&mut self.stderr));
    }

    fn text(&self) -> String {
        let said = self.stderr.1.text();
        if said.is_empty() { self.stdout.1.text() } else { said }
    }
}

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
            .stdout(Stdio::piped())
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

    async fn none() -> Result<Vec<String>, Error> {
        Ok(Vec::new())
    }

    fn script(text: &str) -> Vec<String> {
        ["sh", "-c", text].map(str::to_owned).to_vec()
    }

    #[tokio::test]
    async fn a_command_is_started_among_the_fixtures_and_handed_the_database() {
        let folder = tempfile::tempdir().expect("temporary folder");
        std::fs::write(folder.path().join("here"), "").expect("a file");
        let command = script("test -f here && test \"$DATABASE_URL\" = sqlite:x");
        let ran = run_command(&command, "sqlite:x", folder.path(), LIMIT, none()).await;
        assert!(ran.is_ok(), "{ran:?}");
        let refused = run_command(&script("echo why >&2; exit 3"), "", folder.path(), LIMIT, none()).await;
        assert_eq!(refused.expect_err("it fails").message, "exit status: 3\nwhy");
        let refused = run_command(&script("echo why; exit 3"), "", folder.path(), LIMIT, none()).await;
        assert_eq!(refused.expect_err("it fails").message, "exit status: 3\nwhy");
    }

    #[tokio::test]
    async fn a_command_may_write_without_end_and_is_told_by_what_it_says_first_and_last() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let much = "for to in 1 2; do { echo first; head -c 100000000 /dev/zero | tr '\\0' x; echo last; } >&$to; done";
        let ran = run_command(&script(much), "", folder.path(), LIMIT, none()).await;
        assert!(ran.is_ok(), "what it writes is no reason to refuse it: {ran:?}");
        let refused = run_command(&script(&format!("{much}; exit 1")), "", folder.path(), LIMIT, none()).await;
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
            ended = run_command(&command, "", folder.path(), LIMIT, none()) => panic!("{ended:?}"),
            heard = heard => heard.expect("it started"),
        }
        reader.await.expect("the reader").expect("the end of the pipe");
    }

    #[tokio::test]
    async fn a_command_that_has_ended_is_waited_for_no_longer_and_fails_by_the_sessions_that_it_leaves() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let leaves = script("sleep 1000 &");
        assert!(run_command(&leaves, "", folder.path(), LIMIT, none()).await.is_ok());
        let left = async { Ok(vec!["psql (active)".to_owned()]) };
        let refused = run_command(&leaves, "", folder.path(), LIMIT, left).await.expect_err("it left one");
        assert_eq!(refused.message, "the command has ended and leaves sessions open: psql (active)");
    }

    #[tokio::test]
    async fn a_command_that_outlives_its_limit_is_ended_and_is_no_refusal() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let endless = script("sleep 1000 & wait");
        let ended = run_command(&endless, "", folder.path(), Duration::from_millis(20), none()).await;
        assert_eq!(ended.expect_err("it was ended").broke, Some(ReasonCode::TimedOut));
    }
}
