//! Who signed the run off, and the lines for those who sign on paper.

use maud::{Markup, html};

use super::show::{line, wide};
use crate::{count::count, record::Record};

/// In one line whether the run was signed off.
pub(super) fn gist(record: &Record) -> String {
    match record.sign_offs.len() {
        0 => "not signed".to_owned(),
        signed => count(signed, "sign-off", "sign-offs"),
    }
}

/// Every sign-off of the run.
pub(super) fn sign_off(record: &Record) -> Markup {
    let table = html! {
        thead {
            tr {
                th scope="col" { "role" } th scope="col" { "name" } th scope="col" { "meaning" } th scope="col" { "of" }
                th scope="col" { "signed" }
                th scope="col" { "key" } th scope="col" { "exception" }
            }
        }
        tbody {
            @for sign_off in &record.sign_offs {
                tr {
                    td { (line(&sign_off.role)) } td { (line(&sign_off.name)) } td { (line(&sign_off.meaning)) }
                    td { (line(&sign_off.of)) } td.time { (line(&sign_off.signed_at)) } td { code { (line(&sign_off.key)) } }
                    td { @if let Some(exception) = &sign_off.exception { strong.exception { (line(exception)) } } @else { "none" } }
                }
            }
        }
    };
    html! {
        section #sign-off {
            h2 { "Sign-off" }
            @if record.sign_offs.is_empty() { p.warning { "not signed" } } @else { (wide("sign-offs", &table)) }
        }
    }
}
