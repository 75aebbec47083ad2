//! What can be awaited.

use std::pin::Pin;

/// What every function of this crate gives that can be awaited. The code of an `async fn` is compiled by each crate
/// that awaits it, and with it that of all that it awaits: the client of Docker once more in the engine, the command
/// and every program of tests. A boxed future is compiled where it is boxed.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Work that blocks, on a thread of its own. A panic goes on here.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(join) => std::panic::resume_unwind(join.into_panic()),
    }
}
