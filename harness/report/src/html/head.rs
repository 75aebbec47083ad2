//! What a reader sees first, what filters the page, and how all of it is checked.

use maud::{Markup, html};
use phasegate_evidence::{Counts, ServerFacts, SuitePlan, SuiteResult, Verdict};

use super::show::{Part, line, verdict, wide};
use crate::{count::count, duration::duration, record::Record, server::server_line, time::utc};

/// The suites by their names.
pub(super) fn names(record: &Record) -> String {
    record.plan.suites.iter().map(|suite| suite.suite.as_str()).collect::<Vec<_>>().join(", ")
}

/// Verdict, facts and totals of the run.
pub(super) fn head(record: &Record) -> Markup {
    html! {
        header.banner data-verdict=(record.result.verdict) {
            h1 { (line(&names(record))) ": " (verdict(record.result.verdict)) }
            @if !record.is_finished() {
                p.warning { "The run did not come to its end; its evidence does not verify." }
            }
            dl.facts {
                dt { "run" } dd { code { (line(record.name())) } }
                @if let Some(started) = record.started_unix_ms() {
                    dt { "started" } dd { (utc(started)) }
                    dt { "took" } dd { (duration(record.elapsed_us())) }
                }
                @for server in record.servers() { dt { "server" } dd { (line(&server_line(server))) } }
                @if let Some(after) = record.precedent() {
                    dt { "began after" } dd {
                        code { (line(&after.run)) } ", run digest " code.digest { (after.run_digest) }
                        @for approval in &after.approvals { div { "approved by " (line(&approval.to_string())) } }
                    }
                }
                dt { "Phasegate" } dd { (line(&record.plan.phasegate)) }
                dt { "sign-off" } dd { a href="#sign-off" { (super::sign_off::gist(record)) } }
                dt { "result digest" } dd { code.digest { (record.result_digest) } }
                dt { "head digest" } dd { code.digest { (record.head) } }
            }
            (totals(record))
        }
    }
}

fn totals(record: &Record) -> Markup {
    let totals = &record.result.totals;
    let mut rows: Vec<(&str, &Counts)> = vec![("gates", &totals.gates), ("checks", &totals.checks)];
    if totals.added.gates.total() > 0 {
        rows.extend([("added gates", &totals.added.gates), ("added checks", &totals.added.checks)]);
    }
    let table = html! {
        thead { tr { td {} @for verdict in Verdict::ALL { th scope="col" { (verdict) } } } }
        tbody {
            @for (name, counts) in rows {
                tr {
                    th scope="row" { (name) }
                    @for verdict in Verdict::ALL {
                        td.number data-verdict=[(counts.of(verdict) > 0).then_some(verdict)] { (counts.of(verdict)) }
                    }
                }
            }
        }
    };
    html! {
        p.faint { "Gates and checks by verdict; those beyond the source documents are counted apart." }
        (wide("gates and checks by verdict", &table))
    }
}

/// What shows the checks that matter. It works with the page's script alone, which makes it visible.
pub(super) fn filter(record: &Record) -> Markup {
    let checks = |wanted: Option<Verdict>| {
        let of = |counts: &Counts| wanted.map_or(counts.total(), |verdict| counts.of(verdict));
        of(&record.result.totals.checks) + of(&record.result.totals.added.checks)
    };
    let button = |name: &str, value: &str, number: u32| {
        let is_all = value.is_empty();
        html! { button type="button" data-show=(value) aria-pressed=(is_all) { (name) " " span.number { (number) } } }
    };
    html! {
        search #filter hidden {
            div role="group" aria-label="Show checks by verdict" {
                (button("all", "", checks(None)))
                @for verdict in Verdict::ALL {
                    @let number = checks(Some(verdict));
                    @if number > 0 { (button(&verdict.to_string(), &verdict.to_string(), number)) }
                }
            }
            label { "Search " input #query type="search" autocomplete="off" spellcheck="false"; }
            label.keys {
                input #keys type="checkbox" checked;
                " Keys: " kbd { "/" } " search, " kbd { "j" } kbd { "k" } " next and previous check, "
                kbd { "n" } kbd { "p" } " next and previous failed check"
            }
            p #shown role="status" {}
        }
    }
}

/// What was validated, and against which sources.
pub(super) fn suite(record: &Record, plan: &SuitePlan, result: &SuiteResult) -> Markup {
    html! {
        h2 { (line(&plan.suite)) ": " (line(&plan.title)) " " (verdict(result.verdict)) }
        p { "Source: " (line(&plan.source)) }
        p {
            "Digest of the suite and the migration: " code.digest { (result.inputs) } ", over "
            (count(plan.inputs.len(), "input file", "input files"))
        }
        @if let Some(resumed) = record.resumed(plan) { p { "This run " (line(&resumed)) "." } }
        (contents(plan))
    }
}

/// The parts of a suite's report that stand below its phases.
fn contents(plan: &SuitePlan) -> Markup {
    let findings = count(plan.findings.len(), "finding", "findings");
    let deviations = count(plan.deviations.len(), "deviation", "deviations");
    let parts = [
        (plan.findings.len(), Part::Findings, findings.as_str()),
        (plan.deviations.len(), Part::Deviations, &deviations),
        (1, Part::Tried, "whether the gates were tried"),
        (1, Part::Rows, "rows and checksums"),
        (1, Part::Log, "implementation log"),
        (1, Part::Requirements, "traceability"),
    ];
    html! {
        nav aria-label=(format!("Parts of {}", plan.suite)) {
            @for (number, part, name) in parts {
                @if number > 0 { a href=(format!("#{}", part.id(plan))) { (name) } " " }
            }
        }
    }
}

/// Every file that the suite was read from.
pub(super) fn inputs(plan: &SuitePlan) -> Markup {
    let files = html! {
        thead { tr { th scope="col" { "file" } th scope="col" { "SHA-256" } } }
        tbody {
            @for (path, digest) in &plan.inputs { tr { td { code { (line(path)) } } td { code.digest { (digest) } } } }
        }
    };
    html! {
        section.long {
            h3 { "Migration and suite files" }
            details {
                summary { (count(plan.inputs.len(), "file", "files")) " with their digests" }
                (wide("input files", &files))
            }
        }
    }
}

/// The servers, where they came from, and how they were set.
pub(super) fn servers(record: &Record) -> Markup {
    html! { @for facts in record.servers() { (server(facts)) } }
}

fn server(facts: &ServerFacts) -> Markup {
    let kinds = [("version", &facts.versions), ("from", &facts.origin), ("set", &facts.settings)];
    let table = html! {
        thead { tr { th scope="col" { "fact" } th scope="col" { "name" } th scope="col" { "value" } } }
        tbody {
            @for (kind, values) in kinds {
                @for (name, value) in values {
                    tr { td { (kind) } td { code { (line(name)) } } td { code { (line(value)) } } }
                }
            }
        }
    };
    html! {
        section.long {
            h2 { "Server: " (line(&server_line(facts))) }
            (wide("facts of the server", &table))
        }
    }
}

/// How a stranger checks the page.
pub(super) fn verification(record: &Record) -> Markup {
    html! {
        section {
            h2 { "How to verify" }
            p {
                "This page is derived from " code { "plan.json" } ", " code { "events.jsonl" } " and the folder's "
                code { "outputs" } ", each of which is named by its SHA-256. To recompute all of it, offline and without a \
                database:"
            }
            pre tabindex="0" { code { "phasegate verify <this folder> --expect " (record.result_digest) } }
            p {
                "A folder that was forged as a whole verifies too, but not with a digest that was taken from the run \
                itself: from its console output, or from a signature."
            }
        }
    }
}
