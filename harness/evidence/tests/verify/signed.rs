//! Attestations and sign-offs: who can sign what, what a signature holds against whom, and that nothing but `openssl` is
//! needed to check one.

use std::{collections::BTreeSet, fs, process::Command};

use base64ct::{Base64, Encoding as _};
use phasegate_evidence::{
    ATTESTATION_FILE, Digest, Event, Plan, SIGNATURES_FOLDER, Verdict, Verification,
    sign::{
        Approval, Envelope, Exception, Meaning, PhaseScope, PrivateKey, PublicKey, Role, SignOff, Signing,
        SigningError, Statement, TrustedKey, TrustedKeys, approval, follows,
    },
};
use serde_json::Value;

use crate::{Written, failed::third_phase_failed, sample::Sample};

/// Long after the sample's run.
const NOW: &str = "2026-02-03T04:05:06Z";

/// Three people with a key each.
pub(crate) struct People {
    pub(crate) keys: [PrivateKey; 3],
}

pub(crate) const FIRST: &str = "signatures/01-implementer.json";
pub(crate) const SECOND: &str = "signatures/02-validator.json";
pub(crate) const THIRD: &str = "signatures/03-deployer.json";

const NAMES: [&str; 3] = ["Ada", "Grace", "Edsger"];
const ROLES: [Role; 3] = [Role::Implementer, Role::Validator, Role::Deployer];

impl People {
    pub(crate) fn new() -> Self {
        Self { keys: [0, 1, 2].map(|_| PrivateKey::generate().expect("random numbers")) }
    }

    fn public(&self, at: usize) -> PublicKey {
        self.keys[at].public().expect("a key")
    }

    fn trusted(&self) -> TrustedKeys {
        let of = |at: usize| TrustedKey {
            name: NAMES[at].to_owned(),
            key: self.public(at),
            valid_from: None,
            valid_until: None,
            revoked: None,
            roles: None,
        };
        TrustedKeys([0, 1, 2].map(of).to_vec())
    }
}

pub(crate) fn signing(at: usize) -> Signing {
    let meaning = [Meaning::Authorship, Meaning::Approval, Meaning::Responsibility][at];
    Signing {
        role: ROLES[at],
        name: NAMES[at].to_owned(),
        meaning,
        signed_at: NOW.to_owned(),
        phase: None,
        notes: None,
        exception: None,
    }
}

fn exception() -> Exception {
    Exception { reason: "a known fault".into(), ticket: "T-1".into(), deadline: "2026-03-01".into() }
}

fn sign(written: &Written, signing: Signing, key: &PrivateKey) -> Result<String, SigningError> {
    let (file, bytes) = written.verify().sign(signing, key)?;
    fs::create_dir_all(written.path(SIGNATURES_FOLDER)).expect("writable");
    fs::write(written.path(&file), bytes).expect("writable");
    Ok(file)
}

fn refused(written: &Written, signing: Signing, key: &PrivateKey) -> String {
    sign(written, signing, key).expect_err("must be refused").to_string()
}

/// The sample, attested and signed by all three.
pub(crate) fn signed(people: &People) -> Written {
    let written = Written::of(&Sample::passed());
    let bytes = written.verify().attest(&people.keys[0]).expect("attestable");
    fs::write(written.path(ATTESTATION_FILE), bytes).expect("writable");
    for at in 0..3 {
        sign(&written, signing(at), &people.keys[at]).expect("may sign");
    }
    written
}

pub(crate) fn codes(verification: &Verification) -> BTreeSet<&'static str> {
    verification.faults.iter().map(|fault| fault.code.as_str()).collect()
}

#[test]
fn a_signed_folder_verifies_against_the_keys_of_those_who_signed() {
    let people = People::new();
    let written = signed(&people);
    let mut verification = written.verify();
    assert!(verification.holds(), "{:?}", verification.faults);
    assert_eq!(verification.attested_by, Some(people.public(0)));
    let files: Vec<&str> = verification.signed.iter().map(|signed| signed.file.as_str()).collect();
    assert_eq!(
        files,
        ["signatures/01-implementer.json", "signatures/02-validator.json", "signatures/03-deployer.json"]
    );
    assert_eq!(approval(&verification.signed, None), Approval::Given);
    verification.trust(&people.trusted());
    assert!(verification.holds(), "{:?}", verification.faults);
}

