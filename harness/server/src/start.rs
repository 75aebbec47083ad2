//! From a request to a running server.

use sqlx::{ConnectOptions, Connection};

use crate::{
    error::ServerError,
    find::find,
    future::BoxFuture,
    kind::Kind,
    left_databases::{Left, drop_left},
    notice::Notice,
    request::Request,
    server::Server,
};

impl Request {
    /// Starts the server without a word; [`start`] does it with a line that says which one was taken.
    ///
    /// # Errors
    ///
    /// As [`start`].
    pub fn start(&self) -> BoxFuture<'_, Result<Server, ServerError>> {
        Box::pin(async { found_and_started(self, &mut |_| {}).await })
    }
}

/// Starts the server that the request asks for, and waits until it answers a query.
///
/// `notice` gets one line that says which server was taken and why, and before it lines of progress while packages
/// or images are fetched.
///
/// # Errors
///
/// When no server is to be had, or when it is not what the request needs; never after something was left running.
pub fn start<'a>(request: &'a Request, notice: &'a mut Notice<'_>) -> BoxFuture<'a, Result<Server, ServerError>> {
    Box::pin(found_and_started(request, notice))
}

async fn found_and_started(request: &Request, notice: &mut Notice<'_>) -> Result<Server, ServerError> {
    let (starter, why) = find(request, notice).await?;
    let server = starter.start().await?;
    let description = server.description();
    if let Err(error) = description.suffices(request) {
        // What the caller must learn is why the server does not suffice; a failing stop is the supervisor's to mend.
        let _ = server.stop().await;
        return Err(error);
    }
    notice(&format!("server: {}, {} ({why})", description.kind, description.line()));
    if request.makes_databases && description.kind == Kind::External {
        clean_before(&server, notice).await;
    }
    Ok(server)
}

/// Drops what killed runs have left on somebody else's server. What cannot be dropped is no reason not to run.
async fn clean_before(server: &Server, notice: &mut Notice<'_>) {
    let Ok(mut connection) = server.options(server.maintenance()).connect().await else { return };
    if let Ok(dropped) = drop_left(&mut connection, Left::WorkedOn, None).await
        && !dropped.is_empty()
    {
        notice(&format!("server: dropped what earlier runs have left: {}", dropped.join(", ")));
    }
    let _ = connection.close().await;
}
