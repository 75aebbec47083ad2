//! Judges every check again, from what was expected and what was seen, both as the run folder has them.

use std::collections::BTreeMap;

use phasegate_engine::{
    gate::{Observation, rejudge},
    suite::Check,
};
use phasegate_evidence::{CheckPlan, Event, Fault, FolderError, OUTPUTS_FOLDER, PLAN_FILE, Plan, Reason, Verdict};

use phasegate_report::{Record, count};

/// Every check whose verdict, reason or count is not the one that its observation comes to.
pub(super) fn misjudged(record: &Record) -> Result<Vec<Fault>, FolderError> {
    let planned = planned(&record.plan);
    let mut faults = Vec::new();
    for event in record.events() {
        let Event::CheckJudged { suite, phase, check, verdict, reason, examined, observation: Some(seen), .. } = event
        else {
            continue;
        };
        let Some(plan) = planned.get(&(suite.as_str(), phase.as_str(), check.as_str())) else {
            continue;
        };
        let mut fault = |file: String, what: String| faults.push(Fault { file, what });
        let expected = match serde_json::from_value::<Check>(plan.expectation.clone()) {
            Ok(expected) => expected,
            Err(error) => {
                fault(PLAN_FILE.to_owned(), format!("{suite}/{check} expects nothing that can be judged: {error}"));
                continue;
            }
        };
        let file = format!("{OUTPUTS_FOLDER}/{seen}");
        let observation = match serde_json::from_slice::<Observation>(&record.folder.output(seen)?) {
            Ok(observation) => observation,
            Err(error) => {
                fault(file, format!("is not what {suite}/{check} can have seen: {error}"));
                continue;
            }
        };
        let judged = rejudge(&expected.expectation, &observation);
        if (judged.verdict, &judged.reason, &judged.examined) != (*verdict, reason, examined) {
            let claimed = words(*verdict, reason.as_ref(), *examined);
            let derived = words(judged.verdict, judged.reason.as_ref(), judged.examined);
            fault(file, format!("{suite}/{check} is said to be {claimed}, and what was seen comes to {derived}"));
        }
    }
    Ok(faults)
}

fn planned(plan: &Plan) -> BTreeMap<(&str, &str, &str), &CheckPlan> {
    let checks = plan.suites.iter().flat_map(|suite| {
        suite
            .checks()
            .map(|(phase, _, check)| ((suite.suite.as_str(), phase.phase.as_str(), check.check.as_str()), check))
    });
    checks.collect()
}

fn words(verdict: Verdict, reason: Option<&Reason>, examined: Option<u64>) -> String {
    let examined = examined.map(|rows| format!(" over {}", count_rows(rows)));
    let reason = reason.map(|reason| format!(" ({reason})"));
    format!("{verdict}{}{}", examined.unwrap_or_default(), reason.unwrap_or_default())
}

fn count_rows(rows: u64) -> String {
    count(usize::try_from(rows).unwrap_or(usize::MAX), "row", "rows")
}
