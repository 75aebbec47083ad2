//! When a server of our own takes connections. This is the one wait in all of phasegate that looks again and again.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use crate::process::has_ended;

/// How long a server may take to become ready: it takes some ten milliseconds, and after a crash some more.
const READY_TIMEOUT: Duration = Duration::from_secs(30);

/// How often the server's status is looked at. It costs one read of a file in memory.
const POLL_INTERVAL: Duration = Duration::from_millis(1);

/// What became of a server that was started.
pub(crate) enum Readiness {
    Ready,
    PortTaken,
    Failed(String),
}

/// Waits until the server that is process `pid` takes connections on this data folder.
pub(crate) fn wait(data: &Path, pid: u32, log: &Path) -> Readiness {
    let status = data.join("postmaster.pid");
    let begun = Instant::now();
    while begun.elapsed() < READY_TIMEOUT {
        if fs::read_to_string(&status).is_ok_and(|text| says_ready(&text, pid)) {
            return Readiness::Ready;
        }
        if has_ended(pid) {
            return if fs::read_to_string(log).is_ok_and(|text| text.contains("could not create any TCP/IP sockets")) {
                // The next attempt is judged by its own words.
                let _ = fs::remove_file(log);
                Readiness::PortTaken
            } else {
                Readiness::Failed("it ended at once".to_owned())
            };
        }
        std::thread::sleep(POLL_INTERVAL);
    }
    Readiness::Failed(format!("it was not ready within {} s", READY_TIMEOUT.as_secs()))
}

/// The first line of `postmaster.pid` is the server's process, the eighth its own word on whether it takes connections. The
/// file of a server that was killed stays until the next one writes its own.
fn says_ready(status: &str, pid: u32) -> bool {
    let line = |number| status.lines().nth(number).map(str::trim);
    line(0) == Some(pid.to_string().as_str()) && line(7) == Some("ready")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_word_of_a_server_that_was_killed_is_not_that_of_the_next_one() {
        let status = "41\n/data\n0\n5432\n/run\n127.0.0.1\n0\nready   \n";
        assert!(super::says_ready(status, 41));
        assert!(!super::says_ready(status, 42));
        assert!(!super::says_ready(&status.replace("ready", "starting"), 41));
    }
}
