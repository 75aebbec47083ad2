//! A small run folder made by hand with the crate's own types: three phases of a ledger, with a gate that the source
//! did not ask for, a check that the server cannot judge, findings and a deviation.

use std::{collections::BTreeMap, fs, path::Path};

use phasegate_evidence::{
    Answer, AnswerKind, Catalog, Chain, DeviationPlan, Difference, Digest, EVENTS_FILE, Event, FORMAT_VERSION,
    FindingPlan, GatePlan, OUTPUTS_FOLDER, PLAN_FILE, PhasePlan, Plan, Precedent, Proof, RESULT_FILE, Reason,
    ReasonCode, RequirementPlan, Roots, RunFolder, RunResult, Seen, ServerFacts, ServerNeed, Severity, SuitePlan,
    Table, TableContent, Verdict, canonical_bytes,
    judge::{
        Check, Expectation, Judging, Needs, Observation, Rows, RowsSeen, Sequence, SequenceSeen, Step, StepSeen,
        Violations, ViolationsSeen, judge,
    },
    run_name,
};
use serde::Serialize;

/// When the sample's run began, in milliseconds since 1970: 2026-01-02T03:04:05Z.
const STARTED_UNIX_MS: u64 = 1_767_323_045_000;

/// A run that can be changed before it is written. The start and the end of the run are written by `write`.
pub(crate) struct Sample {
    pub(crate) plan: Plan,
    pub(crate) events: Vec<Event>,
    pub(crate) outputs: Vec<String>,
    /// Which runs before it tried its gates.
    pub(crate) proofs: Vec<Proof>,
    /// The signed run that it began after.
    pub(crate) after: Option<Precedent>,
    /// Whether its suite lies outside of the project that it is run in.
    pub(crate) is_outside: bool,
}

impl Sample {
    /// A run in which every gate opens.
    pub(crate) fn passed() -> Self {
        let mut sample = Self {
            plan: plan(),
            events: Vec::new(),
            outputs: Vec::new(),
            proofs: Vec::new(),
            after: None,
            is_outside: false,
        };
        let catalog = sample.stored_value(&catalog_after(0));
        sample.events = vec![
            Event::ServerReady { server: server() },
            Event::SuiteStarted { suite: "ledger".into() },
            Event::BaselineApplied {
                suite: "ledger".into(),
                statements: 4,
                catalog,
                rows: BTreeMap::from([("entries".to_owned(), 12), ("accounts".to_owned(), 3)]),
                tables: tables_after(0),
                revisions: BTreeMap::new(),
                duration_us: 8_500,
            },
        ];
        for phase in sample.plan.suites[0].phases.clone() {
            sample.apply_and_judge(&phase);
        }
        let judged = sample.events.pop().expect("phase 3 was judged");
        sample.finding("truncate-bypasses-guards", "0");
        sample.finding("float-amounts", "12");
        sample.events.push(judged);
        sample.events.push(Event::SuiteFinished { suite: "ledger".into(), verdict: Verdict::Passed });
        sample
    }

    /// Stores an output and gives its digest.
    pub(crate) fn output(&mut self, text: &str) -> Digest {
        self.outputs.push(text.to_owned());
        Digest::of(text.as_bytes())
    }

    /// Writes the folder: plan, outputs, the chain of events with start and end, and the result they come to.
    pub(crate) fn write(&self, path: &Path) -> RunFolder {
        fs::create_dir_all(path.join(OUTPUTS_FOLDER)).expect("a writable folder");
        let plan = canonical_bytes(&self.plan).expect("plain JSON");
        fs::write(path.join(PLAN_FILE), &plan).expect("a writable folder");
        for text in &self.outputs {
            let name = Digest::of(text.as_bytes());
            fs::write(path.join(OUTPUTS_FOLDER).join(name.as_str()), text).expect("a writable folder");
        }
        let mut events = vec![Event::RunStarted {
            run: run_name(STARTED_UNIX_MS, 1),
            plan: Digest::of(&plan),
            proofs: self.proofs.clone(),
            after: self.after.clone(),
            roots: if self.is_outside { BTreeMap::new() } else { BTreeMap::from([("ledger".to_owned(), roots())]) },
        }];
        events.extend(self.events.iter().cloned());
        let result = RunResult::derive(&self.plan, &events);
        let bytes = canonical_bytes(&result).expect("plain JSON");
        fs::write(path.join(RESULT_FILE), &bytes).expect("a writable folder");
        events.push(Event::RunFinished { verdict: result.verdict, result: Digest::of(&bytes) });
        fs::write(path.join(EVENTS_FILE), chained(&events)).expect("a writable folder");
        RunFolder::open(path).expect("a run folder")
    }

