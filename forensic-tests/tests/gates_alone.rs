//! The gates of a suite judged alone, on a database that no run has made.

use std::collections::BTreeMap;

use libtest_mimic::Failed;
use phasegate_engine::{CheckRequest, Limits, States, WorkingCopy, check};
use phasegate_evidence::{Event, ReasonCode, Verdict};

/// What each check came to, by its id: the verdict, its reason, and that in words.
pub(crate) type Met = BTreeMap<String, (Verdict, Option<ReasonCode>, String)>;

/// Judges the gates of the states' suite alone on a copy; gives the verdict of all, and what each check came to.
pub(crate) async fn judged(states: &States, copy: &WorkingCopy, read_only: bool) -> Result<(Verdict, Met), Failed> {
    let runs = tempfile::tempdir()?;
    let request = CheckRequest {
        suite: states.suite().clone(),
        database_url: states.host().url(&copy.database),
        through: None,
        read_only,
        runs: runs.path().to_owned(),
        limits: Limits::default(),
    };
    let mut met = Met::new();
    let mut listener = |event: &Event| {
        if let Event::CheckJudged { check, verdict, reason, .. } = event {
            let detail = reason.as_ref().map(|reason| reason.detail.clone()).unwrap_or_default();
            met.insert(check.clone(), (*verdict, reason.as_ref().map(|reason| reason.code), detail));
        }
    };
    let finished = check(request, &mut listener).await?;
    Ok((finished.result.verdict, met))
}

/// The checks that did not open their gate, and why.
pub(crate) fn caught(met: Met) -> BTreeMap<String, String> {
    let shut = met.into_iter().filter(|(_, (verdict, ..))| !verdict.opens_the_gate());
    shut.map(|(check, (.., detail))| (check, detail)).collect()
}
