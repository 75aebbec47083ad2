//! A phase that is a command, and the end of everything that it started when nobody waits for it any more.

use std::{
    collections::BTreeMap,
    env, io,
    os::unix::process::CommandExt,
    path::PathBuf,
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
    applied::{AppliedStatement, Told, micros},
    excerpt::Excerpt,
    inputs::{Inputs, first_changed},
    ran::CommandRan,
    suite::CommandLine,
};

/// How long the standard error of a command is read when it has ended, and its group of processes with it.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// The variable that names the database to a command.
pub(crate) const DATABASE_URL: &str = "DATABASE_URL";
/// A migration signs nothing.
const NOT_INHERITED: &str = "PHASEGATE_KEY_PASSPHRASE";

/// What all commands of a suite share.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Commands {
    /// The folder in which they are started: that of the fixtures.
    pub(crate) folder: PathBuf,
    /// What they find in their environment beside what they inherit.
    pub(crate) env: BTreeMap<String, String>,
    /// The files there that they read, as the plan has them.
    pub(crate) inputs: Inputs,
}

impl Commands {
    /// These, with those of a phase on top.
    pub(crate) fn with(&self, own: &Self) -> Self {
        let mut all = self.clone();
        all.env.extend(own.env.clone());
        all.inputs.patterns.extend(own.inputs.patterns.clone());
        all.inputs.digests.extend(own.inputs.digests.clone());
        all
    }

    /// The names of the variables that they inherit.
    fn inherited(&self) -> Vec<String> {
        let names = env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned());
        let is_own = |name: &String| self.env.contains_key(name) || [DATABASE_URL, NOT_INHERITED].contains(&&**name);
        let mut names: Vec<String> = names.filter(|name| !is_own(name)).collect();
        names.sort();
        names
    }
}

/// Runs a command with the database as its `DATABASE_URL`. When it has ended, and what it started has not, `sessions` gives
/// those that it left open. What it said is told, whatever it comes to.
///
/// # Errors
/// When it does not start or does not succeed; the last lines of what it said are in the message. When it leaves sessions
/// open: what they hold or still do would be taken for the work of whoever comes next.
pub(crate) async fn run_command(
    command: &CommandLine,
    url: &str,
    commands: &Commands,
    limit: Duration,
    sessions: impl Future<Output = Result<Vec<String>, Error>>,
    told: &mut Told<'_, '_>,
) -> Result<AppliedStatement, ApplyFailure> {
    let name = command.line();
    let refused = |message: String| ApplyFailure::refused(&name, 0, 0, &Refusal::without_code(message));
    let (program, arguments) =
        command.words.split_first().ok_or_else(|| refused("the command names no program".to_owned()))?;
    let script = first_changed(&command.scripts, &commands.folder).map(|name| format!("{name} is not what it was"));
    if let Some(changed) = script.or_else(|| commands.inputs.changed(&commands.folder)) {
        return Err(refused(format!("its input {changed} when the run began: begin anew")));
    }
    let failed = |error| refused(format!("failed to start {program}: {error}"));
    let guard = Guard::start().map_err(failed)?;
    let start = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .envs(&commands.env)
        .env(DATABASE_URL, url)
        .env_remove(NOT_INHERITED)
        .current_dir(&commands.folder)
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
    let waited = waited.await;
    let succeeded = matches!(&waited, Ok(Ok(status)) if status.success());
    let sessions = if succeeded { Some(sessions.await) } else { None };
    drop(guard);
    let _ = tokio::time::timeout(LAST_WORDS, said.read_on()).await;
    let ended = match &waited {
        Ok(Ok(status)) => status.to_string(),
        Ok(Err(error)) => error.to_string(),
        Err(_) => Error::TimedOut(limit).to_string(),
    };
    let [stdout, stderr] = said.texts();
    let (inherited, duration_us) = (commands.inherited(), micros(start));
    let ran = CommandRan { command: name.clone(), ended, stdout, stderr, inherited, duration_us };
    let (message, ended) = (ran.message(), ran.ended.clone());
    told.ran(ran);
    match (waited, sessions) {
        (Err(_), _) => Err(ApplyFailure::broke(&name, ReasonCode::TimedOut, ended)),
        (Ok(Ok(_)), Some(left)) => {
            let broke = |error: Error| ApplyFailure::broke(&name, error.reason().code, error.reason().detail);
            let left = left.map_err(broke)?;
            if !left.is_empty() {
                return Err(refused(format!("the command has ended and leaves sessions open: {}", left.join(", "))));
            }
            Ok(AppliedStatement { file: name, line: 0, rows: 0, duration_us })
        }
        _ => Err(refused(message)),
    }
}

