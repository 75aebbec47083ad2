//! A server in a container.

use super::choice::Request;
use super::error::ServerError;
use super::instance::Server;

pub(crate) async fn available(
    _request: &Request,
    _notice: &mut dyn FnMut(&str),
) -> Result<(), String> {
    Err("not built in".to_owned())
}

pub(crate) async fn start(
    _request: &Request,
    _why: &str,
    _notice: &mut dyn FnMut(&str),
) -> Result<Server, ServerError> {
    Err(ServerError::NoServer {
        reasons: vec!["not built in".to_owned()],
    })
}
