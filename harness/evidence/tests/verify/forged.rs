//! A run folder in the hands of a forger, who edits what it pleases him to and seals it again: every digest, every link of the
//! chain, every closing verdict and the result fit what he left.

use std::{collections::BTreeMap, fs, path::Path};

use phasegate_evidence::{
    Digest, EVENTS_FILE, Event, Link, OUTPUTS_FOLDER, PLAN_FILE, Plan, RESULT_FILE, RunFolder, RunResult,
    SIGNATURES_FOLDER, Verification, canonical_bytes, verify,
};
use serde_json::{Value, json};

use crate::sample::Sample;

/// A folder that is open to edits.
#[derive(Clone)]
pub(crate) struct Forged {
    pub(crate) plan: Value,
    /// Each event, after the time at which it was written.
    pub(crate) events: Vec<(u64, Value)>,
    pub(crate) outputs: BTreeMap<String, Vec<u8>>,
    /// Whether closing verdicts and the end of the run are made to fit.
    pub(crate) closes: bool,
}

impl Forged {
    pub(crate) fn of(sample: &Sample) -> Self {
        let holder = tempfile::tempdir().expect("a temporary folder");
        let written = sample.write(&holder.path().join("run"));
        let parse = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).expect("JSON");
        let read = |name: &str| written.read(name).expect("readable");
        let lines = read(EVENTS_FILE);
        let lines = lines.trim_ascii_end().split(|byte| *byte == b'\n').map(parse);
        let outputs =
            sample.outputs.iter().map(|text| (Digest::of(text.as_bytes()).to_string(), text.as_bytes().to_vec()));
        Self {
            plan: parse(&read(PLAN_FILE)),
            events: lines.map(|line| (line["at_unix_ms"].as_u64().expect("a time"), line["event"].clone())).collect(),
            outputs: outputs.collect(),
            closes: true,
        }
    }

    /// The ordinal of the first event that holds all of these.
    pub(crate) fn at(&self, wanted: Value) -> usize {
        let holds =
            |event: &Value| wanted.as_object().expect("an object").iter().all(|(key, value)| event[key] == *value);
        self.events.iter().position(|(_, event)| holds(event)).unwrap_or_else(|| panic!("no event {wanted}"))
    }

    /// The first event that holds all of these.
    pub(crate) fn event(&mut self, wanted: Value) -> &mut Value {
        let at = self.at(wanted);
        &mut self.events[at].1
    }

    /// Keeps a value among the outputs, and gives its digest.
    pub(crate) fn output(&mut self, value: &Value) -> Value {
        let bytes = canonical_bytes(value).expect("plain JSON");
        let digest = Digest::of(&bytes).to_string();
        self.outputs.insert(digest.clone(), bytes);
        digest.into()
    }

    /// An output as it stands.
    pub(crate) fn stored(&self, digest: &Value) -> Value {
        serde_json::from_slice(&self.outputs[digest.as_str().expect("a digest")]).expect("JSON")
    }

    /// What `verify` says of the sealed folder.
    pub(crate) fn faults(self) -> Vec<String> {
        let faults = self.verification().faults;
        faults.iter().map(|fault| format!("{}: {}", fault.file, fault.what)).collect()
    }

    /// The sealed folder, verified.
    pub(crate) fn verification(mut self) -> Verification {
        let holder = tempfile::tempdir().expect("a temporary folder");
        self.seal(holder.path());
        verify(&RunFolder::open(holder.path()).expect("a run folder"))
    }

    /// The sealed folder, verified with a sign-off brought into it.
    pub(crate) fn verification_with(mut self, (file, bytes): &(String, Vec<u8>)) -> Verification {
        let holder = tempfile::tempdir().expect("a temporary folder");
        self.seal(holder.path());
        fs::create_dir(holder.path().join(SIGNATURES_FOLDER)).expect("writable");
        fs::write(holder.path().join(file), bytes).expect("writable");
        verify(&RunFolder::open(holder.path()).expect("a run folder"))
    }

    /// Writes the folder, with every digest, every link and every closing verdict as they must be.
    pub(crate) fn seal(&mut self, folder: &Path) {
        let plan = canonical_bytes(&self.plan).expect("plain JSON");
        fs::write(folder.join(PLAN_FILE), &plan).expect("writable");
        if self.events[0].1["plan"].is_string() {
            self.events[0].1["plan"] = Digest::of(&plan).to_string().into();
        }
        let planned: Option<Plan> = serde_json::from_value(self.plan.clone()).ok();
        let events: Option<Vec<Event>> =
            self.events.iter().map(|(_, event)| serde_json::from_value(event.clone()).ok()).collect();
        if let (Some(planned), Some(events)) = (planned, &events) {
            let result = RunResult::derive(&planned, events);
            if self.closes {
                self.close(&result);
            }
            fs::write(folder.join(RESULT_FILE), canonical_bytes(&result).expect("plain JSON")).expect("writable");
        }
        let mut previous = Digest::of(b"");
        let mut lines = Vec::new();
        for (seq, (at, event)) in self.events.iter().enumerate() {
            let line = json!({"seq": seq, "previous": previous, "at_unix_ms": at, "event": event});
            let line = match serde_json::from_value::<Link>(line.clone()) {
                Ok(link) => canonical_bytes(&link),
                Err(_) => canonical_bytes(&line),
            };
            let line = line.expect("plain JSON");
            previous = Digest::of(&line);
            lines.extend(line);
            lines.push(b'\n');
        }
        let named: Vec<String> = events.iter().flatten().flat_map(Event::outputs).map(ToString::to_string).collect();
        let outputs = folder.join(OUTPUTS_FOLDER);
        fs::create_dir(&outputs).expect("writable");
        for (name, bytes) in self.outputs.iter().filter(|(name, _)| named.contains(name)) {
            fs::write(outputs.join(name), bytes).expect("writable");
        }
        fs::write(folder.join(EVENTS_FILE), lines).expect("writable");
    }

    /// Makes the closing verdicts those that the result comes to.
    pub(crate) fn close(&mut self, result: &RunResult) {
        let bytes = canonical_bytes(result).expect("plain JSON");
        for (_, event) in &mut self.events {
            let suite = result.suites.iter().find(|suite| event["suite"] == *suite.suite);
            let phase = suite.and_then(|suite| suite.phases.iter().find(|phase| event["phase"] == *phase.phase));
            match (event["kind"].as_str(), suite, phase) {
                (Some("phase-judged"), _, Some(phase)) => event["verdict"] = json!(phase.verdict),
                (Some("suite-finished"), Some(suite), _) => event["verdict"] = json!(suite.verdict),
                (Some("run-finished"), ..) => {
                    event["verdict"] = json!(result.verdict);
                    event["result"] = json!(Digest::of(&bytes));
                }
                _ => {}
            }
        }
    }
}
