//! PostgreSQL and TimescaleDB from the distribution's packages, unpacked into the cache.

use crate::{error::ServerError, installation::Installation, kind::Kind, notice::Notice, provision, request::Request};

/// The installation that the request asks for, provisioned now if it is not in the cache yet.
pub(crate) async fn find(request: &Request, notice: &mut Notice<'_>) -> Result<Installation, ServerError> {
    let version = request.version_or_first();
    if !request.takes(version.major()) {
        let (needed, found) = (request.versions(), version.to_string());
        return Err(ServerError::SuiteNeedsVersion { kind: Kind::Embedded, needed, found });
    }
    provision::at_hand_or_made(request, notice).await
}