/// What a command wrote. It may write as much as it likes.
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

    /// Its standard output and its standard error.
    fn texts(&self) -> [String; 2] {
        [self.stdout.1.text(), self.stderr.1.text()]
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
    use std::{
        fs,
        io::{BufRead as _, BufReader, Read as _},
    };

    use phasegate_evidence::Digest;

    use super::*;
    use crate::applied::Progress;

    const LIMIT: Duration = Duration::from_secs(600);

    async fn none() -> Result<Vec<String>, Error> {
        Ok(Vec::new())
    }

    fn script(text: &str) -> CommandLine {
        CommandLine { words: ["sh", "-c", text].map(str::to_owned).to_vec(), scripts: BTreeMap::new() }
    }

    /// Runs a script in a folder, with what was told of it.
    async fn told_of(
        script_text: &str,
        commands: &Commands,
        limit: Duration,
    ) -> (Result<AppliedStatement, ApplyFailure>, Vec<CommandRan>) {
        let mut heard = Vec::new();
        let mut teller = |progress: Progress| {
            if let Progress::Ran(ran) = progress {
                heard.push(ran);
            }
        };
        let mut told = Told::of_commands(&mut teller);
        let outcome = run_command(&script(script_text), "sqlite:x", commands, limit, none(), &mut told).await;
        (outcome, heard)
    }

    fn among(folder: &tempfile::TempDir) -> Commands {
        Commands { folder: folder.path().to_owned(), ..Commands::default() }
    }

    #[tokio::test]
    async fn a_command_is_started_among_the_fixtures_and_handed_the_database() {
        let folder = tempfile::tempdir().expect("temporary folder");
        fs::write(folder.path().join("here"), "").expect("a file");
        let (ran, _) = told_of("test -f here && test \"$DATABASE_URL\" = sqlite:x", &among(&folder), LIMIT).await;
        assert!(ran.is_ok(), "{ran:?}");
    }

    #[tokio::test]
    async fn what_a_command_writes_is_told_whether_it_succeeds_or_not_and_makes_the_message() {
        let folder = tempfile::tempdir().expect("temporary folder");
        for (end, ended) in
            [("", "exit status: 0"), ("exit 3", "exit status: 3"), ("kill -9 $$", "signal: 9 (SIGKILL)")]
        {
            let (outcome, heard) = told_of(&format!("echo out; echo why >&2; {end}"), &among(&folder), LIMIT).await;
            let [ran] = heard.as_slice() else { panic!("{heard:?}") };
            assert_eq!([&ran.ended, &ran.stdout, &ran.stderr], [ended, "out", "why"]);
            match outcome {
                Ok(applied) => assert_eq!((applied.file, end), (ran.command.clone(), "")),
                Err(failure) => assert_eq!(failure.message, format!("{ended}\nwhy\nstandard output:\nout")),
            }
        }
    }

    #[tokio::test]
    async fn a_command_finds_what_it_is_given_and_what_it_inherits_is_said_by_name() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let env = [("PATH", env::var("PATH").expect("a path")), ("GIVEN", "that".to_owned())];
        let env = env.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let commands = Commands { env, ..among(&folder) };
        let (_, heard) = told_of("echo $GIVEN; env | cut -d= -f1", &commands, LIMIT).await;
        let [ran] = heard.as_slice() else { panic!("{heard:?}") };
        let (given, names) = ran.stdout.split_once('\n').expect("lines");
        let own = ["DATABASE_URL", "GIVEN", "PATH", "_", "PWD", "OLDPWD", "SHLVL"];
        let mut found: Vec<&str> = names.lines().filter(|name| !own.contains(name)).collect();
        found.sort_unstable();
        let shells_own = |name: &&String| !["_", "PWD", "OLDPWD", "SHLVL"].contains(&name.as_str());
        let said: Vec<&String> = ran.inherited.iter().filter(shells_own).collect();
        assert_eq!((given, found), ("that", said.into_iter().map(String::as_str).collect()));
    }

    #[tokio::test]
    async fn a_command_whose_inputs_are_others_than_in_the_plan_is_not_run() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
        put("env.py", "planned");
        let digests = BTreeMap::from([("env.py".to_owned(), Digest::of(b"planned"))]);
        let commands = Commands { inputs: Inputs { patterns: vec!["*.py".to_owned()], digests }, ..among(&folder) };
        let (outcome, heard) = told_of("true", &commands, LIMIT).await;
        assert_eq!((outcome.is_ok(), heard.len()), (true, 1));
        put("added.py", "");
        for said in ["added.py was not there", "env.py is not what it was"] {
            let (outcome, heard) = told_of("true", &commands, LIMIT).await;
            let message = outcome.expect_err("it is another").message;
            assert_eq!(message, format!("its input {said} when the run began: begin anew"));
            assert_eq!(heard, []);
            put("env.py", "changed");
        }
    }

    #[tokio::test]
    async fn a_script_that_has_changed_since_the_plan_is_not_run() {
        let folder = tempfile::tempdir().expect("temporary folder");
        fs::write(folder.path().join("up.sh"), "true").expect("a file");
        let scripts = BTreeMap::from([("up.sh".to_owned(), Digest::of(b"true"))]);
        let command = CommandLine { words: ["sh", "up.sh"].map(str::to_owned).to_vec(), scripts };
        let run = async || run_command(&command, "", &among(&folder), LIMIT, none(), &mut Told::nobody()).await;
        assert!(run().await.is_ok());
        fs::write(folder.path().join("up.sh"), "true # changed").expect("a file");
        let message = run().await.expect_err("it is another").message;
        assert_eq!(message, "its input up.sh is not what it was when the run began: begin anew");
    }

    #[tokio::test]
    async fn a_command_may_write_without_end_and_is_told_by_what_it_says_first_and_last() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let much = "for to in 1 2; do { echo first; head -c 100000000 /dev/zero | tr '\\0' x; echo last; } >&$to; done";
        let (outcome, heard) = told_of(&format!("{much}; exit 1"), &among(&folder), LIMIT).await;
        let message = outcome.expect_err("it fails").message;
        assert!(message.starts_with("exit status: 1\nxxx") && message.ends_with("xxxlast"), "{message}");
        for text in [&heard[0].stdout, &heard[0].stderr] {
            assert!(text.starts_with("first\nxxx") && text.ends_with("xxxlast"));
            assert!(text.contains("\n[99475723 bytes left out]\n"));
        }
        let (outcome, _) = told_of(much, &among(&folder), LIMIT).await;
        assert!(outcome.is_ok(), "what it writes is no reason to refuse it: {outcome:?}");
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
        let (commands, mut nobody) = (among(&folder), Told::nobody());
        tokio::select! {
            ended = run_command(&command, "", &commands, LIMIT, none(), &mut nobody) => panic!("{ended:?}"),
            heard = heard => heard.expect("it started"),
        }
        reader.await.expect("the reader").expect("the end of the pipe");
    }

    #[tokio::test]
    async fn a_command_that_has_ended_is_waited_for_no_longer_and_fails_by_the_sessions_that_it_leaves() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let (outcome, _) = told_of("sleep 1000 &", &among(&folder), LIMIT).await;
        assert!(outcome.is_ok());
        let left = async { Ok(vec!["psql (active)".to_owned()]) };
        let leaves = script("sleep 1000 &");
        let refused = run_command(&leaves, "", &among(&folder), LIMIT, left, &mut Told::nobody()).await;
        let message = refused.expect_err("it left one").message;
        assert_eq!(message, "the command has ended and leaves sessions open: psql (active)");
    }

    #[tokio::test]
    async fn a_command_that_outlives_its_limit_is_ended_and_is_no_refusal() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let limit = Duration::from_millis(20);
        let (ended, heard) = told_of("sleep 1000 & wait", &among(&folder), limit).await;
        assert_eq!(ended.expect_err("it was ended").broke, Some(ReasonCode::TimedOut));
        assert_eq!(heard[0].ended, Error::TimedOut(limit).to_string());
    }
}
