//! `phasegate keygen`, `sign`, `diff`, and what `verify` and `run` make of signatures.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command};

use phasegate_evidence::{
    Digest, Event, Precedent, RunFolder,
    sign::{Exception, Meaning, PrivateKey, Role, Signing},
    verify,
};
use serde_json::Value;

use crate::{
    check::database_after_phase_1,
    failed::third_phase_failed,
    phasegate::{Ran, command, labelled, phasegate, ran},
    runs::written,
    sample::Sample,
    workspace::{put, workspace},
};

fn keys(here: &Path) {
    for name in ["ada", "grace"] {
        let made = phasegate(here, &["keygen", name]);
        assert_eq!((made.code, made.stderr.as_str()), (0, ""), "{}", made.stdout);
    }
    let trusted = "[[key]]\nname = \"Ada\"\npublic-key = \"ada.pub\"\n\n[[key]]\nname = \"Grace\"\npublic-key = \
                   \"grace.pub\"\nvalid-from = 2020-01-01\nroles = [\"validator\"]\n";
    fs::write(here.join("trusted.toml"), trusted).expect("writable");
}

fn sign(here: &Path, run: &str, role: &str, name: &str, key: &str, more: &[&str]) -> Ran {
    let args = ["sign", run, "--role", role, "--name", name, "--meaning", "approval", "--key", key];
    phasegate(here, &[&args, more].concat())
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).expect("JSON")
}

#[test]
fn a_key_is_its_owner_s_alone_and_is_never_overwritten() {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let here = holder.path();
    keys(here);
    let mode = fs::metadata(here.join("ada")).expect("a key").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let before = fs::read(here.join("ada")).expect("readable");
    let again = phasegate(here, &["keygen", "ada"]);
    assert_eq!(again.stderr, "error: ada exists, and a key is never overwritten; name another file\n");
    fs::write(here.join("other.pub"), "").expect("writable");
    assert_eq!(phasegate(here, &["keygen", "other"]).code, 2);
    assert!(!here.join("other").exists());
    assert_eq!(fs::read(here.join("ada")).expect("readable"), before);
}

#[test]
fn a_run_is_signed_in_turn_and_verified_by_trusted_keys() {
    let holder = written(&Sample::passed());
    let here = holder.path();
    keys(here);
    let verify = ["verify", "run", "--trusted-keys", "trusted.toml", "--require", "signed"];
    let unsigned = phasegate(here, &verify);
    assert_eq!(unsigned.code, 5);
    assert!(unsigned.stdout.contains("holds neither attestation nor sign-off [unsigned]"), "{}", unsigned.stdout);
    assert_eq!(sign(here, "run", "implementer", "Ada", "ada", &[]).code, 0);
    let half = phasegate(here, &verify);
    assert_eq!(half.code, 1);
    assert!(half.stdout.contains("no validator has approved the run\n"), "{}", half.stdout);
    let signed = sign(here, "run", "validator", "Grace", "grace", &["--notes", "looked at every gate"]);
    assert_eq!((signed.code, signed.stderr.as_str()), (0, ""));
    let whole = phasegate(here, &verify);
    assert_eq!(whole.code, 0, "{}", whole.stdout);
    assert!(whole.stdout.contains("  signed: by keys that are trusted\n"), "{}", whole.stdout);
    let answer = json(&phasegate(here, &[&verify[..], &["--format", "json"]].concat()));
    assert_eq!(answer["sign_offs"][1]["notes"], "looked at every gate");
    assert_eq!((&answer["keys_compared"], &answer["meets_required"]), (&true.into(), &true.into()));
    let markdown = phasegate(here, &["report", "run", "--to", "md"]).stdout;
    assert!(markdown.contains("| validator | Grace | approval | the run |"), "{markdown}");
    let page = fs::read_to_string(here.join("run/report.html")).expect("a page");
    assert!(page.contains("<td>Grace</td>") && !page.contains("not signed"), "{page}");
    assert_eq!(phasegate(here, &["report", "run", "--to", "html"]).stdout, page);
    assert!(page.contains("<td>looked at every gate</td>"), "{page}");
    fs::write(here.join("run/report.html"), page.replace("Grace", "Edsger")).expect("writable");
    assert!(phasegate(here, &verify).stdout.contains("report.html: is not what plan and events make"));
    fs::write(here.join("run/report.html"), page).expect("writable");
    fs::write(here.join("run/report.md"), "all is well").expect("writable");
    let answer = json(&phasegate(here, &[&verify[..], &["--format", "json"]].concat()));
    let codes: Vec<&str> =
        answer["faults"].as_array().expect("faults").iter().filter_map(|f| f["code"].as_str()).collect();
    assert_eq!(codes, ["signature-foreign", "signature-foreign"]);
    for rendering in ["md", "html"] {
        let shown = phasegate(here, &["report", "run", "--to", rendering]).stdout;
        assert!(shown.contains("This folder does not verify: no signature stands for"), "{rendering}: {shown}");
    }
    let refused = sign(here, "run", "deployer", "Edsger", "ada", &[]);
    assert_eq!(
        (refused.code, refused.stderr.as_str()),
        (
            5,
            "error: not signed: this evidence does not verify, and nobody signs that; `phasegate verify run` says why\n"
        )
    );
}