    /// Drops the outputs that no event names any more.
    pub(crate) fn keep_named_outputs(&mut self) {
        let named: Vec<Digest> = self.events.iter().flat_map(Event::outputs).cloned().collect();
        self.outputs.retain(|text| named.contains(&Digest::of(text.as_bytes())));
    }

    fn apply_and_judge(&mut self, phase: &PhasePlan) {
        let suite = "ledger".to_owned();
        let id = phase.phase.clone();
        let after_number: usize = id.parse().expect("a number");
        let [before, after] = [catalog_after(after_number - 1), catalog_after(after_number)];
        let [catalog_before, catalog_after] = [self.stored_value(&before), self.stored_value(&after)];
        let difference = self.stored_value(&Difference::between(&before, &after));
        self.events.extend([
            Event::PhaseStarted { suite: suite.clone(), phase: id.clone() },
            Event::StatementApplied {
                suite: suite.clone(),
                phase: id.clone(),
                file: format!("phases/{}/up.sql", phase.slug),
                line: 3,
                rows: 12,
                duration_us: 900,
            },
            Event::PhaseApplied {
                suite: suite.clone(),
                phase: id.clone(),
                catalog_before,
                catalog_after,
                difference,
                tables: tables_after(after_number),
                revisions: BTreeMap::new(),
                duration_us: 1_400,
            },
        ]);
        for gate in &phase.gates {
            for check in &gate.checks {
                let seen = seen_by(check);
                let judged = judge(&check.expectation, &seen);
                // One observation is large enough to lie among the outputs.
                let observation = if check.id == "1.1.1" { self.stored(&seen) } else { Seen::Here(Box::new(seen)) };
                self.events.push(Event::CheckJudged {
                    suite: suite.clone(),
                    phase: id.clone(),
                    gate: gate.gate.clone(),
                    check: check.id.clone(),
                    verdict: judged.verdict,
                    reason: judged.reason,
                    examined: judged.examined,
                    observation,
                    duration_us: 700,
                });
            }
        }
        self.events.push(Event::PhaseJudged { suite, phase: id, verdict: Verdict::Passed });
    }

    /// Stores an observation among the outputs.
    pub(crate) fn stored(&mut self, seen: &Observation) -> Seen {
        Seen::Stored(self.stored_value(seen))
    }

    /// Stores a value among the outputs, in canonical JSON.
    pub(crate) fn stored_value<T: Serialize>(&mut self, value: &T) -> Digest {
        let bytes = canonical_bytes(value).expect("plain JSON");
        self.output(&String::from_utf8(bytes).expect("UTF-8"))
    }

    fn finding(&mut self, id: &str, seen: &str) {
        let steps =
            self.plan.suites[0].findings.iter().find(|finding| finding.id == id).expect("planned").steps.clone();
        let table = |value: &str| Table { columns: vec!["count".into()], rows: vec![vec![Some(value.into())]] };
        let step = |table| StepSeen::accepted(0, table);
        let seen = Observation::Sequence(SequenceSeen { steps: vec![step(Table::default()), step(table(seen))] });
        let judged = judge(&Expectation::Sequence(Sequence { steps }), &seen);
        self.events.push(Event::FindingTried {
            suite: "ledger".into(),
            finding: id.into(),
            confirmed: judged.verdict == Verdict::Passed,
            reason: judged.reason,
            observation: Seen::Here(Box::new(seen)),
        });
    }
}

/// The catalog after so many phases.
pub(crate) fn catalog_after(phases: usize) -> Catalog {
    let made = [
        ("table accounts", "table"),
        ("table entries", "table"),
        ("column entries.currency", "character(3) NOT NULL"),
        ("index idx_number", "UNIQUE ON accounts (number)"),
        ("index idx_archived", "ON entries (archived)"),
    ];
    let made = &made[..2 + phases];
    Catalog(made.iter().map(|(key, definition)| ((*key).to_owned(), (*definition).to_owned())).collect())
}

