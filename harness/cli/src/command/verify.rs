//! `phasegate verify`.

use std::{collections::BTreeSet, panic::resume_unwind, path::Path, thread};

use phasegate_engine::{plan::plan, suite::load};
use phasegate_evidence::{
    Digest, EVENTS_FILE, Earlier, Fault, FaultCode, JUNIT_FILE, Link, PAGE_FILE, PLAN_FILE, Plan, REPORT_FILE,
    RequirementPlan, RunFolder, SuitePlan, Verdict, Verification, begins_after, goes_on_from, read_chain,
    sign::{Approval, Exception, Meaning, PhaseScope, Role, Signed, TrustedKeys, approval},
};
use phasegate_report::{self as report, Record, RecordError};
use serde::Serialize;

use super::{print_json::print_json, report::unwritable, sign::now};
use crate::{
    args::{Format, Global, Required, VerifyArgs, display_path},
    console,
    exit::{Exit, Failure},
    keys::trusted_keys,
};

/// What `verify --format json` prints.
#[derive(Serialize)]
struct Answer<'a> {
    run: String,
    holds: bool,
    verdict: Option<Verdict>,
    result_digest: Option<&'a Digest>,
    head_digest: Option<&'a Digest>,
    run_digest: Option<&'a Digest>,
    faults: Vec<Line<'a>>,
    /// The earlier run that this one goes on from, and whether its folder lay beside it and was held against it.
    #[serde(skip_serializing_if = "Option::is_none")]
    resumes: Option<Resumes<'a>>,
    /// The key by which the machine that ran it attested the run.
    attested_by: Option<String>,
    sign_offs: Vec<SignedOff<'a>>,
    /// Whether the keys were held against those that are trusted; what is not trusted is a fault.
    keys_compared: bool,
    /// What the run was required to have come to, and whether it did; evidence that does not verify says nothing of it.
    required: Option<Required>,
    meets_required: bool,
}

#[derive(Serialize)]
struct Resumes<'a> {
    run: &'a str,
    head_digest: &'a Digest,
    compared: bool,
}

#[derive(Serialize)]
struct SignedOff<'a> {
    file: &'a str,
    key: String,
    role: Role,
    name: &'a str,
    meaning: Meaning,
    signed_at: &'a str,
    phase: Option<&'a PhaseScope>,
    notes: Option<&'a str>,
    exception: Option<&'a Exception>,
}

#[derive(Serialize)]
struct Line<'a> {
    code: &'static str,
    file: &'a str,
    what: &'a str,
}

/// Recomputes a run folder and prints every fault.
pub(super) fn verify(global: &Global, asked: &VerifyArgs) -> Result<Exit, Failure> {
    let path = global.run(&asked.run);
    let keys = asked.trusted_keys.as_deref().map(trusted_keys).transpose()?;
    let folder = RunFolder::open(&path)?;
    let Examined { mut verification, record } = examined(&folder)?;
    if let Some(earlier) = &asked.after {
        let signed = RunFolder::open(global.run(earlier))?;
        compare_precedent(&signed, keys.as_ref(), &folder, record.as_ref(), &mut verification)?;
    }
    if asked.same_inputs && verification.holds() {
        compare_inputs(global, &folder, &mut verification)?;
    }
    if let Some(keys) = &keys {
        verification.trust(keys);
    }
    for digest in &asked.expect {
        if verification.recognise(digest).is_none() {
            let what = format!("has no digest {digest}, neither of its result nor of its events nor of its files");
            fault(&mut verification, FaultCode::UnexpectedDigest, "the folder", what);
        }
    }
    match global.format {
        Format::Human => console::print(&human(&verification, asked, &display_path(&path)))?,
        Format::Json => print_json(&answer(&verification, asked, &path))?,
    }
    Ok(if !verification.holds() {
        Exit::Unverified
    } else if meets(&verification, asked) {
        Exit::Passed
    } else {
        Exit::GateFailed
    })
}

/// A folder as one reading of it found it.
pub(super) struct Examined {
    /// What a stranger finds, the reports in it included.
    pub(super) verification: Verification,
    /// The record to make reports from; none where the folder does not verify.
    pub(super) record: Option<Record>,
}

/// A folder as a stranger verifies it, the reports in it included.
pub(super) fn verified(folder: &RunFolder) -> Result<Verification, Failure> {
    Ok(examined(folder)?.verification)
}

/// A folder as a stranger verifies it, with its record for whoever goes on with it.
pub(super) fn examined(folder: &RunFolder) -> Result<Examined, Failure> {
    let mut verification = phasegate_evidence::verify(folder);
    compare_earlier(folder, &mut verification)?;
    // Reading a folder whose outputs or chain are damaged would only say again what is already known.
    let record = match verification.holds() {
        true => {
            let unread = |error: RecordError| Failure::new(Exit::Unverified, error);
            Record::verified(folder, &mut verification).map_err(unread)?
        }
        false => None,
    };
    if let Some(record) = &record
        && other_version(&verification).is_none()
    {
        compare_reports(record, &mut verification)?;
    }
    Ok(Examined { verification, record })
}

