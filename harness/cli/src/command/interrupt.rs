//! Ctrl-C and the other signals that ask to end.

use std::{
    io,
    sync::{Arc, atomic::AtomicBool},
    thread,
};

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    flag,
    iterator::Signals,
};
use tokio::sync::watch;

use crate::{
    console,
    exit::{Exit, Failure},
};

/// Becomes true when the user interrupts or the system asks to end, whatever the main thread is doing. A second SIGINT or
/// SIGTERM ends the program as it ends one that does not listen: the supervisors end what is left then.
///
/// Until this is called every signal does. So it is called when something may have to be cleaned up, and not before.
pub(super) fn interrupts() -> Result<watch::Receiver<bool>, Failure> {
    listen().map_err(|error| Failure::new(Exit::Usage, format!("failed to listen for signals: {error}")))
}

fn listen() -> io::Result<watch::Receiver<bool>> {
    let asked = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // What is registered first is asked first: the first signal finds this unset, and sets it.
        flag::register_conditional_default(signal, Arc::clone(&asked))?;
        flag::register(signal, Arc::clone(&asked))?;
    }
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let (cancel, cancelled) = watch::channel(false);
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if signals.forever().next().is_some() {
            cancel.send_replace(true);
            console::note("interrupted: stopping the server and cleaning up; once more ends at once");
        }
    })?;
    Ok(cancelled)
}