/// The lines of `events.jsonl`, each chained to the one before.
fn chained(events: &[Event]) -> String {
    let mut chain = Chain::default();
    let mut text = String::new();
    for (at, event) in events.iter().enumerate() {
        let at = STARTED_UNIX_MS + at as u64 * 10;
        let line = chain.append(at, event.clone()).expect("plain JSON");
        text.push_str(std::str::from_utf8(&line).expect("UTF-8"));
    }
    text
}

/// What each table holds after so many phases.
pub(crate) fn tables_after(phases: usize) -> BTreeMap<String, TableContent> {
    let content = |(table, rows): (&str, u64)| {
        let content = TableContent { rows, digest: Digest::of(format!("{table} after {phases}").as_bytes()) };
        (table.to_owned(), content)
    };
    [("entries", 12), ("accounts", 3)].map(content).into()
}

fn server() -> ServerFacts {
    ServerFacts {
        kind: "embedded".into(),
        versions: [("PostgreSQL", "17.6"), ("TimescaleDB", "2.19.3"), ("TimescaleDB edition", "apache")]
            .map(|(name, version)| (name.to_owned(), version.to_owned()))
            .into(),
        origin: BTreeMap::from([("postgresql-17".to_owned(), "17.6-0+deb13u1".to_owned())]),
        system: Some("7512345678901234567".into()),
        settings: BTreeMap::from([("jit".to_owned(), "off".to_owned())]),
    }
}

fn roots() -> Roots {
    Roots { suite: "validation/ledger".into(), fixtures: "migrations/ledger".into() }
}

fn plan() -> Plan {
    let input = |text: &str| Digest::of(text.as_bytes());
    Plan {
        format: FORMAT_VERSION,
        phasegate: env!("CARGO_PKG_VERSION").into(),
        judging: Judging::Run,
        keep_going: false,
        suites: vec![SuitePlan {
            suite: "ledger".into(),
            title: "a ledger of accounts learns its currency".into(),
            source: "the sample's own words".into(),
            server: ServerNeed {
                kind: "postgres".into(),
                postgres_min: Some(15),
                postgres_max: None,
                timescaledb: true,
            },
            inputs: ["1-currency", "2-accounts", "3-archive"]
                .map(|phase| (format!("fixtures/phases/{phase}/up.sql"), input(phase)))
                .into(),
            env: BTreeMap::new(),
            bookkeeping: Vec::new(),
            lines: BTreeMap::from([
                ("suite/gates/1-currency/1.1-currency.toml".to_owned(), lines(&[("1.1.1", 4), ("1.1.2", 12)])),
                ("suite/gates/2-accounts/2.1-number.toml".to_owned(), lines(&[("2.1.1", 4), ("2.1.2", 11)])),
            ]),
            deviations: vec![DeviationPlan {
                id: "currency-not-null".into(),
                reading: "the currency is never NULL".into(),
                instead_of: "\"currency VARCHAR(3)\", section 2".into(),
                reason: "an amount without a currency cannot be added up".into(),
            }],
            findings: vec![
                finding("truncate-bypasses-guards", Severity::High, "TRUNCATE empties the append-only ledger"),
                finding("float-amounts", Severity::Low, "amounts are kept as floating point"),
            ],
            requirements: requirements(),
            phases: vec![
                phase(
                    "1",
                    "1-currency",
                    "entries: currency and its default",
                    vec![
                        gate("1.1", "every entry has a currency", false, &[("1.1.1", "violations"), ("1.1.2", "rows")]),
                        gate("A1", "the phase changes what it declares and nothing else", true, &[("A1.1", "rows")]),
                    ],
                ),
                phase(
                    "2",
                    "2-accounts",
                    "accounts: a unique number",
                    vec![gate(
                        "2.1",
                        "two accounts cannot share a number | not even once",
                        false,
                        &[("2.1.1", "rows"), ("2.1.2", "rows")],
                    )],
                ),
                phase(
                    "3",
                    "3-archive",
                    "entries: old chunks are compressed",
                    vec![gate("3.1", "old entries are compressed", false, &[("3.1.1", "rows"), ("3.1.2", "rows")])],
                ),
            ],
            scenarios: Vec::new(),
        }],
    }
}

fn lines(of: &[(&str, u32)]) -> BTreeMap<String, u32> {
    of.iter().map(|(check, line)| ((*check).to_owned(), *line)).collect()
}

