//! What every part of the page shows in the same way.

use maud::{Markup, html};
use phasegate_evidence::{Cell, Digest, OUTPUTS_FOLDER, Refusal, SuitePlan, Table, Verdict};

use crate::count::count;

/// How many bytes of one text the page holds.
const TEXT_BYTES_MAX: usize = 16 << 10;
/// How many bytes of a title or another text on one line.
const LINE_BYTES_MAX: usize = 600;
/// How many rows of a table.
const ROWS_MAX: usize = 100;
/// How many bytes of one value.
const CELL_BYTES_MAX: usize = 1000;

/// A part of a suite's report that links lead to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Findings,
    Deviations,
    Tried,
    Rows,
    Log,
    Requirements,
    /// A phase, by its place in the plan.
    Phase(usize),
}

impl Part {
    /// The name of its place on the page.
    pub(super) fn id(self, suite: &SuitePlan) -> String {
        let letters = suite.suite.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-');
        let suite: String = letters.collect();
        let part = match self {
            Self::Findings => "findings",
            Self::Deviations => "deviations",
            Self::Tried => "tried",
            Self::Rows => "rows",
            Self::Log => "log",
            Self::Requirements => "requirements",
            Self::Phase(at) => return format!("{suite}.phase-{at}"),
        };
        format!("{suite}.{part}")
    }
}

/// A verdict: a word and a sign, since colour alone says nothing to some.
pub(super) fn verdict(verdict: Verdict) -> Markup {
    let sign = match verdict {
        Verdict::Passed => "✓",
        Verdict::Failed => "✗",
        Verdict::Error => "!",
        Verdict::NotApplicable => "–",
        Verdict::NotRun => "○",
    };
    html! { span.verdict data-verdict=(verdict) { span aria-hidden="true" { (sign) } " " (verdict) } }
}

/// Text on one line, cut where it is no line any more.
pub(super) fn line(text: &str) -> Markup {
    let (shown, left) = cut(text, LINE_BYTES_MAX);
    html! { (shown) @if left > 0 { span.cut { " … " (count(left, "byte", "bytes")) " more" } } }
}

/// A block of code or plain text as it stands, cut where it is too long for a page; `whole` says where all of it lies.
pub(super) fn block(text: &str, whole: &str) -> Markup {
    let (shown, left) = cut(text.trim_end(), TEXT_BYTES_MAX);
    html! {
        pre tabindex="0" { code { (shown) } }
        @if left > 0 { p.cut { "Cut here: " (count(text.len(), "byte", "bytes")) " in all, the whole in " (whole) "." } }
    }
}

/// SQL of the plan.
pub(super) fn sql(text: &str) -> Markup {
    block(text, "plan.json")
}

/// A term with what it stands for, in a list of terms.
pub(super) fn term(name: &str, value: &Markup) -> Markup {
    html! { dt { (name) } dd { (value) } }
}

/// The beginning of a text, and how many bytes it leaves out.
fn cut(text: &str, bytes_max: usize) -> (&str, usize) {
    let shown = &text[..text.floor_char_boundary(bytes_max)];
    (shown, text.len() - shown.len())
}

/// The link to an output.
pub(super) fn output(digest: &Digest) -> Markup {
    html! { a href=(format!("{OUTPUTS_FOLDER}/{digest}")) { code { (digest.short()) } } }
}

/// A table that scrolls by itself where it is wider than the page; `name` says what it holds.
pub(super) fn wide(name: &str, table: &Markup) -> Markup {
    html! { div.wide role="region" aria-label=(name) tabindex="0" { table { (table) } } }
}

/// Rows of a query.
pub(super) fn table(name: &str, table: &Table) -> Markup {
    rows(name, &table.columns, &table.rows)
}

/// Rows, under the names of their columns where they are known.
pub(super) fn rows(name: &str, columns: &[String], rows: &[Vec<Cell>]) -> Markup {
    if rows.is_empty() {
        return html! { p { "no row" } };
    }
    let left = rows.len().saturating_sub(ROWS_MAX);
    let body = html! {
        @if !columns.is_empty() { thead { tr { @for column in columns { th scope="col" { (line(column)) } } } } }
        tbody {
            @for row in rows.iter().take(ROWS_MAX) {
                tr { @for cell in row { td { (value(cell.as_deref())) } } }
            }
        }
    };
    html! {
        (wide(name, &body))
        @if left > 0 { p.cut { "and " (count(left, "row", "rows")) " more" } }
    }
}

fn value(cell: Option<&str>) -> Markup {
    let Some(text) = cell else { return html! { em { "NULL" } } };
    let (shown, left) = cut(text, CELL_BYTES_MAX);
    html! { code { (shown) } @if left > 0 { span.cut { " … " (count(left, "byte", "bytes")) " more" } } }
}

/// What a database refused, and why.
pub(super) fn refusal(refusal: &Refusal) -> Markup {
    html! {
        p { "refused: " code { (line(&refusal.summary())) } }
        (block(&refusal.message, "the evidence"))
        @for more in refusal.detail.iter().chain(&refusal.hint) { p { (line(more)) } }
    }
}
