//! What the page shows, and how it is used.

use phasegate_evidence::{Digest, Proof, Verdict};
use phasegate_report::{Record, SignOff, html};
use serde_json::json;
use tempfile::TempDir;

use crate::{
    Claim,
    chromium::Chromium,
    kinds::proved,
    runs::{gate_failed, phase_failed, read},
    sample::Sample,
};

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        ("the_page_loads_from_disk_without_a_complaint_or_a_request", loads_without_a_complaint),
        ("a_filter_in_the_address_shows_the_checks_of_that_verdict_alone", the_address_filters),
        ("a_button_and_words_filter_and_are_noted_in_the_address", buttons_and_words_filter),
        ("a_link_to_a_check_opens_it", a_link_opens_its_check),
        ("keys_lead_to_the_next_failed_check_unless_they_are_switched_off", keys_lead_to_failures),
        ("the_view_of_failures_shows_what_the_folder_holds", failures_are_shown),
        ("the_sign_off_block_shows_what_the_folder_holds", sign_offs_are_shown),
        ("a_proof_by_another_run_is_named_with_its_digest", proofs_are_named),
        ("without_its_script_the_page_shows_every_check", without_script),
    ]
}

/// A run whose page lies in its folder and is open in the browser.
pub(crate) fn opened(browser: &mut Chromium, sample: &Sample, fragment: &str) -> TempDir {
    let (holder, record) = read(sample);
    browser.open(&record.folder.path().join("report.html"), fragment);
    holder
}

/// The ids of the checks that are seen.
const SEEN: &str = "Array.from(document.querySelectorAll('.check')).filter((check) => check.checkVisibility())\
                    .map((check) => check.querySelector('.id').textContent)";

fn loads_without_a_complaint(browser: &mut Chromium) {
    for sample in [Sample::passed(), gate_failed(), phase_failed(), proved()] {
        let _holder = opened(browser, &sample, "");
        assert_eq!(browser.complaints(), Vec::<String>::new());
    }
    // What a page may not do is told: else the assertion above says nothing.
    let _holder = opened(browser, &Sample::passed(), "");
    browser.eval("{ const image = new Image(); image.src = 'x.png'; document.body.append(image); }");
    assert!(browser.complaints().iter().any(|complaint| complaint.contains("Content Security Policy")));
}

fn the_address_filters(browser: &mut Chromium) {
    let _holder = opened(browser, &gate_failed(), "#verdict=failed");
    assert_eq!(browser.eval(SEEN), json!(["2.1.1"]));
    assert_eq!(browser.eval("document.querySelector('#shown').textContent"), "1 of 7 checks shown");
    assert_eq!(browser.eval("document.querySelector('[aria-pressed=true]').dataset.show"), "failed");
    // What it does not know shows everything.
    browser.eval("location.hash = '#verdict=%22%5D'");
    browser.eval("new Promise((done) => requestAnimationFrame(done))");
    assert_eq!(browser.eval(&format!("{SEEN}.length")), 7);
}

fn buttons_and_words_filter(browser: &mut Chromium) {
    let _holder = opened(browser, &gate_failed(), "");
    assert_eq!(browser.eval(&format!("{SEEN}.length")), 7);
    browser.eval("document.querySelector('button[data-show=error]').click()");
    assert_eq!(browser.eval(SEEN), json!(["2.1.2"]));
    assert_eq!(browser.eval("location.hash"), "#verdict=error");
    browser.eval("document.querySelector('button[data-show=\"\"]').click()");
    browser.press("/");
    assert_eq!(browser.eval("document.activeElement.id"), "query");
    for letter in ["2", ".", "1", ".", "1"] {
        browser.press(letter);
    }
    let noted = "new Promise((done) => { const look = () => location.hash.includes('q=') ? done(location.hash) : \
                 requestAnimationFrame(look); look(); })";
    assert_eq!(browser.eval(noted), "#q=2.1.1");
    assert_eq!(browser.eval(SEEN), json!(["2.1.1"]));
    browser.press("Escape");
    assert_eq!(browser.eval(&format!("{SEEN}.length")), 7);
}

fn a_link_opens_its_check(browser: &mut Chromium) {
    let _holder = opened(browser, &Sample::passed(), "#c1");
    assert_eq!(browser.eval("document.querySelector('#c1').open"), true);
    assert_eq!(browser.eval("document.querySelector('#c0').open"), false);
    let inside = "document.querySelector('#c1').getBoundingClientRect().top < innerHeight";
    assert_eq!(browser.eval(inside), true);
    // Every link of the page leads to a place on it, or to an output of the folder.
    let dead = "Array.from(document.querySelectorAll('a')).map((link) => link.getAttribute('href')).filter((to) => \
                to.startsWith('#') ? document.getElementById(to.slice(1)) === null : !/^outputs\\/[0-9a-f]{64}$/.test(to))";
    assert_eq!(browser.eval(dead), json!([]));
}

fn keys_lead_to_failures(browser: &mut Chromium) {
    let _holder = opened(browser, &gate_failed(), "");
    let here = "document.activeElement.closest('.check')?.querySelector('.id').textContent ?? ''";
    for (key, expected) in [("n", "2.1.1"), ("n", "2.1.2"), ("n", "2.1.2"), ("p", "2.1.1"), ("k", "A1.1")] {
        browser.press(key);
        assert_eq!(browser.eval(here), expected, "{key}");
    }
    browser.press("j");
    assert_eq!(browser.eval(here), "2.1.1");
    browser.eval("document.querySelector('#keys').click()");
    browser.press("n");
    assert_eq!(browser.eval(here), "2.1.1");
}

