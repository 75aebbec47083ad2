//! pgTAP itself, as the oracle of what is made of its assertions.

use std::{collections::BTreeSet, env, fs, path::PathBuf};

use phasegate_engine::Finished;
use phasegate_evidence::{
    EVENTS_FILE, Event, Seen,
    judge::{Observation, TapSeen},
    read_chain,
};

use crate::{
    agreement::run,
    breaks::{BREAKS, failed_titles, imported, schema},
    suite::failed,
};

/// A check fails where pgTAP itself fails, and nowhere else.
pub(crate) fn agrees() {
    run(breaks_the_same());
}

async fn breaks_the_same() {
    let folder = PathBuf::from(env::var_os("PHASEGATE_PGTAP").expect("PHASEGATE_PGTAP names what ci/pgtap prints"));
    let script = fs::read_to_string(folder.join("pgtap.sql")).expect("pgtap.sql");
    let intact = [("SELECT 1", &[][..])];
    let mut differ = Vec::new();
    for (sql, _) in intact.into_iter().chain(BREAKS) {
        let folder = schema(sql, Some(&script));
        let listed: BTreeSet<&str> = ["a tag of no note is refused", "notes are read in time"].into();
        imported(&folder);
        let finished = folder.run().await;
        let seen = tap(&finished);
        // Where a statement is refused, pgTAP says nothing of the assertions behind it.
        let ran = |line: &String, words: &str| {
            let title =
                line.strip_prefix(words).and_then(|rest| rest.split_once(" - ")).map(|(_, title)| title.to_owned());
            title.filter(|title| !listed.contains(title.as_str()))
        };
        let theirs: BTreeSet<String> = seen.lines.iter().filter_map(|line| ran(line, "not ok ")).collect();
        let passed: BTreeSet<String> = seen.lines.iter().filter_map(|line| ran(line, "ok ")).collect();
        // Of a neighbour that must be accepted pgTAP knows nothing.
        let mut all = failed(&finished);
        all.retain(|(_, why)| !why.starts_with("neighbour-refused"));
        let ours = failed_titles(&folder, &all);
        let judged_by_both: BTreeSet<String> = ours.intersection(&(&theirs | &passed)).cloned().collect();
        if judged_by_both != theirs || (seen.refused.is_some() && ours == theirs) {
            differ.push(format!("{sql}: {ours:?}; pgTAP: {theirs:?}, {:?}", seen.refused));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// What a file of pgTAP gave in a run.
fn tap(finished: &Finished) -> TapSeen {
    let text = fs::read_to_string(finished.folder.join(EVENTS_FILE)).expect("readable");
    let events = read_chain(&text).expect("a chain").0.into_iter().map(|link| link.event);
    let mut seen = events.filter_map(|event| match event {
        Event::CheckJudged { observation: Seen::Here(seen), .. } => Some(*seen),
        Event::CheckJudged { observation: Seen::Stored(digest), .. } => {
            let stored = fs::read(finished.folder.join("outputs").join(digest.to_string())).expect("readable");
            serde_json::from_slice(&stored).ok()
        }
        _ => None,
    });
    seen.find_map(|seen| if let Observation::Tap(seen) = seen { Some(seen) } else { None }).expect("pgTAP was run")
}
