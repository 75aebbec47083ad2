//! The file `requirements.toml`: every number of the documents behind a suite, so that a stranger finds where each is met.
//! A suite without the file makes no such claim.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde::Deserialize;

use super::{Place, Suite, SuiteError};

/// One requirement of the documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The part of the documents that it stands in.
    pub section: String,
    /// Its number or its words.
    pub id: String,
    /// What it says, in one line.
    pub title: String,
    /// Gates, checks, scenarios, findings and deviations that answer it without naming it themselves.
    pub by: Vec<String>,
    /// Tests that answer it, as `package module::test`.
    pub tests: Vec<String>,
    /// Where it is met, when nothing runs for it.
    pub note: Option<String>,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RequirementsFile {
    /// The list that the system under validation keeps of its own tests.
    pub(super) tests: Option<OwnTests>,
    /// The parts of the documents.
    #[serde(default, rename = "section")]
    sections: Vec<Section>,
}

/// The list that the system under validation keeps of its own tests.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct OwnTests {
    /// Its file, relative to the fixtures.
    pub(super) file: String,
    /// The package whose tests these are.
    pub(super) package: String,
}

/// A part of the documents.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Section {
    /// Its heading.
    title: String,
    /// Its requirements.
    requirement: Vec<Entry>,
}

/// A requirement. It needs a place: something that names it, or one of the last three keys.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Its number or its words.
    id: String,
    /// What it says, in one line.
    title: String,
    /// Gates, checks, scenarios, findings and deviations that answer it without naming it themselves.
    #[serde(default)]
    by: Vec<String>,
    /// Tests that answer it, as `package module::test`.
    #[serde(default)]
    tests: Vec<String>,
    /// Where it is met, when nothing runs for it.
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnList {
    tests: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    notes: BTreeMap<String, String>,
}

pub(super) fn read(file: &Path, text: &str) -> Result<RequirementsFile, SuiteError> {
    toml::from_str(text).map_err(|error| SuiteError::toml(file, text, &error))
}

/// The requirements in the order of the file, with the tests of the system's own list.
pub(super) fn gather(
    file: RequirementsFile,
    place: &Path,
    own: Option<(&Path, &str)>,
) -> Result<Vec<Requirement>, SuiteError> {
    let mut own_list = match own {
        None => OwnList { tests: BTreeMap::new(), notes: BTreeMap::new() },
        Some((file, text)) => toml::from_str(text).map_err(|error| SuiteError::toml(file, text, &error))?,
    };
    let package = file.tests.map(|own| own.package).unwrap_or_default();
    let mut requirements: Vec<Requirement> = Vec::new();
    let malformed = |why: String| SuiteError::malformed(Place::file(place), why);
    for section in file.sections {
        for entry in section.requirement {
            if requirements.iter().any(|known| known.id == entry.id) {
                return Err(malformed(format!("requirement {} is there twice", entry.id)));
            }
            let listed = own_list.tests.remove(&entry.id).unwrap_or_default();
            let listed = listed.into_iter().map(|test| format!("{package} {test}"));
            let noted = own_list.notes.remove(&entry.id);
            requirements.push(Requirement {
                section: section.title.clone(),
                title: entry.title,
                by: entry.by,
                tests: entry.tests.into_iter().chain(listed).collect(),
                note: entry.note.or(noted),
                id: entry.id,
            });
        }
    }
    match own_list.tests.keys().chain(own_list.notes.keys()).next() {
        None => Ok(requirements),
        Some(id) => {
            Err(malformed(format!("requirement {id} has a test among the fixtures and does not stand here: list it")))
        }
    }
}

/// Holds the list against the suite: what is named must be listed, and what is listed must have a place.
pub(super) fn check(suite: &Suite, place: &Path) -> Result<(), SuiteError> {
    let malformed = |why: String| Err(SuiteError::malformed(Place::file(place), why));
    let mut named = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for (id, requirements) in suite.answers() {
        ids.insert(id);
        for requirement in requirements {
            if !suite.requirements.iter().any(|known| known.id == *requirement) {
                return malformed(format!(
                    "{id} answers requirement `{requirement}`, which does not stand here: list it, or mend its name"
                ));
            }
            named.insert(requirement.as_str());
        }
    }
    ids.extend(suite.findings.iter().map(|finding| finding.id.as_str()));
    ids.extend(suite.deviations.iter().map(|deviation| deviation.id.as_str()));
    for requirement in &suite.requirements {
        if let Some(unknown) = requirement.by.iter().find(|by| !ids.contains(by.as_str())) {
            return malformed(format!(
                "requirement {}: there is no gate, check, scenario, finding or deviation {unknown}",
                requirement.id
            ));
        }
        let has_place = named.contains(requirement.id.as_str())
            || !requirement.by.is_empty()
            || !requirement.tests.is_empty()
            || requirement.note.as_ref().is_some_and(|note| !note.trim().is_empty());
        if !has_place {
            return malformed(format!(
                "requirement {} has no place: name it at a gate, a check or a scenario, or give `by`, `tests` or a `note`",
                requirement.id
            ));
        }
    }
    Ok(())
}
