//! Who attested the run and signed it off.

use maud::{Markup, html};

use super::show::{line, wide};
use crate::{count::count, record::Record, sign_off::SignOff};

/// In one line whether the run was signed off.
pub(super) fn gist(record: &Record) -> Markup {
    let signed = &record.sign_offs.signed;
    html! {
        @if signed.is_empty() { "not signed" } @else { (count(signed.len(), "sign-off", "sign-offs")) }
        @if signed.iter().any(|sign_off| sign_off.exception.is_some()) { strong.exception { ", by exception" } }
        @if record.sign_offs.is_refuted { strong.exception { ", of a folder that does not verify" } }
    }
}

/// Attestation and every sign-off of the run.
pub(super) fn sign_off(record: &Record) -> Markup {
    let sign_offs = &record.sign_offs;
    html! {
        section #sign-off {
            h2 { "Sign-off" }
            @if sign_offs.is_refuted {
                p.exception { strong { "This folder does not verify: no signature stands for what this page shows." } }
            }
            @if let Some(key) = &sign_offs.attested_by {
                p { "Attested by the machine that ran it, key " code { (line(key)) } "." }
            }
            @if sign_offs.signed.is_empty() {
                p.warning { "not signed" }
            } @else {
                (wide("sign-offs", &table(&sign_offs.signed)))
                p.faint {
                    "Whose keys these are, this page cannot know: " code { "phasegate verify --trusted-keys FILE" }
                    " holds them against those that you trust."
                }
            }
        }
    }
}

fn table(signed: &[SignOff]) -> Markup {
    let heads = ["role", "name", "meaning", "of", "gates open", "signed", "key", "notes", "exception"];
    let or = |text: &Option<String>, none: &str| line(text.as_deref().unwrap_or(none));
    html! {
        thead { tr { @for head in heads { th scope="col" { (head) } } } }
        tbody {
            @for sign_off in signed {
                tr {
                    td { (line(&sign_off.role)) } td { (line(&sign_off.name)) } td { (line(&sign_off.meaning)) }
                    td { (line(&sign_off.of)) } td.number { (or(&sign_off.gates_open, "")) }
                    td.time { (line(&sign_off.signed_at)) } td { code { (line(&sign_off.key)) } }
                    td { (or(&sign_off.notes, "")) }
                    td { @if let Some(exception) = &sign_off.exception { strong.exception { (line(exception)) } } @else { "none" } }
                }
            }
        }
    }
}
