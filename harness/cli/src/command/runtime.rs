use std::time::Duration;

use tokio::runtime::Builder;

use crate::exit::{Exit, Failure};

/// How long work on other threads is waited for when what it was done for is over: a server that is just starting ends
/// with its supervisor, and packages that are being fetched are fetched again.
const GRACE: Duration = Duration::from_secs(5);

/// Does asynchronous work, on one thread, because all of it is waiting for the server, and a reply that changes threads
/// takes longer.
pub(super) fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Usage, format!("failed to start the runtime: {error}")))?;
    let done = runtime.block_on(work);
    runtime.shutdown_timeout(GRACE);
    Ok(done)
}
