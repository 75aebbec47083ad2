//! A process that holds a server, so that a test can kill it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};

use phasegate_server::{Choice, Request};

/// The variable that makes this program a holder; its value says of which server.
pub(crate) const HOLD: &str = "PHASEGATE_TEST_HOLD";

/// Starts a server, says where it is, and waits to be killed; or panics, if that is what is wanted.
pub(crate) fn hold(what: &str) -> ExitCode {
    let (choice, how) = what.split_once(' ').unwrap();
    if how == "scratch" {
        let folder = phasegate_server::ScratchFolder::new().unwrap();
        println!("{}", folder.path().display());
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).unwrap();
        if line.trim() == "keep" {
            folder.keep("some-run").unwrap();
        }
        return ExitCode::SUCCESS;
    }
    let request = Request { choice: choice.parse().unwrap(), ..Request::default() };
    super::run(async {
        if how == "shared" {
            let server = phasegate_server::shared(&request, &mut |_| {}).await.unwrap();
            println!("{}", server.url("postgres"));
            return;
        }
        let server = match request.start().await {
            Ok(server) => server,
            Err(error) => {
                println!("{error}");
                return;
            }
        };
        println!("{}", server.url("postgres"));
        assert_ne!(how, "panic", "this panic is wanted");
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).unwrap();
        if line.trim() == "keep" {
            println!("{}", server.keep("some-run").await.unwrap());
        }
    });
    ExitCode::SUCCESS
}

/// A holder, seen from the test.
pub(crate) struct Holder {
    pub(crate) child: Child,
    output: BufReader<ChildStdout>,
}

impl Holder {
    /// The command that runs this program as a holder with its servers in `folder`.
    pub(crate) fn command(choice: Choice, how: &str, folder: &Path) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .env(HOLD, format!("{choice} {how}"))
            .env("TMPDIR", folder)
            .env_remove("NEXTEST_RUN_ID")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        command
    }

    /// Starts one and waits until it holds a server; gives what it says of it.
    pub(crate) fn start(mut command: Command) -> (Self, String) {
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut holder = Self { child, output };
        let line = holder.line();
        (holder, line)
    }

    /// The next line that it says.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    /// Sends it a signal and waits until it has ended.
    pub(crate) fn kill(mut self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &pid]).status().unwrap().success());
        self.child.wait().unwrap();
    }
}
