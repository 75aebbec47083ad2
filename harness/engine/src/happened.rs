//! What happens while a phase is judged, written down when it happens.

use phasegate_evidence::{Reason, Verdict, judge::Expectation};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::{RunError, events::Events, findings::Shown, gates::Judgement, suite::Phase};

/// Something that came to an end while a phase was judged.
pub(crate) enum Happened<'a> {
    /// A check was judged.
    Judged(Judgement<'a>),
    /// A finding was tried.
    Shown(Shown<'a>),
}

/// What was written down while a phase was judged.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) verdicts: Vec<Verdict>,
    /// The checks that do not pass.
    pub(crate) failed: Vec<String>,
    /// A check that proved the way back.
    pub(crate) proof: Option<String>,
    pub(crate) broke: Option<Reason>,
}

/// Writes down what happens, when it happens.
pub(crate) async fn write_down(
    events: &mut Events<'_>,
    suite: &str,
    phase: &Phase,
    mut happened: UnboundedReceiver<Happened<'_>>,
) -> Result<Written, RunError> {
    let mut written = Written::default();
    while let Some(happened) = happened.recv().await {
        match happened {
            Happened::Shown(shown) => {
                written.broke = written.broke.or_else(|| shown.broke().cloned());
                let event = shown.event(suite, events)?;
                events.emit(event)?;
            }
            Happened::Judged(judgement) => {
                let (check, verdict) = (judgement.check, judgement.judged.verdict);
                written.verdicts.push(verdict);
                written.broke = written.broke.or_else(|| judgement.broke().cloned());
                if !verdict.opens_the_gate() {
                    written.failed.push(check.id.clone());
                } else if matches!(check.expectation, Expectation::Rollback(_)) {
                    written.proof = Some(check.id.clone());
                }
                let event = judgement.event(suite, &phase.id, events)?;
                events.emit(event)?;
            }
        }
    }
    Ok(written)
}
