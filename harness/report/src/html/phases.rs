//! The phases in order, each with when it was applied and judged, on one scale of time.

use std::collections::BTreeMap;

use maud::{Markup, html};
use phasegate_evidence::{Event, SuitePlan, SuiteResult, Verdict};

use super::show::{Part, line, verdict, wide};
use crate::{
    count::passed,
    duration::duration,
    record::{Record, phases as phases_of},
};

/// When a phase began, was applied and was judged, in milliseconds since 1970.
#[derive(Clone, Copy)]
struct Span {
    started: u64,
    applied: u64,
    judged: u64,
}

impl Span {
    fn at(started: u64) -> Self {
        Self { started, applied: started, judged: started }
    }

    fn applied_us(self) -> u64 {
        self.applied.saturating_sub(self.started).saturating_mul(1000)
    }

    fn judged_us(self) -> u64 {
        self.judged.saturating_sub(self.applied).saturating_mul(1000)
    }
}

/// The baseline and the phases of a suite in a table that is a timeline too.
pub(super) fn phases(record: &Record, plan: &SuitePlan, result: &SuiteResult) -> Markup {
    let (baseline, spans) = spans(record, &plan.suite);
    let all = || baseline.iter().chain(spans.values());
    let from = all().map(|span| span.started).min().unwrap_or(0);
    let to = all().map(|span| span.judged).max().unwrap_or(0);
    let bar = |span: Option<&Span>| bar(span, from, to);
    let table = html! {
        thead {
            tr {
                th scope="col" { "phase" } th scope="col" { "verdict" } th scope="col" { "gates" } th scope="col" { "checks" }
                th scope="col" { "added gates" } th scope="col" { "applied in" } th scope="col" { "judged in" }
                th scope="col" { "timeline" }
            }
        }
        tbody {
            @if let Some(span) = &baseline {
                tr {
                    th scope="row" { "baseline" }
                    td { (verdict(if result.baseline_failure.is_some() { Verdict::Failed } else { Verdict::Passed })) }
                    td {} td {} td {} td.number { (duration(span.applied_us())) } td {} td { (bar(Some(span))) }
                }
            }
            @for (at, (phase, result)) in phases_of(plan, result).enumerate() {
                @let span = spans.get(phase.phase.as_str());
                @let (added, own): (Vec<_>, Vec<_>) = result.gates.iter().partition(|gate| gate.added);
                tr {
                    th scope="row" { a href=(format!("#{}", Part::Phase(at).id(plan))) { (line(&phase.phase)) ": " (line(&phase.title)) } }
                    td { (verdict(result.verdict)) }
                    td.number { (passed(own.iter().map(|gate| gate.verdict))) }
                    td.number { (passed(own.iter().flat_map(|gate| &gate.checks).map(|check| check.verdict))) }
                    td.number { (passed(added.iter().map(|gate| gate.verdict))) }
                    td.number { @if let Some(span) = span { (duration(span.applied_us())) } }
                    td.number { @if let Some(span) = span { (duration(span.judged_us())) } }
                    td { (bar(span)) }
                }
            }
        }
    };
    html! {
        section {
            h3 { "Phases" }
            p.faint { "The darker part of a bar is how long it took to apply the phase, the lighter one to judge it." }
            (wide("phases with their timeline", &table))
        }
    }
}

fn spans<'a>(record: &'a Record, wanted: &str) -> (Option<Span>, BTreeMap<&'a str, Span>) {
    let mut baseline = None;
    let mut spans: BTreeMap<&str, Span> = BTreeMap::new();
    for link in &record.links {
        let at = link.at_unix_ms;
        match &link.event {
            Event::SuiteStarted { suite } if suite == wanted => baseline = Some(Span::at(at)),
            Event::BaselineApplied { suite, .. } | Event::BaselineFailed { suite, .. } if suite == wanted => {
                if let Some(span) = &mut baseline {
                    (span.applied, span.judged) = (at, at);
                }
            }
            Event::PhaseStarted { suite, phase } if suite == wanted => {
                spans.insert(phase, Span::at(at));
            }
            Event::PhaseApplied { suite, phase, .. } | Event::PhaseFailed { suite, phase, .. } if suite == wanted => {
                if let Some(span) = spans.get_mut(phase.as_str()) {
                    (span.applied, span.judged) = (at, at);
                }
            }
            Event::CheckJudged { suite, phase, .. } | Event::PhaseJudged { suite, phase, .. } if suite == wanted => {
                spans.entry(phase).or_insert(Span::at(at)).judged = at;
            }
            _ => {}
        }
    }
    // What applied nothing has no baseline.
    (baseline.filter(|span| span.applied > span.started), spans)
}

/// A bar of 1000 units from the first start to the last end.
fn bar(span: Option<&Span>, from: u64, to: u64) -> Markup {
    let Some(span) = span else { return html! {} };
    let all = to.saturating_sub(from).max(1) as f64;
    let at = |time: u64| (time.saturating_sub(from) as f64 / all * 1000.0).round();
    let [start, applied, end] = [at(span.started), at(span.applied), at(span.judged)];
    // Whatever happened is seen.
    let least = |from: f64, to: f64| (to - from).max(3.0);
    let name = format!(
        "from {} to {} after the start of the suite",
        duration(span.started.saturating_sub(from).saturating_mul(1000)),
        duration(span.judged.saturating_sub(from).saturating_mul(1000))
    );
    html! {
        svg.bar viewBox="0 0 1003 10" preserveAspectRatio="none" role="img" aria-label=(name) {
            rect.track x="0" y="4" width="1003" height="2" {}
            @if end > applied { rect.judged x=(applied) y="0" width=(least(applied, end)) height="10" {} }
            rect.applied x=(start) y="0" width=(least(start, applied)) height="10" {}
        }
    }
}
