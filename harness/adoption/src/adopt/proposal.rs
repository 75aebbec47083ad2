//! What would be written: proposed as a whole, and held against the suite before anybody is asked.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use phasegate_engine::{
    plan::plan,
    suite::{Gate, Suite, SuiteError, load, load_as},
};
use phasegate_evidence::{
    RunFolder, SuitePlan, Verdict, Verification,
    judge::{Check, FactSeen, Observation},
};
use similar::TextDiff;

use super::{
    AdoptError,
    gate_file::adopted,
    objects::Names,
    observed::{Observed, Tried},
};

/// How many files a message names.
const NAMED_MAX: usize = 3;

/// What is adopted from a run, file by file; nothing is written yet.
#[derive(Debug)]
pub struct Proposal {
    /// The checks whose expectations become what they saw.
    pub adopted: Vec<Adopted>,
    /// The checks that ask for it, or failed, and are left as they are.
    pub left: Vec<Left>,
    /// The files that change.
    pub files: Vec<Changed>,
}

/// A check that is adopted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopted {
    /// Its suite.
    pub suite: String,
    /// Its id.
    pub check: String,
}

/// A check that is left as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Its suite.
    pub suite: String,
    /// Its id.
    pub check: String,
    /// Why, as the rest of a sentence about it.
    pub why: String,
}

/// A file that changes.
#[derive(Debug)]
pub struct Changed {
    /// The file.
    pub path: PathBuf,
    before: String,
    after: String,
}

/// The texts of the files that change, and the suites as they are read back from them.
type Adopting = (BTreeMap<PathBuf, String>, Vec<Suite>);

/// A check that is asked for.
struct Wanted<'a> {
    suite: &'a Suite,
    gate: &'a Gate,
    check: &'a Check,
    tried: Option<&'a Tried>,
}

/// What the run in this folder, of which `verification` says that it holds, lets be adopted: the checks named, and where none is
/// named, those that ask for it and those that failed. A check that is named and cannot be adopted is an error; others are left.
///
/// # Errors
/// When nothing of the run can be adopted, or not what was named.
pub fn propose(
    folder: &RunFolder,
    verification: &Verification,
    suites: &Path,
    named: &[String],
) -> Result<Proposal, AdoptError> {
    if !verification.holds() {
        return Err(AdoptError::Unverified);
    }
    let observed = Observed::read(folder)?;
    if observed.plan.judging.is_gates_alone() {
        return Err(AdoptError::GatesAlone);
    }
    let names: Vec<String> = observed.plan.suites.iter().map(|suite| suite.suite.clone()).collect();
    let loaded = load(suites, &names)?;
    unchanged(&observed.plan.suites, &plan(&loaded, observed.plan.judging).suites)?;
    let mut proposal = Proposal { adopted: Vec::new(), left: Vec::new(), files: Vec::new() };
    let mut texts: BTreeMap<PathBuf, String> = BTreeMap::new();
    // What the suites are with all that was adopted so far.
    let mut standing = loaded.clone();
    for wanted in wanted(&observed, &loaded, named)? {
        let (suite, check) = (wanted.suite.name.clone(), wanted.check.id.clone());
        match wanted.adopt(&observed, &standing, &texts, |texts| load_as(suites, &names, texts))? {
            Ok((with, after)) => {
                (texts, standing) = (with, after);
                proposal.adopted.push(Adopted { suite, check });
            }
            Err(why) if named.is_empty() => proposal.left.push(Left { suite, check, why }),
            Err(why) => return Err(AdoptError::Check { check, why }),
        }
    }
    for (path, after) in texts {
        let before = read(&path)?;
        proposal.files.push(Changed { path, before, after });
    }
    Ok(proposal)
}

/// The suites are made of the files that the run was made of, each of their migrations included.
fn unchanged(then: &[SuitePlan], now: &[SuitePlan]) -> Result<(), AdoptError> {
    let mut changed = Vec::new();
    for suite in then {
        let now = now.iter().find(|now| now.suite == suite.suite).map(|now| &now.inputs);
        let digest_now = |path: &String| now.and_then(|inputs| inputs.get(path));
        let paths: BTreeSet<&String> =
            suite.inputs.keys().chain(now.into_iter().flatten().map(|(path, _)| path)).collect();
        let others = paths.into_iter().filter(|path| suite.inputs.get(*path) != digest_now(path));
        changed.extend(others.map(|path| format!("{path} of suite {}", suite.suite)));
    }
    if changed.len() > NAMED_MAX {
        let more = changed.len() - NAMED_MAX;
        changed.truncate(NAMED_MAX);
        changed.push(format!("and {more} more"));
    }
    if changed.is_empty() { Ok(()) } else { Err(AdoptError::Changed(changed)) }
}

fn wanted<'a>(observed: &'a Observed, suites: &'a [Suite], named: &[String]) -> Result<Vec<Wanted<'a>>, AdoptError> {
    let all: Vec<Wanted<'a>> = suites
        .iter()
        .flat_map(|suite| {
            suite.checks().map(move |(_, gate, check)| Wanted {
                suite,
                gate,
                check,
                tried: observed.of(&suite.name, &check.id),
            })
        })
        .collect();
    for name in named {
        let of: Vec<String> =
            all.iter().filter(|wanted| wanted.is_named(name)).map(|wanted| wanted.suite.name.clone()).collect();
        match of.as_slice() {
            [_] => {}
            [] => return Err(AdoptError::NoCheck(name.clone())),
            _ => return Err(AdoptError::Several { check: name.clone(), suites: of }),
        }
    }
    let is_wanted = |wanted: &Wanted<'_>| match named {
        [] => wanted.asks(),
        named => named.iter().any(|name| wanted.is_named(name)),
    };
    Ok(all.into_iter().filter(is_wanted).collect())
}

