//! What a command wrote, and the message that it makes of a failure.

use crate::TEXT_BYTES_MAX;

/// How a command ends that did what it was to do.
pub const COMMAND_SUCCEEDED: &str = "exit status: 0";

/// How many of the last lines of an output a message holds.
const LINES_MAX: usize = 20;
/// How many of its last bytes: both outputs fit into one message.
const BYTES_MAX: usize = TEXT_BYTES_MAX / 4;
/// What stands before those of the standard output, where there are some of both.
const OF_STDOUT: &str = "standard output:";

/// How a command ended, and what it wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said<'a> {
    /// Its exit status, or the signal that ended it.
    pub ended: &'a str,
    /// Its standard output.
    pub stdout: &'a str,
    /// Its standard error.
    pub stderr: &'a str,
}

impl Said<'_> {
    /// Why it failed: how it ended, then the last lines of its standard error and of its standard output.
    #[must_use]
    pub fn message(&self) -> String {
        let [stderr, stdout] = [self.stderr, self.stdout].map(last_lines);
        let label = if stderr.is_empty() || stdout.is_empty() { "" } else { OF_STDOUT };
        let parts = [self.ended, stderr.as_str(), label, stdout.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }

    /// Whether a message can be the one that it makes: every line of it is written in one of the outputs. What was hidden in
    /// both may have been longer, so that one need not begin at the same line as the other.
    #[must_use]
    pub(crate) fn makes(&self, message: &str) -> bool {
        let Some(rest) = message.strip_prefix(self.ended) else { return false };
        let is_written = |line: &str| self.stderr.contains(line) || self.stdout.contains(line);
        let said_nothing = self.stderr.trim_end().is_empty() && self.stdout.trim_end().is_empty();
        said_nothing == rest.is_empty() && rest.lines().all(|line| is_written(line) || line == OF_STDOUT)
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let last = lines[lines.len().saturating_sub(LINES_MAX)..].join("\n");
    last[last.ceil_char_boundary(last.len().saturating_sub(BYTES_MAX))..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<'a>(stdout: &'a str, stderr: &'a str) -> Said<'a> {
        Said { ended: "exit status: 3", stdout, stderr }
    }

    #[test]
    fn a_message_holds_the_last_lines_of_both_outputs() {
        assert_eq!(said("", "why\n").message(), "exit status: 3\nwhy");
        assert_eq!(said("why\n", "").message(), "exit status: 3\nwhy");
        assert_eq!(said("out\n", "why\n").message(), "exit status: 3\nwhy\nstandard output:\nout");
        assert_eq!(said("", " \n").message(), "exit status: 3");
        let lines: String = (1..=25).map(|line| format!("{line}\n")).collect();
        let message = said("", &lines).message();
        assert!(message.starts_with("exit status: 3\n6\n7\n") && message.ends_with("\n25"), "{message}");
        let long = format!("first\n{}", "x".repeat(TEXT_BYTES_MAX + 1));
        let message = said("", &long).message();
        assert!(message.ends_with("xxx") && !message.contains("first"), "{message}");
        assert_eq!(message.len(), "exit status: 3\n".len() + BYTES_MAX);
    }

    #[test]
    fn a_message_is_made_by_its_own_outputs_and_by_no_others() {
        for (stdout, stderr) in [("", ""), ("a\nb\n", ""), ("a\n", "b\nc\n"), ("", &*"x".repeat(TEXT_BYTES_MAX + 9))] {
            let said = said(stdout, stderr);
            assert!(said.makes(&said.message()), "{said:?}");
            assert!(!said.makes("exit status: 3\nall is well"), "{said:?}");
            assert!(!Said { ended: "exit status: 4", ..said }.makes(&said.message()), "{said:?}");
            let other = Said { stdout: "other\n", stderr: "", ..said };
            assert!(!other.makes(&said.message()), "{said:?}");
        }
    }
}