/// The run began after this one, as it says, and went on where that one ended.
fn compare_precedent(
    signed: &RunFolder,
    keys: Option<&TrustedKeys>,
    folder: &RunFolder,
    record: Option<&Record>,
    verification: &mut Verification,
) -> Result<(), Failure> {
    let Some(record) = record else { return Ok(()) };
    let what = match record.precedent() {
        None => Some("does not say that the run began after a signed one".to_owned()),
        Some(after) => {
            let mut earlier = verified(signed)?;
            if let Some(keys) = keys {
                earlier.trust(keys);
            }
            let differs = match after.differs(&earlier) {
                Some(what) => Some(what),
                None => {
                    let [next, signed] = [planned_and_happened(folder)?, planned_and_happened(signed)?];
                    begins_after((&next.0, &next.1), (&signed.0, &signed.1)).err()
                }
            };
            differs.map(|what| {
                format!("says that the run began after {}; {} {what}", after.run, display_path(signed.path()))
            })
        }
    };
    if let Some(what) = what {
        fault(verification, FaultCode::AfterAnother, EVENTS_FILE, what);
    }
    Ok(())
}

/// Plan and events of a folder that verifies.
pub(super) fn planned_and_happened(folder: &RunFolder) -> Result<(Plan, Vec<Link>), Failure> {
    let events = folder.read(EVENTS_FILE)?;
    let read = read_chain(&String::from_utf8_lossy(&events)).map_err(|error| Failure::new(Exit::Unverified, error))?;
    Ok((folder.plan()?, read.0))
}

fn fault(verification: &mut Verification, code: FaultCode, file: &str, what: impl Into<String>) {
    verification.faults.push(Fault { code, file: file.to_owned(), what: what.into() });
}

/// The run that this one goes on from, where it lies beside it, verifies and ended as this one says. Whether that one went on from
/// yet another, whoever verifies it is told.
fn compare_earlier(folder: &RunFolder, verification: &mut Verification) -> Result<(), Failure> {
    let Some(Earlier { run, .. }) = verification.resumes.clone().filter(|_| verification.holds()) else {
        return Ok(());
    };
    // A name that leads elsewhere is none of a run.
    let beside =
        folder.path().parent().map(|runs| runs.join(&run)).filter(|path| path.ends_with(&run) && !run.contains('/'));
    let Some(earlier) = beside.and_then(|path| RunFolder::open(path).ok()) else { return Ok(()) };
    let earlier = phasegate_evidence::verify(&earlier);
    let held = match (&verification.read, &earlier.read, &earlier.head) {
        (Some((plan, links)), Some((earlier_plan, earlier_links)), Some(head)) if earlier.holds() => {
            goes_on_from((plan, links), (earlier_plan, earlier_links), head)
        }
        _ => Err(format!("goes on from {run}, which lies beside it and does not verify")),
    };
    if let Some(earlier) = &mut verification.resumes {
        earlier.compared = true;
    }
    if let Err(what) = held {
        fault(verification, FaultCode::ResumeForeign, EVENTS_FILE, what);
    }
    Ok(())
}

/// The reports are no evidence, but whoever opens the folder reads them: those that this version wrote are made again and
/// compared. Another version may write them in other words, and the answer says that they were not compared.
fn compare_reports(record: &Record, verification: &mut Verification) -> Result<(), Failure> {
    // The page takes as long as the others.
    let (page, others) = thread::scope(|scope| {
        let page = scope.spawn(|| report::html(record));
        let others = (report::markdown(record), report::junit(record));
        (page.join().unwrap_or_else(|panic| resume_unwind(panic)), others)
    });
    let (markdown, junit) = (others.0, others.1.map_err(|error| unwritable(&error))?);
    let reports = [(REPORT_FILE, markdown), (PAGE_FILE, page), (JUNIT_FILE, junit)];
    for (name, made) in reports {
        // What is there was read before.
        match record.folder.read(name) {
            Ok(stored) if stored == made.as_bytes() => {}
            Ok(_) => fault(verification, FaultCode::ReportReplaced, name, "is not what plan and events make"),
            Err(_) => {
                let what = "is missing: it was removed, or the run was interrupted before it was written";
                fault(verification, FaultCode::Missing, name, what);
            }
        }
    }
    Ok(())
}

/// The suites at hand are those that the run was made of: every file of them, and of their migrations.
fn compare_inputs(global: &Global, folder: &RunFolder, verification: &mut Verification) -> Result<(), Failure> {
    let planned = folder.plan()?;
    let names: Vec<String> = planned.suites.iter().map(|suite| suite.suite.clone()).collect();
    let here = plan(&load(&global.suites()?, &names).map_err(Failure::usage)?, planned.judging);
    let mut differing = Vec::new();
    for (suite, here) in planned.suites.iter().zip(&here.suites) {
        let paths: BTreeSet<&String> = suite.inputs.keys().chain(here.inputs.keys()).collect();
        let other = |path: &&&String| suite.inputs.get(**path) != here.inputs.get(**path);
        differing.extend(paths.iter().filter(other).map(|path| format!("{path} of suite {}", suite.suite)));
        if differing.is_empty() && !same_requirements(suite, here) {
            differing.push(format!("list of requirements of suite {}", suite.suite));
        }
    }
    for path in differing {
        fault(verification, FaultCode::WrongMigration, PLAN_FILE, format!("was made of another {path} than lies here"));
    }
    Ok(())
}

