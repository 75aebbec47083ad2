//! The published schemas (`reports/schema`) are those of the types, and describe what is really written. After a change
//! of the types that is meant, make them anew by running these tests once with `PHASEGATE_BLESS=1`.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

use base64ct::{Base64, Encoding as _};
use jsonschema::Validator;
use phasegate_evidence::{
    ATTESTATION_FILE, EVENTS_FILE, Link, PLAN_FILE, Plan, RESULT_FILE, RunFolder, RunResult, Verdict,
    judge::Observation,
    sign::{Envelope, Statement},
};
use schemars::{JsonSchema, Schema, generate::SchemaSettings, transform::RecursiveTransform};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{
    Written,
    kinds::{failed, proved},
    resumed::resumed,
    sample::Sample,
    signed::{People, signed},
};

/// A schema and the type that it is of.
struct Published {
    file: &'static str,
    schema: Schema,
    read: fn(&Value) -> serde_json::Result<()>,
}

impl Published {
    /// The schema of what is written of a type: a key that is always written is required.
    fn of<T: JsonSchema + DeserializeOwned>(file: &'static str, title: &str) -> Self {
        // The comments speak to readers of Rust; who reads a schema reads JSON.
        let in_words_of_json = |schema: &mut Schema| {
            if let Some(Value::String(text)) = schema.get_mut("description") {
                *text = text.replace("`None`", "`null`").replace('\n', " ");
            }
        };
        let settings = SchemaSettings::draft2020_12().for_serialize();
        let settings = settings.with_transform(RecursiveTransform(in_words_of_json));
        let mut schema = settings.into_generator().into_root_schema_for::<T>();
        schema.insert("title".to_owned(), title.into());
        Self { file, schema, read: |value| T::deserialize(value).map(drop) }
    }

    fn all() -> [Self; 4] {
        [
            Self::of::<Plan>("plan.schema.json", "plan.json"),
            Self::of::<Link>("event.schema.json", "one line of events.jsonl"),
            Self::of::<Observation>("observation.schema.json", "what was seen, in an event or as one of the outputs"),
            Self::of::<RunResult>("result.schema.json", "result.json"),
        ]
    }

    /// What is signed, and the envelope around it.
    fn signed() -> [Self; 2] {
        let statement = "what is signed in attestation.dsse.json and in signatures: an in-toto statement";
        [
            Self::of::<Statement>("attestation.schema.json", statement),
            Self::of::<Envelope>("envelope.schema.json", "attestation.dsse.json, and each file of signatures"),
        ]
    }

    fn validator(&self) -> Validator {
        jsonschema::draft202012::new(self.schema.as_value()).expect("a schema")
    }
}

fn parse(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("JSON")
}

/// What a run folder holds, in the order of the schemas.
fn documents(folder: &RunFolder) -> [Vec<Value>; 4] {
    let read = |name| folder.read(name).expect("readable");
    let links: Vec<Value> = read(EVENTS_FILE).trim_ascii_end().split(|byte| *byte == b'\n').map(parse).collect();
    let observation = |link: &Value| {
        let mut event = &link["event"];
        while event["kind"] == "in-scenario" {
            event = &event["event"];
        }
        let seen = event.get("observation")?;
        let stored = |digest: &str| parse(&folder.output(&digest.parse().expect("a digest")).expect("an output"));
        Some(seen["stored"].as_str().map_or_else(|| seen["here"].clone(), stored))
    };
    let observations = links.iter().filter_map(observation).collect();
    [vec![parse(&read(PLAN_FILE))], links, observations, vec![parse(&read(RESULT_FILE))]]
}

fn assert_fits(folder: &RunFolder) {
    for (published, documents) in Published::all().iter().zip(documents(folder)) {
        assert!(!documents.is_empty(), "nothing to hold against {}", published.file);
        let validator = published.validator();
        let error = |error: jsonschema::ValidationError<'_>| format!("{}: {error}", error.instance_path());
        let errors: Vec<String> =
            documents.iter().flat_map(|document| validator.iter_errors(document).map(error)).collect();
        assert_eq!(errors, Vec::<String>::new(), "{}", published.file);
    }
}

fn reports() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reports")
}

#[test]
fn the_published_schemas_are_those_of_the_types() {
    let folder = reports().join("schema");
    let page = fs::read_to_string(reports().join("README.md")).expect("the page");
    for Published { file, schema, .. } in Published::all().into_iter().chain(Published::signed()) {
        if env::var_os("PHASEGATE_BLESS").is_some() {
            let text = serde_json::to_string_pretty(&schema).expect("plain JSON");
            fs::write(folder.join(file), text + "\n").expect("writable");
        }
        let published = parse(&fs::read(folder.join(file)).expect("readable"));
        assert!(published == *schema.as_value(), "{file} is not the schema of the type; make it anew");
        assert!(page.contains(&format!("(schema/{file})")), "reports/README.md does not name {file}");
    }
    // That of what `--format json` prints belongs to the reports.
    let ours = fs::read_dir(folder)
        .expect("listable")
        .filter(|entry| entry.as_ref().expect("listable").file_name() != "report.schema.json");
    assert_eq!(ours.count(), Published::all().len() + Published::signed().len());
}

