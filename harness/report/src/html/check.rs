//! One check: a line, and behind it what was expected and what was met, side by side, with the SQL.

use maud::{Markup, html};
use phasegate_evidence::{
    EVENTS_FILE, Verdict,
    judge::{Check, DefectSql},
};

use super::{
    expected::expected,
    met::met,
    show::{block, line, output, sql, term, verdict},
};
use crate::{
    duration::duration,
    outputs::{Outputs, Shown},
    record::{CheckRecord, Place, Record},
};

/// A check with its number on the page, by which links find it.
pub(super) struct Numbered<'a> {
    /// From 0, over all suites.
    pub(super) number: usize,
    /// The check.
    pub(super) check: CheckRecord<'a>,
}

impl<'a> Numbered<'a> {
    /// Checks with their numbers from `first` on.
    pub(super) fn all(checks: Vec<CheckRecord<'a>>, first: usize) -> Vec<Self> {
        checks.into_iter().enumerate().map(|(at, check)| Self { number: first + at, check }).collect()
    }

    /// The link to it, with this text.
    pub(super) fn link(&self, text: &str) -> Markup {
        html! { a href=(format!("#c{}", self.number)) { (line(text)) } }
    }
}

/// One check. What did not pass stands open.
pub(super) fn check(record: &Record, outputs: &Outputs<'_>, numbered: &Numbered<'_>) -> Markup {
    let Numbered { number, check } = numbered;
    let ended = check.result.verdict;
    html! {
        details.check id=(format!("c{number}")) data-verdict=(ended) open[is_failure(ended)] {
            summary {
                (verdict(ended)) " " code.id { (line(&check.plan.id)) } " " span.title { (line(&check.plan.title)) }
                " " span.faint {
                    (check.plan.kind())
                    @if let Some(examined) = check.result.examined { ", " (examined) " examined" }
                    @if let Some(us) = check.duration_us { ", " (duration(us)) }
                }
            }
            @if let Some(reason) = &check.result.reason {
                p.reason { code { (reason.code.as_str()) } " " (line(&reason.detail)) }
            }
            div.sides {
                div { p.side { "Expected" } (expected(&check.plan.expectation)) (setting(check.plan)) }
                div { p.side { "Actual" } (actual(outputs, check))
                    @if let Some(command) = record.adopting(check) { p { "If what it saw is right: " code { (line(&command)) } } }
                }
            }
        }
    }
}

/// Whether a verdict says that a claim does not hold, or could not be tried.
pub(super) fn is_failure(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Failed | Verdict::Error)
}

/// In which setting a check is tried, what it answers by itself and how it is shown to be able to fail.
fn setting(check: &Check) -> Markup {
    let settings: Vec<String> = check.settings.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    html! {
        dl {
            @if !check.requirement.is_empty() { (term("answers", &line(&check.requirement.join("; ")))) }
            @if let Some(role) = &check.role { (term("as role", &html! { code { (line(role)) } })) }
            @if !settings.is_empty() { (term("with settings", &block(&settings.join("\n"), "plan.json"))) }
            @if let Some(given) = &check.given { (term("given", &sql(given))) }
            @if let Some(fails) = &check.fails {
                @let text = match &fails.sql { DefectSql::When(sql) => sql.clone(), DefectSql::File(file) => format!("-- {file}") };
                (term("must fail when", &html! { (sql(&text)) p { "with " code { (fails.reason.as_str()) } } }))
            }
        }
    }
}

fn actual(outputs: &Outputs<'_>, check: &CheckRecord<'_>) -> Markup {
    let Some(seen) = check.seen else { return html! { p { "not tried" } } };
    html! {
        @match outputs.observation(seen) {
            Shown::Whole(observation) => (met(&check.plan.expectation, &observation)),
            Shown::Begins(text, bytes) => {
                pre tabindex="0" { code { (text) } }
                p.cut { "Cut here: " (bytes) " bytes in all." }
            }
            Shown::Unread(why) => p.warning { (why) },
        }
        p.faint {
            "evidence: "
            @match check.saw {
                Some(Place::Output(digest)) => (output(digest)),
                Some(Place::Event(at)) => { (EVENTS_FILE) ", line " (at) },
                None => "none",
            }
        }
    }
}