/// Those that the gates name, and one for each other way in which a requirement is answered.
fn requirements() -> Vec<RequirementPlan> {
    let listed = |requirement: &str, section: Option<&str>, answers: &[(AnswerKind, &str)], note: Option<&str>| {
        let answer = |(kind, id): &(AnswerKind, &str)| Answer { kind: *kind, id: (*id).into(), part: None };
        RequirementPlan {
            requirement: requirement.into(),
            section: section.map(str::to_owned),
            title: section.map(|_| format!("what {requirement} says")),
            answers: answers.iter().map(answer).collect(),
            note: note.map(str::to_owned),
        }
    };
    let [rules, words] = [Some("Rules of the sample"), Some("Words of the sample")];
    let gates = ["1.1", "A1", "2.1", "3.1"];
    let named = gates.map(|gate| listed(&format!("sample, gate {gate}"), None, &[(AnswerKind::Gate, gate)], None));
    let mut all = vec![
        listed("rule 1", rules, &[(AnswerKind::Check, "2.1.2"), (AnswerKind::Scenario, "two-at-once")], None),
        listed("rule 2", rules, &[(AnswerKind::Test, "properties::amounts_add_up")], None),
        listed("rule 3", rules, &[(AnswerKind::Deviation, "currency-not-null")], None),
        listed("word 1", words, &[(AnswerKind::Finding, "float-amounts")], None),
        listed("word 2", words, &[], Some("nothing to prove")),
    ];
    all.extend(named);
    all
}

fn finding(id: &str, severity: Severity, title: &str) -> FindingPlan {
    FindingPlan {
        id: id.into(),
        severity,
        title: title.into(),
        phase: "3".into(),
        steps: vec![step("TRUNCATE entries", None), step("SELECT count(*) FROM entries", Some("0"))],
    }
}

fn phase(id: &str, slug: &str, title: &str, gates: Vec<GatePlan>) -> PhasePlan {
    PhasePlan {
        phase: id.into(),
        slug: slug.into(),
        title: title.into(),
        revision: Some(format!("rev{id}")),
        up_command: None,
        down_command: None,
        inputs: Vec::new(),
        env: BTreeMap::new(),
        gates,
    }
}

fn gate(id: &str, claim: &str, added: bool, checks: &[(&str, &str)]) -> GatePlan {
    GatePlan {
        gate: id.into(),
        claim: claim.into(),
        requirement: vec![format!("sample, gate {id}")],
        added,
        checks: checks.iter().map(|(id, kind)| check(id, kind)).collect(),
    }
}

fn step(run: &str, value: Option<&str>) -> Step {
    Step {
        run: run.into(),
        session: None,
        blocked_by: None,
        role: None,
        settings: BTreeMap::new(),
        rows: value.map(|value| vec![vec![Some(value.into())]]),
        affects: None,
        rejects: None,
    }
}

fn check(id: &str, kind: &str) -> Check {
    let expectation = match kind {
        "violations" => Expectation::Violations(Violations {
            query: "SELECT * FROM entries WHERE currency IS NULL".into(),
            examined: "SELECT count(*) FROM entries".into(),
            allow_empty: false,
        }),
        _ => Expectation::Rows(Rows {
            query: format!("SELECT '{id}'"),
            rows: vec![vec![Some(id.into())]],
            examined: None,
        }),
    };
    let needs = if id == "3.1.2" { Some("community".into()) } else { None };
    let needs = Needs { edition: needs, postgres_min: None, ..Needs::default() };
    let log = match id {
        "1.1.2" | "2.1.1" => Some("Final state of the ledger"),
        "3.1.2" => Some("Compression"),
        _ => None,
    };
    let log = log.map(str::to_owned);
    Check { needs, log, ..Check::new(id, format!("what check {id} tries"), expectation) }
}

/// What a check sees when it passes; the server lacks what one of them needs.
pub(crate) fn seen_by(check: &Check) -> Observation {
    if check.id == "3.1.2" {
        let lacking = "needs the community edition of TimescaleDB; this is the apache edition";
        return Observation::NotApplicable { reason: Reason::new(ReasonCode::ServerLacks, lacking) };
    }
    match &check.expectation {
        Expectation::Violations(_) => {
            Observation::Violations(ViolationsSeen { violations: Table::default(), examined: 12, error: None })
        }
        _ => rows_seen(&check.id),
    }
}

/// One row of one value.
pub(crate) fn rows_seen(value: &str) -> Observation {
    let table = Table { columns: vec!["?column?".into()], rows: vec![vec![Some(value.into())]] };
    Observation::Rows(RowsSeen { table: Some(table), examined: None, error: None })
}
