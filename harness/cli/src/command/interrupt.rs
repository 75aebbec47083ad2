//! Ctrl-C and the other signals that ask to end.

use tokio::{
    runtime::Runtime,
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

use crate::console;

/// Becomes true when the user interrupts or the system asks to end. Later signals are only acknowledged: to end at once
/// would leave behind what is being cleaned up.
pub(super) fn interrupts(runtime: &Runtime) -> watch::Receiver<bool> {
    let _entered = runtime.enter();
    let (cancel, cancelled) = watch::channel(false);
    let streams = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    for stream in streams.into_iter().filter_map(|kind| signal(kind).ok()) {
        tokio::spawn(listen(stream, cancel.clone()));
    }
    cancelled
}

async fn listen(mut stream: Signal, cancel: watch::Sender<bool>) {
    while stream.recv().await.is_some() {
        let again = cancel.send_replace(true);
        console::note(if again {
            "still cleaning up, so that nothing is left behind"
        } else {
            "interrupted: stopping the server and cleaning up"
        });
    }
}
