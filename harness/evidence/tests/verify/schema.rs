//! The published schemas (`reports/schema`) describe what is really written. The validator below knows exactly the
//! keywords that these schemas use, and refuses a schema with any other.

use std::{fs, path::Path};

use phasegate_evidence::{ApplyFailure, Cause, Digest, EVENTS_FILE, Event, PLAN_FILE, RESULT_FILE, Refusal, Verdict};
use serde_json::Value;

use crate::{Written, sample::Sample};

fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reports/schema").join(name);
    serde_json::from_slice(&fs::read(path).expect("readable")).expect("JSON")
}

/// Everything in which a value differs from a schema.
fn differences(root: &Value, schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (keyword, rule) in schema.as_object().expect("a schema is an object") {
        let holds = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "required" => true,
            "$ref" => {
                let pointer = rule.as_str().expect("text").trim_start_matches('#');
                let target = root.pointer(pointer).expect("a definition");
                found.extend(differences(root, target, value, place));
                true
            }
            "const" => value == rule,
            "enum" => rule.as_array().expect("a list").contains(value),
            "type" => match rule {
                Value::Array(names) => names.iter().any(|name| is(value, name)),
                name => is(value, name),
            },
            "minimum" => value.as_u64().is_some(),
            "pattern" => value.as_str().is_some_and(|text| text.parse::<Digest>().is_ok()),
            "properties" => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    let place = format!("{place}/{key}");
                    match rule.get(key) {
                        Some(rule) => found.extend(differences(root, rule, value, &place)),
                        None => found.push(format!("{place} is unknown")),
                    }
                }
                for key in schema["required"].as_array().expect("a list") {
                    let key = key.as_str().expect("text");
                    if value.get(key).is_none() {
                        found.push(format!("{place}/{key} is missing"));
                    }
                }
                true
            }
            "additionalProperties" if *rule == Value::Bool(false) => true,
            "additionalProperties" => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    found.extend(differences(root, rule, value, &format!("{place}/{key}")));
                }
                true
            }
            "items" => {
                for (at, value) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(differences(root, rule, value, &format!("{place}/{at}")));
                }
                true
            }
            "oneOf" | "anyOf" => {
                let fits = |rule: &&Value| differences(root, rule, value, place).is_empty();
                let fitting = rule.as_array().expect("a list").iter().filter(fits).count();
                fitting == 1
            }
            unknown => panic!("the validator does not know `{unknown}`"),
        };
        if !holds {
            found.push(format!("{place} breaks `{keyword}`: {value}"));
        }
    }
    found
}

fn is(value: &Value, name: &Value) -> bool {
    match name.as_str().expect("text") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        unknown => panic!("the validator does not know the type `{unknown}`"),
    }
}

fn assert_fits(schema: &Value, bytes: &[u8]) {
    let value: Value = serde_json::from_slice(bytes).expect("JSON");
    assert_eq!(differences(schema, schema, &value, ""), Vec::<String>::new());
}

#[test]
fn plan_events_and_result_fit_their_schemas() {
    let written = Written::of(&Sample::passed());
    let read = |name| written.folder.read(name).expect("readable");
    assert_fits(&schema("plan.schema.json"), &read(PLAN_FILE));
    assert_fits(&schema("result.schema.json"), &read(RESULT_FILE));
    let events = schema("event.schema.json");
    for line in String::from_utf8(read(EVENTS_FILE)).expect("UTF-8").lines() {
        assert_fits(&events, line.as_bytes());
    }
}

#[test]
fn the_published_sample_fits_its_schemas() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reports/sample");
    let read = |name| fs::read(sample.join(name)).expect("readable");
    assert_fits(&schema("plan.schema.json"), &read(PLAN_FILE));
    assert_fits(&schema("result.schema.json"), &read(RESULT_FILE));
    let events = schema("event.schema.json");
    for line in String::from_utf8(read(EVENTS_FILE)).expect("UTF-8").lines() {
        assert_fits(&events, line.as_bytes());
    }
}

#[test]
fn failures_fit_their_schemas() {
    let refusal = Refusal { cause: Some(Cause::Constraint { name: "c".into() }), ..Refusal::without_code("no") };
    let failure = ApplyFailure::refused("up.sql", 1, 1, &refusal);
    let (suite, phase) = ("ledger".to_owned(), "1".to_owned());
    let catalog_after = Digest::of(b"");
    let mut sample = Sample::passed();
    sample.events = vec![
        Event::BaselineFailed { suite: suite.clone(), failure: failure.clone() },
        Event::PhaseFailed { suite: suite.clone(), phase, failure, catalog_after, catalog_unchanged: false },
        Event::ServerLog { log: Digest::of(b"") },
        Event::SuiteFinished { suite, verdict: Verdict::Failed },
    ];
    let written = Written::of(&sample);
    assert_fits(&schema("result.schema.json"), &written.folder.read(RESULT_FILE).expect("readable"));
    let events = schema("event.schema.json");
    for line in String::from_utf8(written.folder.read(EVENTS_FILE).expect("readable")).expect("UTF-8").lines() {
        assert_fits(&events, line.as_bytes());
    }
}

#[test]
fn the_validator_finds_what_does_not_fit() {
    let schema = schema("result.schema.json");
    let written = Written::of(&Sample::passed());
    let text = String::from_utf8(written.folder.read(RESULT_FILE).expect("readable")).expect("UTF-8");
    for (from, to) in [
        ("\"format\":1", "\"format\":2"),
        ("\"verdict\":\"passed\"", "\"verdict\":\"skipped\""),
        ("\"added\":false", "\"added\":0"),
        ("\"check\":\"1.1.1\"", "\"check\":\"1.1.1\",\"port\":5432"),
        ("\"suite\":\"ledger\",", ""),
    ] {
        let value = serde_json::from_str(&text.replacen(from, to, 1)).expect("JSON");
        assert!(!differences(&schema, &schema, &value, "").is_empty(), "{to}");
    }
}