#[test]
fn an_exception_is_shown_in_red() {
    let holder = written(&third_phase_failed());
    let here = holder.path();
    keys(here);
    let refused = sign(here, "run", "implementer", "Ada", "ada", &[]);
    assert_eq!(refused.code, 1);
    assert_eq!(
        refused.stderr,
        "error: not signed: it came to failed, and only an exception can sign for that: reason, ticket and deadline, by \
         two approvers\n"
    );
    let except = ["--exception-reason", "known", "--ticket", "T-1", "--deadline", "9999-12-31"];
    assert_eq!(sign(here, "run", "implementer", "Ada", "ada", &except[..4]).code, 2);
    let first = sign(here, "run", "implementer", "Ada", "ada", &except);
    assert!(
        first.stdout.contains("EXCEPTION: T-1, known, until 9999-12-31 (awaits a second approver)"),
        "{}",
        first.stdout
    );
    let page = fs::read_to_string(here.join("run/report.html")).expect("a page");
    assert!(page.contains("until 9999-12-31 · awaits a second approver</strong>"), "{page}");
    let second = sign(here, "run", "validator", "Grace", "grace", &except);
    assert!(second.stdout.contains("EXCEPTION: T-1, known, until 9999-12-31\n"), "{}", second.stdout);
    let markdown = phasegate(here, &["report", "run", "--to", "md"]).stdout;
    assert!(
        markdown.contains("> [!CAUTION]\n> **Exception: the run did not pass.** Ada signed all the same: known"),
        "{markdown}"
    );
    let page = fs::read_to_string(here.join("run/report.html")).expect("a page");
    assert!(
        page.contains("<strong class=\"exception\">known · ticket T-1 · until 9999-12-31 · two approvers</strong>"),
        "{page}"
    );
    let verify = ["verify", "run", "--trusted-keys", "trusted.toml", "--require"];
    assert_eq!(phasegate(here, &[&verify[..], &["signed"]].concat()).code, 0);
    assert_eq!(phasegate(here, &[&verify[..], &["passed"]].concat()).code, 1);
}

#[test]
fn an_exception_holds_until_its_deadline() {
    let holder = written(&third_phase_failed());
    let here = holder.path();
    keys(here);
    let exception = Exception { reason: "known".into(), ticket: "T-1".into(), deadline: "2026-02-04".into() };
    for (key, name, role) in [("ada", "Ada", Role::Implementer), ("grace", "Grace", Role::Validator)] {
        sign_then(here, (role, name, key), "2026-02-03T04:05:06Z", Some(exception.clone()));
    }
    let late = phasegate(here, &["verify", "run", "--trusted-keys", "trusted.toml", "--require", "signed"]);
    assert_eq!(late.code, 1, "{}", late.stdout);
    assert!(
        late.stdout.contains("the evidence verifies, and the deadline of its exception is over\n"),
        "{}",
        late.stdout
    );
}