fn failures_are_shown(browser: &mut Chromium) {
    let _holder = opened(browser, &gate_failed(), "");
    let text = browser.eval("document.querySelector('.failures').innerText");
    for part in ["2.1.1", "wrong-cause", "expected 23505 from index idx_accounts_number", "setup-failed", "<app_rw>"] {
        assert!(text.as_str().expect("text").contains(part), "{part}: {text}");
    }
    assert_eq!(browser.eval("document.querySelectorAll('.check[open]').length"), 2);
    let _holder = opened(browser, &phase_failed(), "");
    let text = browser.eval("document.querySelector('.failures').innerText");
    for part in ["Phase 2 did not apply", "phases/2-accounts/up.sql:7", "P0001", "post a reversal instead"] {
        assert!(text.as_str().expect("text").contains(part), "{part}: {text}");
    }
    let _holder = opened(browser, &Sample::passed(), "");
    assert_eq!(browser.eval("document.querySelector('.failures')"), json!(null));
}

fn sign_offs_are_shown(browser: &mut Chromium) {
    let (_holder, mut record): (TempDir, Record) = read(&Sample::passed());
    let page = record.folder.path().join("report.html");
    browser.open(&page, "#sign-off");
    assert_eq!(browser.eval("document.querySelector('#sign-off').innerText"), "Sign-off\n\nnot signed");
    record.sign_offs.signed.push(SignOff {
        role: "validator".into(),
        name: "Ada <b>Lovelace</b>".into(),
        meaning: "approval".into(),
        of: "phase 1 of ledger".into(),
        gates_open: Some("1/1".into()),
        signed_at: "2026-01-02T03:04:05Z".into(),
        key: "SHA256:x".into(),
        notes: Some("looked at <i>every</i> gate".into()),
        exception: Some("T-1 until 2026-02-01: one gate fails".into()),
    });
    record.sign_offs.attested_by = Some("SHA256:y".into());
    std::fs::write(&page, html(&record)).expect("writable");
    browser.open(&page, "#sign-off");
    let cells = "Array.from(document.querySelectorAll('#sign-off td')).map((cell) => cell.innerText)";
    let exception = "T-1 until 2026-02-01: one gate fails";
    let at = "2026-01-02T03:04:05Z";
    let (name, notes) = ("Ada <b>Lovelace</b>", "looked at <i>every</i> gate");
    let expected = ["validator", name, "approval", "phase 1 of ledger", "1/1", at, "SHA256:x", notes, exception];
    assert_eq!(browser.eval(cells), json!(expected));
    let text =
        |browser: &mut Chromium, place: &str| browser.eval(&format!("document.querySelector('{place}').innerText"));
    assert!(
        text(browser, "#sign-off")
            .as_str()
            .expect("text")
            .contains("Attested by the machine that ran it, key SHA256:y.")
    );
    assert_eq!(text(browser, "header a[href=\"#sign-off\"]"), "1 sign-off, by exception");
    // Red, to whoever sees colours, on the page's own ground.
    let colour = "getComputedStyle(document.querySelector('#sign-off strong.exception')).color";
    let failed = "(() => { const at = document.createElement('span'); at.style.color = 'var(--failed)'; \
                  document.body.append(at); return getComputedStyle(at).color })()";
    assert_eq!(browser.eval(colour), browser.eval(failed));
    record.sign_offs.is_refuted = true;
    std::fs::write(&page, html(&record)).expect("writable");
    browser.open(&page, "#sign-off");
    let said = text(browser, "#sign-off");
    assert!(said.as_str().expect("text").contains("This folder does not verify: no signature stands for"), "{said}");
}

fn proofs_are_named(browser: &mut Chromium) {
    let tried = "document.querySelector('[id$=tried]').textContent";
    let _holder = opened(browser, &Sample::passed(), "");
    let text = browser.eval(tried);
    assert!(text.as_str().expect("text").starts_with("The gates were not tried"), "{text}");
    let mut sample = Sample::passed();
    sample.proofs.push(Proof {
        suite: "ledger".into(),
        run: "20260101T000000.000Z-1".into(),
        result: Digest::of(b"another result"),
        verdict: Verdict::Failed,
        defects: 3,
        caught: 2,
        scenarios: 1,
        ended_as_said: 1,
    });
    let _holder = opened(browser, &sample, "");
    let text = browser.eval(tried);
    let words = "failed: 2 of 3 defects caught, 1 of 1 scenario ended as they say";
    for part in ["20260101T000000.000Z-1", Digest::of(b"another result").as_str(), words] {
        assert!(text.as_str().expect("text").contains(part), "{part}: {text}");
    }
}

fn without_script(browser: &mut Chromium) {
    let (_holder, record) = read(&gate_failed());
    browser.ask("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    browser.open(&record.folder.path().join("report.html"), "#verdict=failed");
    assert_eq!(browser.eval("document.querySelector('#filter').checkVisibility()"), false);
    assert_eq!(browser.eval(&format!("{SEEN}.length")), 7);
}
