//! Futures whose code is compiled here, once.

use std::pin::Pin;

/// What every function of this crate gives that can be awaited. The code of an `async fn` is compiled by each crate that
/// awaits it, and with it that of all that it awaits: the client of Docker once more in the engine, the command and
/// every program of tests. A boxed future is compiled where it is boxed.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
