use tokio::runtime::{Builder, Runtime};

use crate::exit::{Exit, Failure};

/// What asynchronous work runs on.
pub(super) fn runtime() -> Result<Runtime, Failure> {
    Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Usage, format!("failed to start the runtime: {error}")))
}