#[test]
fn openssl_alone_checks_a_signature() {
    let people = People::new();
    let written = signed(&people);
    let here = written.folder.path();
    let dsse: Value =
        serde_json::from_slice(&fs::read(here.join("signatures/02-validator.json")).expect("readable")).expect("JSON");
    let decoded = |value: &Value| Base64::decode_vec(value.as_str().expect("text")).expect("Base64");
    let (payload, signature) = (decoded(&dsse["payload"]), decoded(&dsse["signatures"][0]["sig"]));
    // Written here once more, by the words of the protocol and not by the code under test.
    let mut encoded = format!("DSSEv1 28 application/vnd.in-toto+json {} ", payload.len()).into_bytes();
    encoded.extend(&payload);
    let holder = tempfile::tempdir().expect("a temporary folder");
    let put = |name: &str, bytes: &[u8]| fs::write(holder.path().join(name), bytes).expect("writable");
    put("signed", &encoded);
    put("sig", &signature);
    put("key", people.public(1).pem().as_bytes());
    put("other", people.public(2).pem().as_bytes());
    let verifies = |key: &str| {
        let args = ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", key, "-in", "signed", "-sigfile", "sig"];
        let output = Command::new("openssl").args(args).current_dir(holder.path()).output().expect("openssl runs");
        output.status.success()
    };
    assert!(verifies("key"));
    assert!(!verifies("other"));
    encoded[60] ^= 1;
    put("signed", &encoded);
    assert!(!verifies("key"));
}