#[test]
fn plan_events_and_result_fit_their_schemas() {
    assert_fits(&Written::of(&Sample::passed()).folder);
}

#[test]
fn what_is_signed_fits_its_schemas() {
    let people = People::new();
    let written = signed(&people);
    let [statement, envelope] = Published::signed().map(|published| published.validator());
    for name in [ATTESTATION_FILE, "signatures/01-implementer.json", "signatures/03-deployer.json"] {
        let dsse = parse(&written.folder.read(name).expect("readable"));
        assert!(envelope.is_valid(&dsse), "{name}");
        let payload = parse(&Base64::decode_vec(dsse["payload"].as_str().expect("text")).expect("Base64"));
        let errors: Vec<String> = statement.iter_errors(&payload).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{name}");
        let mut other = payload.clone();
        other["predicateType"] = "https://slsa.dev/provenance/v1".into();
        assert!(!statement.is_valid(&other));
    }
}

#[test]
fn the_published_sample_fits_its_schemas() {
    assert_fits(&RunFolder::open(reports().join("sample")).expect("a run folder"));
}

#[test]
fn failures_fit_their_schemas() {
    assert_fits(&Written::of(&failed()).folder);
}

#[test]
fn a_run_that_proves_its_gates_fits_its_schemas() {
    let written = Written::of(&proved());
    assert_eq!(written.faults(), Vec::<String>::new());
    assert_eq!(written.verify().result.expect("a result").verdict, Verdict::Passed);
    assert_fits(&written.folder);
}

/// The values of the tag `kind`: those that a schema allows, or those that a document has.
fn kinds(value: &Value) -> BTreeSet<&str> {
    let kind = value.get("kind").and_then(|kind| kind.get("const").unwrap_or(kind).as_str());
    let within: Vec<&Value> = match value {
        Value::Object(map) => map.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    kind.into_iter().chain(within.into_iter().flat_map(kinds)).collect()
}

#[test]
fn something_of_every_kind_is_held_against_the_schemas() {
    let folders =
        [Sample::passed(), failed(), proved(), resumed()].map(|sample| documents(&Written::of(&sample).folder));
    for (at, published) in Published::all().iter().enumerate() {
        let met: BTreeSet<&str> = folders.iter().flat_map(|documents| &documents[at]).flat_map(kinds).collect();
        let missing: Vec<&str> = kinds(published.schema.as_value()).difference(&met).copied().collect();
        assert_eq!(missing, Vec::<&str>::new(), "{}", published.file);
    }
}

/// Hands over each value that differs from this one in one place: by something of another type, a key more or a key fewer.
/// `whole` puts what stands in this place into the whole.
fn each_change(value: &Value, whole: &dyn Fn(Value) -> Value, each: &mut dyn FnMut(Value)) {
    let stranger = || json!(-1.5);
    each(whole(stranger()));
    match value {
        Value::Object(map) => {
            let with = |key: &str, value: Value| {
                let mut map = map.clone();
                map.insert(key.to_owned(), value);
                whole(map.into())
            };
            each(with("unknown", stranger()));
            for (key, value) in map {
                let mut fewer = map.clone();
                fewer.remove(key);
                each(whole(fewer.into()));
                each_change(value, &|value| with(key, value), each);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                let with = |item: Value| {
                    let mut items = items.clone();
                    items[at] = item;
                    whole(items.into())
                };
                each_change(item, &with, each);
            }
        }
        _ => {}
    }
}

#[test]
fn what_the_types_refuse_the_schemas_refuse() {
    let folders = [failed(), proved(), resumed()].map(|sample| documents(&Written::of(&sample).folder));
    for (at, published) in Published::all().iter().enumerate() {
        let validator = published.validator();
        let mut refused = 0;
        for document in folders.iter().flat_map(|documents| &documents[at]) {
            each_change(document, &|whole| whole, &mut |changed| {
                if let Err(error) = (published.read)(&changed) {
                    assert!(!validator.is_valid(&changed), "{}: {error}: {changed}", published.file);
                    refused += 1;
                }
            });
        }
        assert!(refused > 100, "{} changes of what {} describes were refused", refused, published.file);
    }
}

#[test]
fn the_validator_finds_what_does_not_fit() {
    let [.., result] = Published::all();
    let validator = result.validator();
    let written = Written::of(&Sample::passed());
    let text = String::from_utf8(written.folder.read(RESULT_FILE).expect("readable")).expect("UTF-8");
    for (from, to) in [
        ("\"format\":2", "\"format\":1"),
        ("\"verdict\":\"passed\"", "\"verdict\":\"skipped\""),
        ("\"code\":\"server-lacks\"", "\"code\":\"server-is-old\""),
        ("\"added\":false", "\"added\":0"),
        ("\"check\":\"1.1.1\"", "\"check\":\"1.1.1\",\"port\":5432"),
        ("\"suite\":\"ledger\",", ""),
        ("\"plan\":\"", "\"plan\":\"sha256:"),
        ("\"plan\":\"", "\"plan\":\"0"),
    ] {
        assert!(text.contains(from), "{from}");
        assert!(!validator.is_valid(&parse(text.replacen(from, to, 1).as_bytes())), "{to}");
    }
}
