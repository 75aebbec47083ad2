use super::{audit::Audit, fault::Fault, signatures::Signable};
use crate::{
    Digest, Event, Link, Plan, RunFolder, RunResult,
    sign::{PublicKey, RunFacts, Signed, Subject, SuiteFacts},
};

/// What a verification found.
#[derive(Debug, Clone)]
pub struct Verification {
    /// What does not hold; empty for a folder that verifies.
    pub faults: Vec<Fault>,
    /// The plan and the events as read, for whoever goes on with them, unless they could not be read.
    pub read: Option<(Plan, Vec<Link>)>,
    /// The result as recomputed from plan and events, unless these could not be read.
    pub result: Option<RunResult>,
    /// The result digest as recomputed.
    pub result_digest: Option<Digest>,
    /// The digest of the last event.
    pub head: Option<Digest>,
    /// The run digest; none where something lies in the folder that is no file of a run.
    pub run_digest: Option<Digest>,
    /// What a statement about the run says, unless the run did not come to its end or could not be read.
    pub facts: Option<RunFacts>,
    /// The files that a statement names.
    pub subject: Vec<Subject>,
    /// The key by which the machine that ran it attested the run.
    pub attested_by: Option<PublicKey>,
    /// The sign-offs in their order.
    pub signed: Vec<Signed>,
    /// Whether the keys were held against those that somebody trusts.
    pub keys_compared: bool,
    /// The earlier run that this one goes on from, if it does.
    pub resumes: Option<Earlier>,
    /// When the run ended, in milliseconds since 1970.
    pub ended_unix_ms: u64,
}

/// An earlier run that another one goes on from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Its name.
    pub run: String,
    /// The digest of its last event.
    pub head: Digest,
    /// Whether its folder was at hand, and the later one held against it.
    pub compared: bool,
}

impl Verification {
    /// Whether everything holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.faults.is_empty()
    }

    /// Which of the recomputed digests this one is: `result`, `head` or `run`. A folder that was forged as a whole
    /// verifies, but has none of the digests that the honest run printed.
    #[must_use]
    pub fn recognise(&self, expected: &Digest) -> Option<&'static str> {
        [(self.result_digest.as_ref(), "result"), (self.head.as_ref(), "head"), (self.run_digest.as_ref(), "run")]
            .into_iter()
            .find(|(digest, _)| *digest == Some(expected))
            .map(|(_, name)| name)
    }
}

/// Verifies a run folder: that it holds what belongs there and nothing else, the chain of events and its clock, every output,
/// that each event is one that was planned and was due, that no phase started before the one before had opened the gate, that
/// every verdict is what was seen comes to, that what was seen is what the folder holds of the state, that the catalogs follow
/// from each other, that `result.json` is exactly what plan and events come to, and
/// that what was signed is this folder, by those who could.
#[must_use]
pub fn verify(folder: &RunFolder) -> Verification {
    let mut audit = Audit::of(folder);
    let plan = audit.plan();
    let links = audit.links();
    let mut result = None;
    let mut result_digest = None;
    if let Some(plan) = &plan
        && let Some((links, _)) = &links
    {
        let events: Vec<&Event> = links.iter().map(|link| &link.event).collect();
        audit.outputs(&events);
        audit.start(plan, &events);
        audit.times(links);
        audit.taken_over(&events);
        let events: Vec<&Event> = events.into_iter().map(Event::plain).collect();
        let in_order = audit.order(plan, &events);
        audit.books(plan, &events);
        audit.tap_files(plan);
        audit.judged_again(plan, &events, in_order);
        let derived = RunResult::derive(plan, events.iter().copied());
        audit.verdicts(&derived, &events);
        result_digest = audit.result(&derived, &events);
        result = Some(derived);
    }
    let ended_unix_ms = links.as_ref().and_then(|(links, _)| links.last()).map_or(0, |link| link.at_unix_ms);
    let (links, head) = links.unzip();
    let resumes = links.iter().flatten().find_map(|link| match &link.event {
        Event::SuiteResumed { run, head, .. } => {
            Some(Earlier { run: run.clone(), head: head.clone(), compared: false })
        }
        _ => None,
    });
    let facts = result.as_ref().zip(result_digest.as_ref()).zip(head.as_ref());
    let facts = facts.zip(plan.as_ref()).zip(links.as_ref());
    let facts = facts.map(|((((result, digest), head), plan), links)| RunFacts {
        run: links.iter().find_map(|link| link.event.run()).unwrap_or_default().to_owned(),
        phasegate: result.phasegate.clone(),
        judging: plan.judging,
        verdict: result.verdict,
        result: digest.clone(),
        head: head.clone(),
        suites: result.suites.iter().map(SuiteFacts::of).collect(),
        totals: result.totals,
    });
    let signable = Signable { plan: plan.as_ref(), facts: facts.as_ref(), result: result.as_ref(), ended_unix_ms };
    let attested_by = audit.attestation(&signable);
    let signed = audit.sign_offs(&signable);
    let subject = audit.subject(plan.as_ref());
    let run_digest = audit.run_digest();
    Verification {
        faults: audit.into_faults(),
        read: plan.zip(links),
        result,
        result_digest,
        head,
        run_digest,
        facts,
        subject,
        attested_by,
        signed,
        keys_compared: false,
        resumes,
        ended_unix_ms,
    }
}
