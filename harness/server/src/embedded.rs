//! PostgreSQL and TimescaleDB from the distribution's packages, unpacked into the cache.

use crate::{error::ServerError, installation::Installation, kind::Kind, notice::Notice, provision, request::Request};

/// The installation that the request asks for, provisioned now if it is not in the cache yet.
pub(crate) async fn find(request: &Request, notice: &mut Notice<'_>) -> Result<Installation, ServerError> {
    if let Some(needed) = request.postgres_min
        && request.version.major() < needed
    {
        return Err(ServerError::SuiteNeedsNewer { kind: Kind::Embedded, needed, found: request.version.to_string() });
    }
    provision::at_hand_or_made(request, notice).await
}
