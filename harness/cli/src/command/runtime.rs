use tokio::runtime::{Builder, Runtime};

use crate::exit::{Exit, Failure};

/// What asynchronous work runs on: one thread, because all of it is waiting for the server, and a reply that changes
/// threads takes longer.
pub(super) fn runtime() -> Result<Runtime, Failure> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Usage, format!("failed to start the runtime: {error}")))
}
