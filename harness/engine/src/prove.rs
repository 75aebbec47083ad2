//! Proof that the gates can fail: every defect must fail its check for the reason that it names, and every scenario must
//! end as it says.

use std::path::PathBuf;

use phasegate_evidence::judge::Judging;
use tokio::sync::watch;

use crate::{
    Limits, RunError,
    events::Listener,
    run::{Finished, KeepWhen, whole_run},
    suite::Suite,
};

/// What is to be proved.
#[derive(Debug)]
pub struct ProveRequest {
    /// The suite.
    pub suite: Suite,
    /// The server, if the suite needs one. What the suite needs is added to it.
    pub server: phasegate_server::Request,
    /// The folder of the run folders.
    pub runs: PathBuf,
    /// How long things may take.
    pub limits: Limits,
    /// When the databases are left where they are.
    pub keep: KeepWhen,
}

/// Runs a suite, tries every defect of it and plays every scenario.
///
/// # Errors
/// When there is no server, the evidence cannot be written, or the run is cancelled. A defect that is not caught is no
/// error.
pub async fn prove(
    request: ProveRequest,
    listener: &mut Listener<'_>,
    notice: &mut (dyn FnMut(&str) + Send),
    cancel: watch::Receiver<bool>,
) -> Result<Finished, RunError> {
    let ProveRequest { suite, server, runs, limits, keep } = request;
    let request = crate::run::Request { limits, keep, ..crate::run::Request::new(vec![suite], server, runs) };
    whole_run(request, Judging::Prove, listener, notice, cancel).await
}