impl Wanted<'_> {
    fn is_named(&self, name: &str) -> bool {
        name == self.check.id
            || name.strip_prefix(&self.suite.name).and_then(|id| id.strip_prefix('/')) == Some(&self.check.id)
    }

    /// Whether it is adopted without being named.
    fn asks(&self) -> bool {
        let failed = self.tried.is_some_and(|tried| tried.verdict == Verdict::Failed);
        self.check.adopt || (failed && self.check.expectation.is_adoptable())
    }

    /// The texts of the files with what it saw, and the suites as they are read back from them; or why it is left.
    fn adopt(
        &self,
        observed: &Observed,
        standing: &[Suite],
        texts: &BTreeMap<PathBuf, String>,
        read_back: impl Fn(&BTreeMap<PathBuf, String>) -> Result<Vec<Suite>, SuiteError>,
    ) -> Result<Result<Adopting, String>, AdoptError> {
        let tried = match self.failed() {
            Ok(tried) => tried,
            Err(why) => return Ok(Err(why)),
        };
        let seen = observed.seen(tried)?;
        let file = match texts.get(&self.gate.file) {
            Some(text) => text.clone(),
            None => read(&self.gate.file)?,
        };
        let names = Names { with_case: self.suite.kind.capabilities().names_with_case };
        Ok(adopted(&file, self.check, &seen, names).and_then(|text| {
            let mut texts = texts.clone();
            texts.insert(self.gate.file.clone(), text);
            let after = read_back(&texts).map_err(|error| format!("cannot expect what it saw: {error}"))?;
            self.holds(standing, &after, &seen).map(|()| (texts, after))
        }))
    }

    /// What it came to, if that is a failure.
    fn failed(&self) -> Result<&Tried, String> {
        if !self.check.expectation.is_adoptable() {
            let kind = self.check.kind();
            return Err(format!("is of kind `{kind}`: only changes, catalog and rows can become what was seen"));
        }
        let tried = self.tried.ok_or("was not reached in this run: run it again with --keep-going")?;
        let reason = tried.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        match tried.verdict {
            Verdict::Failed => Ok(tried),
            Verdict::Passed => Err("passed: there is nothing to adopt".to_owned()),
            verdict => Err(format!("came to {verdict}{reason}, and saw nothing that it could expect")),
        }
    }

    /// Read back, the check expects what it saw, and every other check is what it was.
    fn holds(&self, before: &[Suite], after: &[Suite], seen: &Observation) -> Result<(), String> {
        let checks = |suites: &'_ [Suite]| -> Vec<(String, Check)> {
            let of = |suite: &Suite| {
                suite.checks().map(|(_, _, check)| (suite.name.clone(), check.clone())).collect::<Vec<_>>()
            };
            suites.iter().flat_map(of).collect()
        };
        let (before, after) = (checks(before), checks(after));
        let is_own = |(suite, check): &(String, Check)| *suite == self.suite.name && check.id == self.check.id;
        let others = |checks: &[(String, Check)]| -> Vec<(String, Check)> {
            checks.iter().filter(|check| !is_own(check)).cloned().collect()
        };
        if others(&before) != others(&after) {
            return Err("shares what it expects with another check: mend it where it stands".to_owned());
        }
        let seen = as_declared(seen);
        let own = after.iter().find(|check| is_own(check)).map(|(_, check)| check.judge(&seen));
        match own {
            Some(judged) if judged.verdict == Verdict::Passed => Ok(()),
            judged => {
                let reason = judged.and_then(|judged| judged.reason).map(|reason| format!(": {reason}"));
                Err(format!("would not pass by what it saw{}", reason.unwrap_or_default()))
            }
        }
    }
}

/// What was seen as a check sees it that declares all of it.
fn as_declared(seen: &Observation) -> Observation {
    let mut seen = seen.clone();
    if let Observation::Catalog(seen) = &mut seen {
        let others = std::mem::take(&mut seen.others);
        let object = |(key, definition)| (key, FactSeen { met: Some(definition), expected: None });
        seen.objects.extend(others.into_iter().map(object));
    }
    seen
}

impl Proposal {
    /// Writes the files.
    ///
    /// # Errors
    /// When one cannot be written, or is no longer what it was when this was proposed.
    pub fn write(&self) -> Result<(), AdoptError> {
        for changed in &self.files {
            if read(&changed.path)? != changed.before {
                return Err(AdoptError::Changed(vec![changed.path.display().to_string()]));
            }
        }
        for changed in &self.files {
            fs::write(&changed.path, &changed.after).map_err(|error| unwritten(&changed.path, &error))?;
        }
        Ok(())
    }
}

impl Changed {
    /// What changes in it, as `diff -u` shows it.
    #[must_use]
    pub fn diff(&self, name: &str) -> String {
        TextDiff::from_lines(&self.before, &self.after).unified_diff().header(name, name).to_string()
    }
}

fn read(path: &Path) -> Result<String, AdoptError> {
    fs::read_to_string(path).map_err(|error| AdoptError::Unread(format!("{}: {error}", path.display())))
}

fn unwritten(path: &Path, error: &std::io::Error) -> AdoptError {
    AdoptError::Unwritten { file: path.display().to_string(), why: error.to_string() }
}
