//! SARIF 2.1.0 (OASIS): the findings, for tools that show what a static analysis found.

use phasegate_evidence::{Digest, Event, FindingPlan, FindingResult, Severity, SuitePlan};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{deviation::deviations, record::Record, visible::visible_json};

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    automation_details: Named<'a>,
    invocations: [Invocation; 1],
    results: Vec<Result>,
    column_kind: &'static str,
}

#[derive(Serialize)]
struct Named<'a> {
    id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    /// Whether the run came to its end, whatever it came to.
    execution_successful: bool,
    /// The deviations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
struct Driver<'a> {
    name: &'static str,
    version: &'a str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: String,
    short_description: Text<'a>,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Text<'a> {
    text: &'a str,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Result {
    rule_id: String,
    rule_index: usize,
    kind: &'static str,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    /// The same finding of another run has the same.
    partial_fingerprints: Value,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<Physical>,
    logical_locations: [Logical; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    fully_qualified_name: String,
}

/// The findings of a run as SARIF: a confirmed one fails its rule at the level of its severity, one that this server does not
/// show passes it, one that was not tried is open. A deviation is a note of the run.
///
/// # Errors
/// When the JSON cannot be written.
pub fn sarif(record: &Record) -> serde_json::Result<String> {
    let (mut rules, mut results) = (Vec::new(), Vec::new());
    for (suite, result) in record.suites() {
        for (finding, tried) in suite.findings.iter().zip(&result.findings) {
            let rule = Rule {
                id: rule_id(suite, finding),
                short_description: Text { text: &finding.title },
                default_configuration: Configuration { level: level(finding.severity) },
            };
            results.push(shown(record, suite, finding, tried, rules.len()));
            rules.push(rule);
        }
    }
    let notification = |text| Notification { level: "note", message: Message { text } };
    let invocation = Invocation {
        execution_successful: record.is_finished(),
        tool_execution_notifications: record
            .suites()
            .flat_map(|(suite, _)| deviations(suite))
            .map(notification)
            .collect(),
    };
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver: Driver { name: "Phasegate", version: &record.plan.phasegate, rules } },
            automation_details: Named { id: record.name() },
            invocations: [invocation],
            results,
            column_kind: "unicodeCodePoints",
        }],
    };
    Ok(visible_json(&serde_json::to_string_pretty(&log)?).into_owned() + "\n")
}

fn shown(
    record: &Record,
    suite: &SuitePlan,
    finding: &FindingPlan,
    tried: &FindingResult,
    rule_index: usize,
) -> Result {
    let (kind, level) = match tried.confirmed {
        Some(true) => ("fail", level(finding.severity)),
        Some(false) => ("pass", "none"),
        None => ("open", "none"),
    };
    let seen = match (tried.confirmed, &tried.reason) {
        (Some(true), _) => "confirmed on this server".to_owned(),
        (Some(false), Some(reason)) => format!("not confirmed on this server: {reason}"),
        (Some(false), None) => "not confirmed on this server".to_owned(),
        (None, _) => "not tried".to_owned(),
    };
    let steps: Vec<&str> = finding.steps.iter().map(|step| step.run.trim()).collect();
    let id = rule_id(suite, finding);
    Result {
        partial_fingerprints: json!({ "finding/v1": Digest::of(id.as_bytes()) }),
        rule_id: id,
        rule_index,
        kind,
        level,
        message: Message {
            text: format!("{} (after phase {}; {seen})\n\n{}", finding.title, finding.phase, steps.join("\n")),
        },
        locations: [Location {
            physical_location: file_of(record, suite, &finding.phase),
            logical_locations: [Logical { fully_qualified_name: format!("{}/{}", suite.suite, finding.phase) }],
        }],
    }
}

fn rule_id(suite: &SuitePlan, finding: &FindingPlan) -> String {
    format!("{}/{}", suite.suite, finding.id)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// Where the migration file of a phase begins, where the phase is a file of the fixtures.
fn file_of(record: &Record, suite: &SuitePlan, wanted: &str) -> Option<Physical> {
    record.events().find_map(|event| match event {
        Event::StatementApplied { suite: of, phase, file, line, .. }
            if *of == suite.suite && phase == wanted && suite.inputs.contains_key(&format!("fixtures/{file}")) =>
        {
            Some(Physical {
                artifact_location: Artifact { uri: uri(file), uri_base_id: "FIXTURES" },
                region: Region { start_line: (*line).max(1) },
            })
        }
        _ => None,
    })
}

/// A path as a relative reference of RFC 3986.
fn uri(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_reference_that_says_the_same() {
        assert_eq!(uri("phases/01 é#?.sql"), "phases/01%20%C3%A9%23%3F.sql");
        assert_eq!(uri("phases/1-currency/up.sql"), "phases/1-currency/up.sql");
    }
}