#[test]
fn openssl_reads_the_keys_and_we_read_those_of_openssl() {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let openssl = |args: &[&str]| {
        let output = Command::new("openssl").args(args).current_dir(holder.path()).output().expect("openssl runs");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let key = PrivateKey::generate().expect("random numbers");
    for passphrase in [None, Some("open, please")] {
        let pem = key.to_pem(passphrase).expect("writable");
        fs::write(holder.path().join("key"), pem.as_bytes()).expect("writable");
        let args = ["pkey", "-in", "key", "-passin", "pass:open, please", "-pubout"];
        assert_eq!(openssl(&args), key.public().expect("a key").pem());
    }
    let pem = openssl(&["genpkey", "-algorithm", "ed25519"]);
    assert!(PrivateKey::from_pem(&pem, None).is_ok());
    fs::write(holder.path().join("plain"), pem).expect("writable");
    let pem = openssl(&["pkcs8", "-topk8", "-in", "plain", "-v2", "aes-256-cbc", "-passout", "pass:x"]);
    assert!(PrivateKey::from_pem(&pem, Some("x")).is_ok());
    let pem = openssl(&["genpkey", "-algorithm", "X25519"]);
    assert!(PrivateKey::from_pem(&pem, None).is_err());
}

#[test]
fn a_signature_of_another_run_or_another_migration_is_foreign() {
    let people = People::new();
    let honest = signed(&people);
    let mut slower = Sample::passed();
    for event in &mut slower.events {
        if let Event::CheckJudged { duration_us, .. } = event {
            *duration_us += 1;
        }
    }
    let mut other = Sample::passed();
    let inputs = &mut other.plan.suites[0].inputs;
    let up = inputs.values_mut().next().expect("an input");
    *up = Digest::of(b"DROP TABLE entries");
    for (sample, code) in [(slower, "signature-foreign"), (other, "wrong-migration")] {
        let written = Written::of(&sample);
        assert!(written.verify().holds());
        fs::create_dir_all(written.path(SIGNATURES_FOLDER)).expect("writable");
        for name in [FIRST, SECOND, THIRD, ATTESTATION_FILE] {
            fs::copy(honest.path(name), written.path(name)).expect("copied");
        }
        let verification = written.verify();
        assert!(codes(&verification).contains(code), "{:?}", verification.faults);
        assert_eq!(verification.faults.iter().filter(|fault| fault.code.as_str() == "signature-foreign").count(), 4);
        assert_eq!(verification.attested_by, None);
    }
}

#[test]
fn who_is_not_trusted_is_told_apart() {
    let people = People::new();
    let written = signed(&people);
    let with = |edit: fn(&mut Vec<TrustedKey>)| {
        let mut verification = written.verify();
        let mut keys = people.trusted();
        edit(&mut keys.0);
        verification.trust(&keys);
        verification.faults.iter().map(|fault| format!("{} {}", fault.file, fault.code)).collect::<Vec<_>>()
    };
    let of_second = |code: &str| vec![format!("{SECOND} {code}")];
    let none = Vec::<String>::new();
    assert_eq!(with(|keys| drop(keys.remove(1))), of_second("key-untrusted"));
    assert_eq!(with(|keys| keys[1].revoked = Some("2026-12-31".into())), of_second("key-revoked"));
    assert_eq!(with(|keys| keys[1].valid_until = Some("2026-02-02".into())), of_second("key-expired"));
    assert_eq!(with(|keys| keys[1].valid_until = Some("2026-02-03".into())), none);
    assert_eq!(with(|keys| keys[1].valid_from = Some("2026-02-04".into())), of_second("key-expired"));
    assert_eq!(with(|keys| keys[1].valid_from = Some("2026-02-03".into())), none);
    assert_eq!(with(|keys| keys[1].name = "Carol".into()), of_second("key-misused"));
    assert_eq!(with(|keys| keys[1].roles = Some(vec![Role::Deployer])), of_second("key-misused"));
    assert_eq!(with(|keys| keys[1].roles = Some(vec![Role::Validator])), none);
    // The machine attests with the key of the first, who signs as well.
    assert_eq!(
        with(|keys| drop(keys.remove(0))),
        [format!("{ATTESTATION_FILE} key-untrusted"), format!("{FIRST} key-untrusted")]
    );
    let mut unsigned = Written::of(&Sample::passed()).verify();
    unsigned.trust(&people.trusted());
    assert_eq!(codes(&unsigned), BTreeSet::from(["unsigned"]));
}

#[test]
fn a_sign_off_that_breaks_a_rule_is_found_by_whatever_program_it_was_made() {
    let people = People::new();
    let made = |written: &Written, edit: fn(&mut SignOff), key: usize| {
        let verification = written.verify();
        let (facts, run_digest) = (verification.facts.clone().expect("facts"), verification.run_digest.clone());
        let mut sign_off = SignOff {
            run_digest: run_digest.expect("a digest"),
            previous: verification.signed.last().map(|signed| signed.digest.clone()),
            role: Role::Validator,
            name: "Grace".into(),
            meaning: Meaning::Approval,
            signed_at: NOW.into(),
            phase: None,
            notes: None,
            exception: None,
        };
        edit(&mut sign_off);
        let file = format!("{SIGNATURES_FOLDER}/{:02}-{}.json", verification.signed.len() + 1, sign_off.role);
        let statement = Statement::of(verification.subject.clone(), people.public(key), facts, Some(sign_off));
        let bytes = Envelope::seal(&statement, &people.keys[key]).expect("sealable").to_bytes().expect("JSON");
        fs::create_dir_all(written.path(SIGNATURES_FOLDER)).expect("writable");
        fs::write(written.path(&file), bytes).expect("writable");
        written.faults()
    };
    let first = || {
        let written = Written::of(&Sample::passed());
        sign(&written, signing(0), &people.keys[0]).expect("may sign");
        written
    };
    assert_eq!(made(&first(), |_| {}, 1), Vec::<String>::new());
    let cannot = |what: &str| vec![format!("{SECOND}: cannot be: {what}")];
    let two = "of this run, and nobody holds two roles of a run";
    assert_eq!(made(&first(), |_| {}, 0), cannot(&format!("this key signed as implementer {two}")));
    assert_eq!(made(&first(), |by| by.name = "ada".into(), 1), cannot(&format!("Ada signed as implementer {two}")));
    assert_eq!(made(&first(), |by| by.exception = Some(exception()), 1), cannot("it passed and needs no exception"));
    let early = made(&first(), |by| by.signed_at = "2026-02-03T04:05:05Z".into(), 1);
    assert!(early[0].contains("which it follows: is the clock right?"), "{early:?}");
    let alone = made(&Written::of(&Sample::passed()), |_| {}, 1);
    assert_eq!(
        alone,
        ["signatures/01-validator.json: cannot be: a validator signs after an implementer, and none has signed"]
    );
    let failed = made(&Written::of(&third_phase_failed()), |by| by.role = Role::Implementer, 0);
    assert!(failed[0].contains("cannot be: it came to failed, and only an exception can sign for that"), "{failed:?}");
    let lie = made(
        &Written::of(&third_phase_failed()),
        |by| {
            by.role = Role::Implementer;
            by.phase = Some(PhaseScope {
                suite: "ledger".into(),
                phase: "3".into(),
                verdict: Verdict::Passed,
                gates: 1,
                gates_open: 1,
            });
        },
        0,
    );
    assert_eq!(lie, [format!("{FIRST}: says another thing of phase 3 of ledger than the run came to")]);
}

#[test]
fn nobody_signs_out_of_turn_twice_or_in_two_roles() {
    let people = People::new();
    let written = Written::of(&Sample::passed());
    let [ada, grace, edsger] = &people.keys;
    let none = "and none has signed";
    assert_eq!(refused(&written, signing(1), grace), format!("a validator signs after an implementer, {none}"));
    assert_eq!(refused(&written, signing(2), edsger), format!("a deployer signs after a validator, {none}"));
    sign(&written, signing(0), ada).expect("may sign");
    let two = "of this run, and nobody holds two roles of a run";
    assert_eq!(refused(&written, signing(1), ada), format!("this key signed as implementer {two}"));
    let by_another_key = Signing { name: " ADA ".into(), ..signing(1) };
    assert_eq!(refused(&written, by_another_key, grace), format!("Ada signed as implementer {two}"));
    assert_eq!(refused(&written, signing(0), ada), "this key has signed this as implementer already");
    assert_eq!(refused(&written, signing(2), edsger), format!("a deployer signs after a validator, {none}"));
    let early = Signing { signed_at: "2026-02-03T04:05:05Z".into(), ..signing(1) };
    assert!(refused(&written, early, grace).contains("before signatures/01-implementer.json, which it follows"));
    let before_the_run = Signing { signed_at: "2026-01-02T03:04:04Z".into(), ..signing(1) };
    assert!(refused(&written, before_the_run, grace).contains("before the run had ended: is the clock right?"));
    for name in ["", "  ", "a\nb", "\u{1b}[31m", &"x".repeat(2001)] {
        let nameless = Signing { name: name.to_owned(), ..signing(1) };
        assert!(refused(&written, nameless, grace).starts_with("the name must be a text"), "{name:?}");
    }
    let unneeded = Signing { exception: Some(exception()), ..signing(1) };
    assert_eq!(refused(&written, unneeded, grace), "it passed and needs no exception");
    let of_phase = |phase: &str| Signing { phase: Some(("ledger".into(), phase.into())), ..signing(1) };
    assert_eq!(refused(&written, of_phase("9"), grace), "the run has no phase 9 of a suite ledger");
    assert_eq!(sign(&written, of_phase("2"), grace).expect("may sign"), SECOND);
    let verification = written.verify();
    let [_, second] = verification.signed.as_slice() else { panic!("two sign-offs") };
    let scope = second.sign_off.phase.as_ref().expect("a phase");
    assert_eq!((scope.verdict, scope.gates, scope.gates_open), (Verdict::Passed, 1, 1));
    let approved = |phase| approval(&verification.signed, phase);
    assert_eq!(approved(Some(("ledger", "2"))), Approval::Given);
    assert_eq!((approved(Some(("ledger", "1"))), approved(None)), (Approval::None, Approval::None));
    // A phase that was validated does not make the run deployable.
    assert_eq!(refused(&written, signing(2), edsger), format!("a deployer signs after a validator, {none}"));
}

#[test]
fn a_phase_that_passed_is_signed_without_an_exception_in_a_run_that_did_not() {
    let people = People::new();
    let written = Written::of(&third_phase_failed());
    let of_phase = |phase: &str| Signing { phase: Some(("ledger".into(), phase.into())), ..signing(0) };
    sign(&written, of_phase("2"), &people.keys[0]).expect("may sign");
    assert!(refused(&written, of_phase("3"), &people.keys[0]).starts_with("it came to failed, and only an exception"));
}

#[test]
fn what_did_not_pass_is_signed_by_two_approvers_or_by_nobody() {
    let people = People::new();
    let written = Written::of(&third_phase_failed());
    assert!(written.verify().holds(), "{:?}", written.faults());
    let [ada, grace, edsger] = &people.keys;
    assert!(
        refused(&written, signing(0), ada).starts_with("it came to failed, and only an exception can sign for that")
    );
    let by = |at: usize, exception: Exception| Signing {
        exception: Some(exception),
        meaning: Meaning::Approval,
        ..signing(at)
    };
    for (wrong, words) in [
        (Exception { reason: " ".into(), ..exception() }, "the reason of the exception must be a text"),
        (Exception { ticket: String::new(), ..exception() }, "the ticket of the exception must be a text"),
        (Exception { deadline: "soon".into(), ..exception() }, "soon is no date such as 2026-01-02"),
        (
            Exception { deadline: "2026-02-02".into(), ..exception() },
            "the deadline 2026-02-02 of the exception had passed",
        ),
    ] {
        assert!(refused(&written, by(0, wrong), ada).starts_with(words), "{words}");
    }
    sign(&written, by(0, exception()), ada).expect("may sign");
    assert_eq!(approval(&written.verify().signed, None), Approval::None);
    let other = Exception { ticket: "T-2".into(), ..exception() };
    assert!(refused(&written, by(1, other), grace).starts_with("another exception is on record (T-1: a known fault"));
    let review = Signing { meaning: Meaning::Review, ..by(1, exception()) };
    sign(&written, review, grace).expect("may sign");
    assert!(refused(&written, by(2, exception()), edsger).starts_with("the exception has one approver and needs two"));
    let second = PrivateKey::generate().expect("random numbers");
    sign(&written, Signing { name: "Barbara".into(), ..by(1, exception()) }, &second).expect("may sign");
    let verification = written.verify();
    assert!(verification.holds(), "{:?}", verification.faults);
    assert_eq!(approval(&verification.signed, None), Approval::Given);
    assert_eq!(approval(&verification.signed[1..], None), Approval::Awaited);
    // Another key makes nobody another person.
    let third = PrivateKey::generate().expect("random numbers");
    sign(&written, Signing { name: " barbara".into(), ..by(1, exception()) }, &third).expect("may sign");
    assert_eq!(approval(&written.verify().signed[1..], None), Approval::Awaited);
    sign(&written, by(2, exception()), edsger).expect("may sign");
}

#[test]
fn a_run_follows_what_was_signed_with_the_same_files_the_same_gates_and_one_phase_more() {
    let signed = Sample::passed().plan;
    assert_eq!(follows(&signed, &signed), Ok(()));
    let said = |signed_phases: usize, edit: fn(&mut Plan)| {
        let mut before = signed.clone();
        before.suites[0].phases.truncate(signed_phases);
        let mut next = signed.clone();
        edit(&mut next);
        follows(&before, &next).map_err(|error| error.to_string())
    };
    let err = |words: &str| Err(words.to_owned());
    assert_eq!(said(2, |_| {}), Ok(()));
    let words = "phase 3 of suite ledger does not come next: what was signed ends with phase 1";
    assert_eq!(said(1, |_| {}), err(words));
    let words = "phase 2 of suite ledger does not come next: what was signed ends with the baseline";
    assert_eq!(said(0, |_| {}), err(words));
    let words = "fixtures/phases/1-currency/up.sql of suite ledger is another file than the one that was signed";
    let edit = |plan: &mut Plan| {
        let inputs = &mut plan.suites[0].inputs;
        *inputs.get_mut("fixtures/phases/1-currency/up.sql").expect("an input") = Digest::of(b"");
    };
    assert_eq!(said(3, edit), err(words));
    let words = "phase 2 of suite ledger has other gates, or another place, than what was signed";
    assert_eq!(said(3, |plan| drop(plan.suites[0].phases[1].gates[0].checks.pop())), err(words));
    assert_eq!(said(3, |plan| drop(plan.suites[0].phases.remove(1))), err(words));
    assert_eq!(said(3, |plan| plan.suites[0].suite = "other".into()), err("suite other is not in it"));
    let words = "suite ledger leaves out other tables as bookkeeping than what was signed";
    assert_eq!(said(3, |plan| plan.suites[0].bookkeeping.push("accounts".into())), err(words));
    // What a later phase brings along does not matter.
    let later = |plan: &mut Plan| {
        plan.suites[0].inputs.insert("fixtures/phases/4/up.sql".into(), Digest::of(b""));
    };
    assert_eq!(said(3, later), Ok(()));
}
