use crate::Event;

/// What an event says, in a few words.
pub(super) fn what(event: &Event) -> String {
    match event {
        Event::RunStarted { .. } => "the run was started".to_owned(),
        Event::ServerReady { .. } => "a server answered".to_owned(),
        Event::SuiteStarted { suite } => format!("suite {suite} was started"),
        Event::SuiteResumed { suite, .. } => format!("suite {suite} was resumed"),
        Event::TakenOver { event, .. } => format!("{} in an earlier run", what(event)),
        Event::BaselineApplied { .. } => "the baseline was applied".to_owned(),
        Event::BaselineFailed { .. } => "the baseline failed".to_owned(),
        Event::StateReused { phase: None, .. } => "the baseline was reused".to_owned(),
        Event::StateReused { phase: Some(phase), .. } => format!("the state after phase {phase} was reused"),
        Event::PhaseStarted { phase, .. } => format!("phase {phase} was started"),
        Event::StatementApplied { phase, .. } => format!("a statement of phase {phase} was applied"),
        Event::CommandEnded { command, .. } => format!("the command {command} ended"),
        Event::PhaseApplied { phase, .. } => format!("phase {phase} was applied"),
        Event::PhaseFailed { phase, .. } => format!("phase {phase} failed"),
        Event::CheckJudged { check, .. } => format!("check {check} was judged"),
        Event::FindingTried { finding, .. } => format!("finding {finding} was tried"),
        Event::DefectTried { check, .. } => format!("the defect of check {check} was tried"),
        Event::ActionFailed { .. } => "an action failed".to_owned(),
        Event::StepsTried { .. } => "steps were tried".to_owned(),
        Event::InScenario { scenario, event, .. } => format!("in scenario {scenario} {}", what(event)),
        Event::ScenarioEnded { scenario, .. } => format!("scenario {scenario} was ended"),
        Event::SuiteStopped { suite, .. } => format!("suite {suite} was stopped"),
        Event::PhaseJudged { phase, .. } => format!("phase {phase} was judged"),
        Event::SuiteFinished { suite, .. } => format!("suite {suite} was finished"),
        Event::ServerLog { .. } => "the log of the server was kept".to_owned(),
        Event::RunFinished { .. } => "the run was finished".to_owned(),
    }
}