/// Signs the run at another time than now.
fn sign_then(here: &Path, (role, name, key): (Role, &str, &str), at: &str, exception: Option<Exception>) {
    let pem = fs::read_to_string(here.join(key)).expect("readable");
    let key = PrivateKey::from_pem(&pem, None).expect("a key");
    let (meaning, signed_at) = (Meaning::Approval, at.to_owned());
    let signing = Signing { role, name: name.into(), meaning, signed_at, phase: None, notes: None, exception };
    let verification = verify(&RunFolder::open(here.join("run")).expect("a run folder"));
    let (file, bytes) = verification.sign(signing, &key).expect("may sign");
    fs::create_dir_all(here.join("run/signatures")).expect("writable");
    fs::write(here.join("run").join(file), bytes).expect("writable");
    // The command writes the page again when it signs.
    let page = phasegate(here, &["report", "run", "--to", "html"]).stdout;
    fs::write(here.join("run/report.html"), page).expect("writable");
}

#[test]
fn every_wrong_key_or_list_of_keys_is_refused_in_one_line() {
    let holder = written(&Sample::passed());
    let here = holder.path();
    keys(here);
    let put = |name: &str, text: &str| {
        fs::write(here.join(name), text).expect("writable");
        fs::set_permissions(here.join(name), fs::Permissions::from_mode(0o600)).expect("allowed");
    };
    put("none", "no key\n");
    put("binary", "\u{0}");
    fs::write(here.join("bytes"), [0xff, 0xfe]).expect("writable");
    put("empty.pass", "\n");
    put("right.pass", "open, please\n");
    put("wrong.pass", "open\n");
    let protected = phasegate(here, &["keygen", "protected", "--passphrase-file", "right.pass"]);
    assert!(protected.stdout.contains("protected by the passphrase"), "{}", protected.stdout);
    assert!(
        fs::read_to_string(here.join("protected")).expect("readable").starts_with("-----BEGIN ENCRYPTED PRIVATE KEY")
    );
    fs::copy(here.join("ada"), here.join("open")).expect("copied");
    fs::set_permissions(here.join("open"), fs::Permissions::from_mode(0o644)).expect("allowed");
    fs::create_dir(here.join("folder")).expect("writable");
    let not_private = "is no private key: expected an Ed25519 key as PKCS#8 in PEM, as `phasegate keygen` writes it";
    for (key, more, said) in [
        ("nowhere", &[][..], "failed to read nowhere: No such file or directory (os error 2)"),
        ("folder", &[], "folder is no file of a key: it is no regular file, or larger than 1 MiB"),
        ("none", &[], &format!("none {not_private}")),
        ("binary", &[], &format!("binary {not_private}")),
        ("bytes", &[], "failed to read bytes: it is not UTF-8"),
        ("ada.pub", &[], "ada.pub may be read by others (mode 0644), who could sign with it; say chmod 600 ada.pub"),
        ("open", &[], "open may be read by others (mode 0644), who could sign with it; say chmod 600 open"),
        (
            "protected",
            &[],
            "protected is protected by a passphrase, and none was given: set PHASEGATE_KEY_PASSPHRASE, or name a file with \
             --passphrase-file",
        ),
        ("protected", &["--passphrase-file", "wrong.pass"], "protected is not opened by this passphrase"),
        ("protected", &["--passphrase-file", "empty.pass"], "the first line of empty.pass is empty, and no passphrase"),
        ("ada", &["--phase", "9"], "the run has no phase 9; it has ledger/1, ledger/2, ledger/3"),
        ("ada", &["--deadline", "2027-01-01"], "the following required arguments were not provided:"),
    ] {
        let refused = sign(here, "run", "implementer", "Ada", key, more);
        assert_eq!(refused.stderr.lines().next(), Some(&*format!("error: {said}")), "{key}");
        assert_eq!(refused.code, 2, "{key}");
    }
    assert!(!here.join("run/signatures").exists());
    let mut by_environment =
        command(here, &["sign", "run", "--role", "implementer", "--name", "Ada", "--meaning", "review"]);
    by_environment.args(["--key", "protected"]).env("PHASEGATE_KEY_PASSPHRASE", "open, please");
    assert_eq!(ran(&mut by_environment).code, 0);
    let entry = "[[key]]\nname = \"Ada\"\npublic-key = ";
    for (list, said) in [
        ("", "list.toml holds no [[key]], and so nobody would be trusted".to_owned()),
        (
            "[[key]]\nname = 1\n",
            "list.toml is no file of trusted keys: TOML parse error at line 2, column 8".to_owned(),
        ),
        (
            &format!("{entry}\"ada.pub\"\nvalid = true"),
            "list.toml is no file of trusted keys: TOML parse error at line 4, column 1".to_owned(),
        ),
        (&format!("{entry}\"nowhere\""), "failed to read nowhere: No such file or directory (os error 2)".to_owned()),
        (
            &format!("{entry}\"ada\""),
            "list.toml: the key of Ada is a private key; to be trusted it takes the public one, FILE.pub".to_owned(),
        ),
        (
            &format!("{entry}\"ada.pub\"\nrevoked = 2026-01-01T00:00:00Z"),
            "list.toml: the key of Ada has revoked = 2026-01-01T00:00:00Z: expected a date such as 2026-01-31"
                .to_owned(),
        ),
        (
            &format!("{entry}\"ada.pub\"\nvalid-from = 2026-01-02\nvalid-until = 2026-01-01"),
            "list.toml: the key of Ada is valid from 2026-01-02 until 2026-01-01, which is never".to_owned(),
        ),
        (
            &format!("{entry}\"ada.pub\"\n[[key]]\nname = \"Bob\"\npublic-key = \"ada.pub\""),
            "list.toml: the key of Bob is that of Ada as well".to_owned(),
        ),
    ] {
        put("list.toml", list);
        let refused = phasegate(here, &["verify", "run", "--trusted-keys", "list.toml"]);
        assert_eq!(refused.stderr.lines().next(), Some(&*format!("error: {said}")), "{list}");
        assert_eq!(refused.code, 2, "{list}");
    }
}