/// The list of requirements is no input, because it decides no verdict; what it says stands in the plan. A variant, whose title says
/// so, has other gates to answer them, and is held to the words alone.
fn same_requirements(planned: &SuitePlan, here: &SuitePlan) -> bool {
    let words = |suite: &SuitePlan| -> Vec<_> {
        let of = |listed: &RequirementPlan| RequirementPlan { answers: Vec::new(), ..listed.clone() };
        suite.requirements.iter().map(of).collect()
    };
    if planned.title == here.title { planned.requirements == here.requirements } else { words(planned) == words(here) }
}

/// The version that made the plan, if it is not this one.
fn other_version(verification: &Verification) -> Option<&str> {
    let version = verification.result.as_ref().map(|result| result.phasegate.as_str());
    version.filter(|version| *version != env!("CARGO_PKG_VERSION"))
}

/// Whether the run is known to have come to what was required of it.
fn meets(verification: &Verification, asked: &VerifyArgs) -> bool {
    let verdict = verification.result.as_ref().map(|result| result.verdict);
    match asked.require {
        None => true,
        Some(Required::Signed) => {
            let approved = approval(&verification.signed, None) == Approval::Given;
            verification.holds() && approved && overdue(verification).is_none()
        }
        Some(Required::Passed) => verification.holds() && verdict == Some(Verdict::Passed),
    }
}

/// The exception of the run, if its deadline is over.
fn overdue(verification: &Verification) -> Option<&Exception> {
    let of_run = verification.signed.iter().filter(|signed| signed.sign_off.phase.is_none());
    let today = now();
    of_run.filter_map(|signed| signed.sign_off.exception.as_ref()).find(|exception| {
        // A moment begins with its date.
        exception.deadline.as_str() < today.get(..10).unwrap_or_default()
    })
}

fn human(verification: &Verification, asked: &VerifyArgs, path: &str) -> String {
    let mut text = report::verified(verification, path);
    for digest in asked.expect.iter().filter(|_| verification.holds()) {
        if let Some(name) = verification.recognise(digest) {
            let covers = match name {
                "result" => "it covers what the run came to, and not what was seen",
                "head" => "it covers everything but the reports",
                _ => "it covers every byte but the sign-offs and the page that shows them",
            };
            text.push_str(&format!("  expected: {} is the {name} digest; {covers}\n", digest.short()));
        }
    }
    if verification.holds() && !meets(verification, asked) {
        text.push_str(match asked.require {
            Some(Required::Signed) if overdue(verification).is_some() => {
                "  required: signed; the evidence verifies, and the deadline of its exception is over\n"
            }
            Some(Required::Signed) => {
                "  required: signed; the evidence verifies, and no validator has approved the run\n"
            }
            _ => "  required: passed; the evidence verifies, and the run did not pass\n",
        });
    }
    if let Some(version) = other_version(verification) {
        let reports = format!("{REPORT_FILE}, {PAGE_FILE} and {JUNIT_FILE}");
        text.push_str(&format!("  not compared: {reports}, which Phasegate {version} wrote\n"));
    }
    text
}

fn signed_off(signed: &Signed) -> SignedOff<'_> {
    let sign_off = &signed.sign_off;
    SignedOff {
        file: &signed.file,
        key: signed.key.id().to_string(),
        role: sign_off.role,
        name: &sign_off.name,
        meaning: sign_off.meaning,
        signed_at: &sign_off.signed_at,
        phase: sign_off.phase.as_ref(),
        notes: sign_off.notes.as_deref(),
        exception: sign_off.exception.as_ref(),
    }
}

fn answer<'a>(verification: &'a Verification, asked: &VerifyArgs, path: &Path) -> Answer<'a> {
    let faults = verification.faults.iter().map(|fault| Line {
        code: fault.code.as_str(),
        file: &fault.file,
        what: &fault.what,
    });
    Answer {
        run: path.display().to_string(),
        holds: verification.holds(),
        verdict: verification.result.as_ref().map(|result| result.verdict),
        result_digest: verification.result_digest.as_ref(),
        head_digest: verification.head.as_ref(),
        run_digest: verification.run_digest.as_ref(),
        faults: faults.collect(),
        resumes: verification.resumes.as_ref().map(|earlier| Resumes {
            run: &earlier.run,
            head_digest: &earlier.head,
            compared: earlier.compared,
        }),
        attested_by: verification.attested_by.as_ref().map(|key| key.id().to_string()),
        sign_offs: verification.signed.iter().map(signed_off).collect(),
        keys_compared: verification.keys_compared,
        required: asked.require,
        meets_required: meets(verification, asked),
    }
}
