//! When a server of our own takes connections. This is the one wait in all of phasegate that looks again and again.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use crate::process::has_ended;

/// How long a server may take to become ready: it takes some ten milliseconds, and crash recovery never happens.
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
        // The eighth line of this file is the server's own word on whether it takes connections.
        if fs::read_to_string(&status).is_ok_and(|text| text.lines().nth(7).is_some_and(|word| word.trim() == "ready"))
        {
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