#[test]
fn what_reaches_a_database_is_not_signed_and_no_private_key_is_told() {
    let holder = written(&Sample::passed());
    let here = holder.path();
    keys(here);
    let notes = ["--notes", "see postgresql://app:s3cretword@host/db and s3cretword"];
    let signed = sign(here, "run", "implementer", "Ada", "ada", &notes);
    let stored = fs::read_to_string(here.join("run/signatures/01-implementer.json")).expect("readable");
    let verified = phasegate(here, &["verify", "run", "--format", "json"]).stdout;
    let private = fs::read_to_string(here.join("ada")).expect("readable");
    let private = private.lines().nth(1).expect("the key");
    for text in [signed.stdout, signed.stderr, stored, verified.clone()] {
        assert!(!text.contains("s3cretword") && !text.contains(private), "{text}");
    }
    assert!(verified.contains("postgresql://app:***@host/db and ***"), "{verified}");
}

#[test]
fn what_nobody_sees_in_a_name_is_shown_wherever_the_name_is() {
    let holder = written(&Sample::passed());
    let here = holder.path();
    keys(here);
    let signed = sign(here, "run", "implementer", "Ada\u{200b}\u{202e}\u{3164}", "ada", &[]);
    assert_eq!(signed.code, 0, "{}", signed.stderr);
    let [verified, markdown] =
        [&["verify", "run"][..], &["report", "run", "--to", "md"]].map(|args| phasegate(here, args).stdout);
    let page = fs::read_to_string(here.join("run/report.html")).expect("a page");
    for shown in [signed.stdout, verified, markdown.replace("\\\\", "\\"), page] {
        assert!(shown.contains("Ada\\u{200b}\\u{202e}\\u{3164}"), "{shown}");
        assert!(!shown.contains(['\u{200b}', '\u{202e}', '\u{3164}']), "{shown}");
    }
    // A program reads the name itself.
    let answer = phasegate(here, &["verify", "run", "--format", "json"]);
    assert_eq!(json(&answer)["sign_offs"][0]["name"], "Ada\u{200b}\u{202e}\u{3164}");
    assert!(answer.stdout.contains("Ada\\u200b\\u202e\\u3164"), "{}", answer.stdout);
}

