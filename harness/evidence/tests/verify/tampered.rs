//! Every kind of tampering, in every kind of file of a signed folder.

use std::fs;

use base64ct::{Base64, Encoding as _};
use phasegate_evidence::{
    ATTESTATION_FILE, EVENTS_FILE, FaultCode, OUTPUTS_FOLDER, PLAN_FILE, RESULT_FILE, sign::SigningError,
};
use serde_json::Value;

use crate::{
    Written,
    signed::{FIRST, People, SECOND, THIRD, codes, signed, signing},
};

/// One edit of a signed folder, and the code by which it is found at least.
type Tampering = (&'static str, fn(&Written), FaultCode);

fn rewrite(written: &Written, name: &str, edit: impl Fn(String) -> String) {
    let path = written.path(name);
    let before = fs::read_to_string(&path).expect("readable");
    let after = edit(before.clone());
    assert_ne!(before, after, "{name}");
    fs::write(path, after).expect("writable");
}

fn lines(written: &Written, edit: fn(&mut Vec<String>)) {
    rewrite(written, EVENTS_FILE, |text| {
        let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        edit(&mut lines);
        lines.concat()
    });
}

fn output(written: &Written, at: usize) -> String {
    let names = fs::read_dir(written.path(OUTPUTS_FOLDER)).expect("listable");
    let mut names: Vec<String> =
        names.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    format!("{OUTPUTS_FOLDER}/{}", names[at])
}

/// The payload of an envelope, edited and put back without signing it.
fn payload(written: &Written, name: &str, from: &str, to: &str) {
    rewrite(written, name, |text| {
        let mut dsse: Value = serde_json::from_str(&text).expect("JSON");
        let bytes = Base64::decode_vec(dsse["payload"].as_str().expect("text")).expect("Base64");
        let edited = String::from_utf8(bytes).expect("UTF-8").replacen(from, to, 1);
        dsse["payload"] = Base64::encode_string(edited.as_bytes()).into();
        dsse.to_string()
    });
}

/// A plan that says another digest of its first input.
fn with_another_input(plan: &str) -> String {
    let mut plan: Value = serde_json::from_str(plan).expect("JSON");
    let inputs = plan["suites"][0]["inputs"].as_object_mut().expect("inputs");
    *inputs.values_mut().next().expect("an input") = "0".repeat(64).into();
    plan.to_string()
}

const TAMPERED: &[Tampering] = &[
    (
        "an edited byte of the plan",
        |w| rewrite(w, PLAN_FILE, |t| t.replacen("learns", "learnt", 1)),
        FaultCode::PlanReplaced,
    ),
    (
        "a plan that is none",
        |w| rewrite(w, PLAN_FILE, |t| t.replacen("\"suites\"", "\"sweets\"", 1)),
        FaultCode::PlanDamaged,
    ),
    ("an input's digest changed", |w| rewrite(w, PLAN_FILE, |t| with_another_input(&t)), FaultCode::PlanReplaced),
    (
        "a bookkeeping added",
        |w| rewrite(w, PLAN_FILE, |t| t.replacen("\"deviations\"", "\"bookkeeping\":[\"entries\"],\"deviations\"", 1)),
        FaultCode::PlanReplaced,
    ),
    (
        "another format",
        |w| rewrite(w, PLAN_FILE, |t| t.replacen("\"format\":2", "\"format\":7", 1)),
        FaultCode::UnknownFormat,
    ),
    (
        "an edited event",
        |w| rewrite(w, EVENTS_FILE, |t| t.replacen("\"rows\":12", "\"rows\":13", 1)),
        FaultCode::ChainBroken,
    ),
    (
        "an event that is none",
        |w| rewrite(w, EVENTS_FILE, |t| t.replacen("\"seq\":1}", "\"seq\":1,\"sic\":1}", 1)),
        FaultCode::EventDamaged,
    ),
    ("a removed event", |w| lines(w, |lines| drop(lines.remove(3))), FaultCode::ChainBroken),
    ("an added event", |w| lines(w, |lines| lines.insert(3, lines[3].clone())), FaultCode::ChainBroken),
    ("two events in another order", |w| lines(w, |lines| lines.swap(3, 4)), FaultCode::ChainBroken),
    ("a last event without its end", |w| rewrite(w, EVENTS_FILE, |t| t.trim_end().to_owned()), FaultCode::Truncated),
    ("events without the last one", |w| lines(w, |lines| drop(lines.pop())), FaultCode::Truncated),
    ("an edited output", |w| rewrite(w, &output(w, 0), |t| t + " "), FaultCode::OutputSwapped),
    (
        "two outputs in each other's place",
        |w| {
            let [one, other] = [0, 1].map(|at| w.path(&output(w, at)));
            let [a, b] = [&one, &other].map(|path| fs::read(path).expect("readable"));
            fs::write(one, b).expect("writable");
            fs::write(other, a).expect("writable");
        },
        FaultCode::OutputSwapped,
    ),
    ("a removed output", |w| fs::remove_file(w.path(&output(w, 0))).expect("removable"), FaultCode::Missing),
    (
        "an added output",
        |w| fs::write(w.path(&format!("{OUTPUTS_FOLDER}/{}", "0".repeat(64))), "").expect("writable"),
        FaultCode::Added,
    ),
    ("an added file", |w| fs::write(w.path("notes.txt"), "").expect("writable"), FaultCode::Added),
    (
        "an edited result",
        |w| rewrite(w, RESULT_FILE, |t| t.replacen("\"passed\":", "\"passed\": ", 1)),
        FaultCode::ResultReplaced,
    ),
    ("a removed result", |w| fs::remove_file(w.path(RESULT_FILE)).expect("removable"), FaultCode::Missing),
    (
        "an added report",
        |w| fs::write(w.path("report.md"), "all is well").expect("writable"),
        FaultCode::SignatureForeign,
    ),
    (
        "a removed attestation",
        |w| fs::remove_file(w.path(ATTESTATION_FILE)).expect("removable"),
        FaultCode::SignatureForeign,
    ),
    (
        "an attestation that is a sign-off",
        |w| assert!(fs::copy(w.path(FIRST), w.path(ATTESTATION_FILE)).is_ok()),
        FaultCode::SignatureDamaged,
    ),
    (
        "an attestation in the place of a sign-off",
        |w| assert!(fs::copy(w.path(ATTESTATION_FILE), w.path(FIRST)).is_ok()),
        FaultCode::SignatureDamaged,
    ),
    (
        "an attestation with an edited payload",
        |w| payload(w, ATTESTATION_FILE, "ledger", "Ledger"),
        FaultCode::SignatureInvalid,
    ),
    ("a sign-off in another name", |w| payload(w, SECOND, "Grace", "Carol"), FaultCode::SignatureInvalid),
    (
        "a sign-off in another role",
        |w| payload(w, SECOND, "\"validator\"", "\"deployer\""),
        FaultCode::SignatureInvalid,
    ),
    ("a sign-off that is no JSON", |w| rewrite(w, SECOND, |t| t + "}"), FaultCode::SignatureDamaged),
    ("a sign-off with white space", |w| rewrite(w, SECOND, |t| t + "\n"), FaultCode::SignatureDamaged),
    (
        "a sign-off without a signature",
        |w| {
            rewrite(w, SECOND, |t| {
                let mut dsse: Value = serde_json::from_str(&t).expect("JSON");
                dsse["signatures"] = Value::Array(Vec::new());
                dsse.to_string()
            })
        },
        FaultCode::SignatureDamaged,
    ),
    ("a removed sign-off", |w| fs::remove_file(w.path(SECOND)).expect("removable"), FaultCode::SignOffMissing),
    ("a removed first sign-off", |w| fs::remove_file(w.path(FIRST)).expect("removable"), FaultCode::SignOffMissing),
    (
        "a sign-off that stands there twice",
        |w| assert!(fs::copy(w.path(THIRD), w.path("signatures/04-deployer.json")).is_ok()),
        FaultCode::SignOffMissing,
    ),
    (
        "sign-offs in another order",
        |w| {
            fs::rename(w.path(SECOND), w.path("signatures/04-validator.json")).expect("renamed");
        },
        FaultCode::SignOffMissing,
    ),
    (
        "a folder among the sign-offs",
        |w| fs::create_dir(w.path("signatures/04")).expect("writable"),
        FaultCode::Unreadable,
    ),
];

#[test]
fn every_kind_of_tampering_is_found_in_every_kind_of_file_and_named() {
    let people = People::new();
    let mut wrong = Vec::new();
    for (name, tamper, code) in TAMPERED {
        let written = signed(&people);
        tamper(&written);
        let verification = written.verify();
        if !codes(&verification).contains(code.as_str()) {
            wrong.push(format!("{name}: {code} is not among {:?}", verification.faults));
        }
        let again = verification.sign(signing(1), &people.keys[1]);
        assert!(matches!(again, Err(SigningError::Unverified)), "{name}: it can be signed");
    }
    println!("{} ways of tampering", TAMPERED.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