#[test]
fn a_run_goes_on_only_where_a_validator_approved_what_came_before() {
    let holder = workspace();
    let here = holder.path();
    keys(here);
    let attested = phasegate(here, &["run", "notes", "--attest", "ada"]);
    assert_eq!(attested.code, 0, "{}{}", attested.stdout, attested.stderr);
    let folder = labelled(&attested.stdout, "folder").to_owned();
    assert!(here.join(&folder).join("attestation.dsse.json").is_file());
    let page = fs::read_to_string(here.join(&folder).join("report.html")).expect("a page");
    assert!(page.contains("Attested by the machine that ran it, key <code>"), "{page}");
    let verified = phasegate(here, &["verify", &folder, "--trusted-keys", "trusted.toml", "--same-inputs"]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
    let again = |said: &str, code: i32| {
        let ran = phasegate(here, &["run", "notes", "--require-signed", &folder, "--trusted-keys", "trusted.toml"]);
        assert_eq!(ran.code, code, "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    };
    again("has no approval of phase 1 of notes by a validator", 1);
    assert_eq!(sign(here, &folder, "implementer", "Ada", "ada", &[]).code, 0);
    assert_eq!(sign(here, &folder, "validator", "Grace", "grace", &["--phase", "1"]).code, 0);
    again("has no approval of phase 2 of notes by a validator", 1);
    assert_eq!(sign(here, &folder, "validator", "Grace", "grace", &[]).code, 0);
    again("", 0);
    let newest = || {
        let runs = fs::read_dir(here.join("reports/runs")).expect("listable");
        let runs = runs.map(|run| format!("reports/runs/{}", run.expect("an entry").file_name().display()));
        runs.max().expect("a run")
    };
    let next = newest();
    let told = phasegate(here, &["report", &next]);
    let name = folder.trim_start_matches("reports/runs/");
    assert!(
        told.stdout.contains(&format!("began after   {name}, approved by Grace as validator (key ")),
        "{}",
        told.stdout
    );
    let after = |run: &str, earlier: &str| phasegate(here, &["verify", run, "--after", earlier]);
    assert_eq!(after(&next, &folder).code, 0, "{}", after(&next, &folder).stdout);
    for (run, earlier, said) in [
        (&next, &next, "has another run digest or result than run"),
        (&folder, &next, "does not say that the run began after a signed one"),
    ] {
        let other = after(run, earlier);
        assert_eq!(other.code, 5);
        assert!(other.stdout.contains(said) && other.stdout.contains("[after-another]"), "{}", other.stdout);
    }
    let approval = here.join(&folder).join("signatures/03-validator.json");
    let signed = fs::read(&approval).expect("readable");
    fs::remove_file(&approval).expect("removable");
    assert!(after(&next, &folder).stdout.contains("does not verify itself"), "the page shows what was removed");
    fs::write(&approval, signed).expect("writable");
    let up = "fixtures/notes/phases/2.sql";
    let honest = fs::read_to_string(here.join(up)).expect("readable");
    put(here, up, &format!("{honest}-- changed\n"));
    again("was signed for something else: fixtures/phases/2.sql of suite notes is another file than the one", 1);
    let other = phasegate(here, &["verify", &folder, "--same-inputs"]);
    assert_eq!(other.code, 5);
    assert!(other.stdout.contains("[wrong-migration]"), "{}", other.stdout);
    put(here, up, &honest);
    // Every signed file is there, and another one is applied with it.
    let suite = "forensic-tests/suites/notes/suite.toml";
    let planned = fs::read_to_string(here.join(suite)).expect("readable");
    put(here, "fixtures/notes/other.sql", &format!("{honest}DELETE FROM notes;\n"));
    put(here, suite, &planned.replace("up = \"phases/2.sql\"", "up = [\"phases/2.sql\", \"other.sql\"]"));
    again("knew no other.sql, which the suite names now in phase 2: put the suite back", 1);
    put(here, suite, &planned.replace("schema = [\"baseline.sql\"]", "schema = [\"baseline.sql\", \"other.sql\"]"));
    again("knew no other.sql, which the suite names now in the baseline: put the suite back", 1);
    fs::remove_file(here.join("fixtures/notes/other.sql")).expect("removable");
    put(here, suite, &planned.replace("up = \"phases/2.sql\"", "up = [\"phases/2.sql\", \"phases/1.sql\"]"));
    again("applied other files in phase 2 than the suite names now: put them back", 1);
    put(here, suite, &planned);
    again("", 0);
    let list = "forensic-tests/suites/notes/requirements.toml";
    let listed = "[[section]]\ntitle = \"s\"\nrequirement = [{ id = \"the user, sentence 1\", title = \"t\" }, \
                  { id = \"the user, sentence 2\", title = \"t\" }]\n";
    put(here, list, listed);
    let other = phasegate(here, &["verify", &folder, "--same-inputs"]);
    assert_eq!(other.code, 5);
    assert!(other.stdout.contains("was made of another list of requirements of suite notes"), "{}", other.stdout);
    fs::remove_file(here.join(list)).expect("removable");
    fs::write(here.join("trusted.toml"), "[[key]]\nname = \"Ada\"\npublic-key = \"ada.pub\"\n").expect("writable");
    again("is not evidence signed by trusted keys", 5);
}

#[test]
fn a_run_that_says_it_began_after_a_signed_one_is_held_against_what_was_signed() {
    let begun_after = |signed: &Sample, except: &[&str], next: Sample, more: &[&str]| {
        let holder = written(signed);
        let here = holder.path();
        keys(here);
        for (role, name, key) in [("implementer", "Ada", "ada"), ("validator", "Grace", "grace")] {
            assert_eq!(sign(here, "run", role, name, key, except).code, 0);
        }
        let after = Precedent::of(&verify(&RunFolder::open(here.join("run")).expect("a run folder")));
        assert!(after.is_some());
        let next = written(&Sample { after, ..next });
        fs::rename(next.path().join("run"), here.join("next")).expect("renamed");
        assert_eq!(phasegate(here, &["verify", "next"]).code, 0, "by itself it holds");
        assert_eq!(sign(here, "next", "implementer", "Ada", "ada", &[]).code, 0);
        let trusted = "[[key]]\nname = \"Ada\"\npublic-key = \"ada.pub\"\n";
        fs::write(here.join("ada-alone.toml"), trusted).expect("writable");
        let verify = ["verify", "next", "--after", "run", "--format", "json"];
        let verified = phasegate(here, &[&verify, more].concat());
        let faults = json(&verified)["faults"].as_array().expect("faults").clone();
        (verified.code, faults.iter().map(|fault| format!("{} {}", fault["code"], fault["what"])).collect::<String>())
    };
    let both = ["--trusted-keys", "trusted.toml"];
    assert_eq!(begun_after(&Sample::passed(), &[], Sample::passed(), &both), (0, String::new()));
    let ada_alone = ["--trusted-keys", "ada-alone.toml"];
    let (code, said) = begun_after(&Sample::passed(), &[], Sample::passed(), &ada_alone);
    assert_eq!(code, 5);
    assert!(said.ends_with("run does not verify itself\""), "{said}");
    let (code, said) = begun_after(&Sample::passed(), &[], changed(), &[]);
    assert_eq!(code, 5);
    let other = "run was signed for something else: fixtures/phases/1-currency/up.sql of suite ledger is another file than the one";
    assert!(said.contains(other) && said.contains("after-another"), "{said}");
    let except = ["--exception-reason", "known", "--ticket", "T-1", "--deadline", "9999-12-31"];
    let (code, said) = begun_after(&third_phase_failed(), &except, Sample::passed(), &[]);
    assert_eq!(code, 5);
    assert!(said.contains("run came to failed, and an exception lets nothing begin"), "{said}");
}

#[test]
fn no_run_goes_on_from_gates_alone_and_one_does_from_the_same_gates_in_a_run() {
    let holder = workspace();
    let here = holder.path();
    keys(here);
    database_after_phase_1(here);
    let check = ["check", "notes", "--database-url", "sqlite:out.db", "--through", "1"];
    let gates_alone = phasegate(here, &check);
    let whole = phasegate(here, &["run", "notes"]);
    let begins = |earlier: &Ran| {
        assert_eq!(earlier.code, 0, "{}{}", earlier.stdout, earlier.stderr);
        let folder = labelled(&earlier.stdout, "folder").to_owned();
        for (role, name, key) in [("implementer", "Ada", "ada"), ("validator", "Grace", "grace")] {
            assert_eq!(sign(here, &folder, role, name, key, &[]).code, 0);
        }
        let ran = phasegate(here, &["run", "notes", "--require-signed", &folder, "--trusted-keys", "trusted.toml"]);
        (ran.code, ran.stderr.replace(&folder, "RUN"))
    };
    let why =
        "error: the run does not begin: RUN judged gates alone, and applied no migration that could be gone on from\n";
    assert_eq!(begins(&gates_alone), (1, why.to_owned()));
    assert_eq!(begins(&whole).0, 0);
}

#[test]
fn what_the_page_says_to_type_checks_a_signature() {
    let holder = written(&Sample::passed());
    let here = holder.path();
    keys(here);
    for (role, name, key) in [("implementer", "Ada", "ada"), ("validator", "Grace", "grace")] {
        assert_eq!(sign(here, "run", role, name, key, &[]).code, 0);
    }
    let typed = example_of_the_page("sh").replace("RUN/", "run/").replace("val.key.pub", "grace.pub");
    let verifies = |typed: &str| {
        let output = Command::new("sh").args(["-c", typed]).current_dir(here).output().expect("a shell");
        String::from_utf8_lossy(&output.stdout).contains("Signature Verified Successfully")
    };
    assert!(verifies(&typed));
    assert!(!verifies(&typed.replace("grace.pub", "ada.pub")));
}

/// The one example of `reports/README.md` in this language. It has no others than those that are tried here.
fn example_of_the_page(language: &str) -> String {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../reports/README.md")).expect("the page");
    let fenced: Vec<&str> = page.split("\n```").skip(1).step_by(2).collect();
    let languages: Vec<&str> = fenced.iter().filter_map(|block| block.lines().next()).collect();
    assert_eq!(languages, ["sh", "toml"]);
    let example = fenced.iter().find_map(|block| block.strip_prefix(language)?.strip_prefix('\n'));
    format!("{}\n", example.expect("an example"))
}

#[test]
fn the_trusted_keys_of_the_page_are_trusted_as_each_of_its_lines_says() {
    let list = example_of_the_page("toml");
    let unrevoked: String =
        list.lines().filter(|line| !line.starts_with("revoked")).map(|l| format!("{l}\n")).collect();
    let grace = "[[key]]\nname = \"Grace\"\npublic-key = \"grace.pub\"\n";
    let faults = |list: &str, (role, name): (Role, &str), at: &str| {
        let holder = written(&Sample::passed());
        let here = holder.path();
        keys(here);
        let implementer = (Role::Implementer, "Grace", "grace");
        if role != Role::Implementer {
            sign_then(here, implementer, "2026-01-03T00:00:00Z", None);
        }
        sign_then(here, (role, name, "ada"), at, None);
        if role == Role::Implementer {
            sign_then(here, (Role::Validator, "Grace", "grace"), "2026-12-31T23:59:59Z", None);
        }
        fs::copy(here.join("ada.pub"), here.join("ada.key.pub")).expect("copied");
        fs::write(here.join("trusted.toml"), format!("{list}{grace}")).expect("writable");
        let args = ["verify", "run", "--trusted-keys", "trusted.toml", "--require", "signed", "--format", "json"];
        let verified = phasegate(here, &args);
        let faults = json(&verified)["faults"].as_array().expect("faults").clone();
        (verified.code, faults.iter().filter_map(|fault| fault["what"].as_str()).collect::<Vec<_>>().join("\n"))
    };
    // The sample ended on the second of January.
    let later = unrevoked.replace("valid-from = 2026-01-01", "valid-from = 2026-01-04");
    let ada = (Role::Validator, "Ada Lovelace");
    assert_eq!(faults(&unrevoked, ada, "2026-01-03T00:00:00Z"), (0, String::new()));
    assert_eq!(faults(&unrevoked, ada, "2026-12-31T23:59:59Z"), (0, String::new()));
    for (list, signer, at, why) in [
        (&list, ada, "2026-01-03T00:00:00Z", "revoked"),
        (&unrevoked, (Role::Validator, "Ada"), "2026-01-03T00:00:00Z", "Ada Lovelace"),
        (&later, ada, "2026-01-03T00:00:00Z", "valid"),
        (&unrevoked, ada, "2027-01-01T00:00:00Z", "valid"),
        (&unrevoked, (Role::Implementer, "Ada Lovelace"), "2026-01-03T00:00:00Z", "implementer"),
    ] {
        let (code, said) = faults(list, signer, at);
        assert!(code == 5 && said.contains(why), "{why}: {said}");
    }
}

#[test]
fn two_runs_that_differ_are_told_apart_and_two_that_do_not_are_equal() {
    let holder = written(&Sample::passed());
    let here = holder.path();
    for (name, sample) in [("failed", third_phase_failed()), ("changed", changed()), ("same", Sample::passed())] {
        let other = written(&sample);
        fs::rename(other.path().join("run"), here.join(name)).expect("renamed");
    }
    let equal = phasegate(here, &["diff", "run", "same"]);
    assert_eq!((equal.code, equal.stderr.as_str()), (0, ""), "{}", equal.stdout);
    assert!(equal.stdout.ends_with("  equal: both runs have the same result\n"), "{}", equal.stdout);
    let failed = json(&phasegate(here, &["diff", "run", "failed", "--format", "json"]));
    assert_eq!(failed["equal"], false);
    assert_eq!(failed["checks"][0]["what"], "ledger/phase 3/3.1.1");
    assert_eq!(failed["checks"][0]["before"], "passed over 1 rows");
    let whats = |group: &str| -> Vec<String> {
        let changes = failed[group].as_array().expect("a group").iter();
        changes.map(|change| change["what"].as_str().expect("text").to_owned()).collect()
    };
    assert_eq!(whats("verdicts"), ["ledger", "ledger/phase 3", "ledger/phase 3/gate 3.1"]);
    assert_eq!((whats("servers"), whats("inputs"), whats("catalogs")), (vec![], vec![], vec![]));
    let changed = phasegate(here, &["diff", "run", "changed"]);
    assert_eq!(changed.code, 1);
    for said in
        ["ledger/fixtures/phases/1-currency/up.sql", "ledger/PostgreSQL", "17.7", "different: the runs have other"]
    {
        assert!(changed.stdout.contains(said), "{said}: {}", changed.stdout);
    }
    fs::write(here.join("same/result.json"), "{}").expect("writable");
    let damaged = phasegate(here, &["diff", "run", "same"]);
    assert_eq!(
        (damaged.code, damaged.stderr.as_str()),
        (5, "error: same does not verify, and is compared with nothing; `phasegate verify same` says why\n")
    );
}

/// The sample of another migration on another server.
fn changed() -> Sample {
    let mut sample = Sample::passed();
    let up = sample.plan.suites[0].inputs.get_mut("fixtures/phases/1-currency/up.sql").expect("an input");
    *up = Digest::of(b"other");
    for event in &mut sample.events {
        if let Event::ServerReady { server } = event {
            server.versions.insert("PostgreSQL".into(), "17.7".into());
        }
    }
    sample
}
