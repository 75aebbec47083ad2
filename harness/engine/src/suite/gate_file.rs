//! The file of a gate, and the flat form of a check within it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use toml::{Spanned, Value};

use super::{Check, Defect, Gate, Needs, Place, SuiteError};
use crate::{
    gate::{
        Accepts, CatalogFacts, Changes, Expectation, Fact, Neighbour, PlanUse, Rejection, Rejects,
        Rollback, Rows, Sequence, Step, Unchanged, Violations,
    },
    session::Cell,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GateFile {
    id: String,
    claim: String,
    #[serde(default, deserialize_with = "one_or_more")]
    requirement: Vec<String>,
    #[serde(default)]
    added: bool,
    #[serde(default, rename = "check")]
    checks: Vec<Spanned<CheckFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckFile {
    id: String,
    title: String,
    #[serde(default, deserialize_with = "one_or_more")]
    requirement: Vec<String>,
    #[serde(rename = "as")]
    role: Option<String>,
    #[serde(default)]
    settings: BTreeMap<String, String>,
    given: Option<String>,
    #[serde(default)]
    needs: Needs,
    #[serde(default)]
    transient: bool,
    fails: Option<Defect>,

    query: Option<String>,
    write: Option<String>,
    examined: Option<String>,
    #[serde(default)]
    allow_empty: bool,
    neighbour: Option<String>,
    without_neighbour: Option<String>,

    #[serde(default, deserialize_with = "step_rows")]
    rows: Option<Vec<Vec<Cell>>>,
    violations: Option<String>,
    rejects: Option<Rejection>,
    accepts: Option<AcceptsFile>,
    step: Option<Vec<Step>>,
    plan: Option<PlanFile>,
    catalog: Option<BTreeMap<String, Value>>,
    changes: Option<Changes>,
    unchanged: Option<Unchanged>,
    rollback: Option<Rollback>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct AcceptsFile {
    rows: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanFile {
    index: Option<String>,
    scan: Option<String>,
    detail: Option<String>,
    #[serde(default)]
    without: Vec<String>,
}

/// Reads a gate's file.
pub(super) fn read(file: &Path, text: &str) -> Result<Gate, SuiteError> {
    let gate: GateFile = toml::from_str(text).map_err(|e| SuiteError::toml(file, text, &e))?;
    if gate.checks.is_empty() {
        let message = format!(
            "gate {} has no check: a gate without checks proves nothing",
            gate.id
        );
        return Err(SuiteError::malformed(Place::file(file), message));
    }
    let mut checks = Vec::new();
    for spanned in gate.checks {
        let place = Place::at(file, text, spanned.span().start);
        let id = spanned.get_ref().id.clone();
        let check = check(spanned.into_inner())
            .map_err(|why| SuiteError::malformed(place, format!("check {id}: {why}")))?;
        checks.push(check);
    }
    Ok(Gate {
        id: gate.id,
        slug: file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        claim: gate.claim,
        requirement: gate.requirement,
        added: gate.added,
        checks,
    })
}

fn check(file: CheckFile) -> Result<Check, String> {
    let mut file = file;
    let common = Check {
        id: std::mem::take(&mut file.id),
        title: std::mem::take(&mut file.title),
        requirement: std::mem::take(&mut file.requirement),
        role: file.role.take(),
        settings: std::mem::take(&mut file.settings),
        given: file.given.take(),
        needs: std::mem::take(&mut file.needs),
        transient: file.transient,
        fails: file.fails.take(),
        expectation: Expectation::Rollback(Rollback { tables: Vec::new() }),
    };
    let expectation = expectation(file)?;
    Ok(Check {
        expectation,
        ..common
    })
}

/// The keys that say which kind of expectation a check has.
const KINDS: &str =
    "rows, violations, rejects, accepts, step, plan, catalog, changes, unchanged, rollback";

fn expectation(mut file: CheckFile) -> Result<Expectation, String> {
    let named = file.named();
    let kind = match named.as_slice() {
        [one] => *one,
        [] => return Err(format!("it expects nothing: give one of {KINDS}")),
        more => {
            return Err(format!(
                "it expects {} at once: give one",
                more.join(" and ")
            ));
        }
    };
    let expectation = match kind {
        "rows" => rows(&mut file)?,
        "violations" => violations(&mut file)?,
        "rejects" => rejects(&mut file)?,
        "accepts" => Expectation::Accepts(Accepts {
            write: needed(file.write.take(), "write", kind)?,
            rows: file.accepts.take().map_or(0, |accepts| accepts.rows),
        }),
        "step" => {
            let steps = file.step.take().unwrap_or_default();
            if steps.is_empty() {
                return Err("it has no step".to_owned());
            }
            Expectation::Sequence(Sequence { steps })
        }
        "plan" => plan(&mut file)?,
        "catalog" => catalog(&mut file)?,
        "changes" => changes(&mut file)?,
        "unchanged" => {
            let unchanged = file.unchanged.take().unwrap_or(Unchanged {
                tables: vec![],
                except: vec![],
            });
            some_tables(&unchanged.tables, kind)?;
            Expectation::Unchanged(unchanged)
        }
        _ => {
            let rollback = file.rollback.take().unwrap_or(Rollback { tables: vec![] });
            some_tables(&rollback.tables, kind)?;
            Expectation::Rollback(rollback)
        }
    };
    match file.unused() {
        Some(key) => Err(format!("the key `{key}` means nothing beside `{kind}`")),
        None => Ok(expectation),
    }
}

impl CheckFile {
    fn named(&self) -> Vec<&'static str> {
        let kinds = [
            ("rows", self.rows.is_some()),
            ("violations", self.violations.is_some()),
            ("rejects", self.rejects.is_some()),
            ("accepts", self.accepts.is_some()),
            ("step", self.step.is_some()),
            ("plan", self.plan.is_some()),
            ("catalog", self.catalog.is_some()),
            ("changes", self.changes.is_some()),
            ("unchanged", self.unchanged.is_some()),
            ("rollback", self.rollback.is_some()),
        ];
        kinds
            .into_iter()
            .filter(|(_, given)| *given)
            .map(|(kind, _)| kind)
            .collect()
    }

    /// A key that no expectation took.
    fn unused(&self) -> Option<&'static str> {
        let keys = [
            ("query", self.query.is_some()),
            ("write", self.write.is_some()),
            ("examined", self.examined.is_some()),
            ("allow_empty", self.allow_empty),
            ("neighbour", self.neighbour.is_some()),
            ("without_neighbour", self.without_neighbour.is_some()),
        ];
        keys.into_iter()
            .find(|(_, given)| *given)
            .map(|(key, _)| key)
    }
}

fn needed(value: Option<String>, key: &str, kind: &str) -> Result<String, String> {
    value
        .filter(|text| !text.trim().is_empty())
        .ok_or_else(|| format!("`{kind}` needs the key `{key}`"))
}

fn some_tables(tables: &[String], kind: &str) -> Result<(), String> {
    if tables.is_empty() {
        Err(format!("`{kind}` names no table"))
    } else {
        Ok(())
    }
}

fn rows(file: &mut CheckFile) -> Result<Expectation, String> {
    let query = needed(file.query.take(), "query", "rows")?;
    let rows = file.rows.take().unwrap_or_default();
    let examined = file.examined.take();
    let allow_empty = std::mem::take(&mut file.allow_empty);
    if rows.is_empty() && examined.is_none() && !allow_empty {
        return Err("it expects no row, and would pass on an empty table: say with `examined` how many rows \
                    were looked at, or `allow_empty = true` if an empty table is what it wants"
            .to_owned());
    }
    Ok(Expectation::Rows(Rows {
        query,
        rows,
        examined,
    }))
}

fn violations(file: &mut CheckFile) -> Result<Expectation, String> {
    Ok(Expectation::Violations(Violations {
        query: needed(file.violations.take(), "violations", "violations")?,
        examined: needed(file.examined.take(), "examined", "violations")?,
        allow_empty: std::mem::take(&mut file.allow_empty),
    }))
}

fn rejects(file: &mut CheckFile) -> Result<Expectation, String> {
    let write = needed(file.write.take(), "write", "rejects")?;
    let neighbour = match (file.neighbour.take(), file.without_neighbour.take()) {
        (Some(write), None) => Neighbour::Write(write),
        (None, Some(reason)) => Neighbour::Without(reason),
        (Some(_), Some(_)) => return Err("it has a neighbour and says that it has none".to_owned()),
        (None, None) => {
            return Err("`rejects` needs the key `neighbour`: the same write with only the fault mended, which \
                        must be accepted"
                .to_owned());
        }
    };
    let Some(rejects) = file.rejects.take() else {
        return Err("it rejects nothing".to_owned());
    };
    Ok(Expectation::Rejects(Rejects {
        write,
        rejects,
        neighbour,
    }))
}

fn plan(file: &mut CheckFile) -> Result<Expectation, String> {
    let query = needed(file.query.take(), "query", "plan")?;
    match file.plan.take() {
        Some(PlanFile {
            index,
            scan,
            detail,
            without,
        }) if index.is_some() || detail.is_some() => Ok(Expectation::Plan(PlanUse {
            query,
            index,
            scan,
            detail,
            without,
        })),
        _ => Err("`plan` names neither an `index` nor a `detail`".to_owned()),
    }
}

fn catalog(file: &mut CheckFile) -> Result<Expectation, String> {
    let mut objects = BTreeMap::new();
    for (key, value) in file.catalog.take().unwrap_or_default() {
        known_kind(&key)?;
        let fact = match value {
            Value::String(text) if text == "absent" => Fact::Absent,
            Value::String(text) => Fact::Exactly(text),
            Value::Table(table) => contains(&key, table)?,
            _ => {
                return Err(format!(
                    "`{key}` is neither a definition, \"absent\" nor {{ contains = [...] }}"
                ));
            }
        };
        objects.insert(key, fact);
    }
    if objects.is_empty() {
        return Err("`catalog` declares no object".to_owned());
    }
    Ok(Expectation::Catalog(CatalogFacts { objects }))
}

fn contains(key: &str, table: toml::Table) -> Result<Fact, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Contains {
        contains: Vec<String>,
    }
    let parts: Contains = Value::Table(table)
        .try_into()
        .map_err(|error: toml::de::Error| format!("`{key}`: {}", error.message()))?;
    if parts.contains.is_empty() {
        return Err(format!(
            "`{key}` must contain nothing, which it always does"
        ));
    }
    Ok(Fact::Contains(parts.contains))
}

fn changes(file: &mut CheckFile) -> Result<Expectation, String> {
    let changes = file.changes.take().unwrap_or_default();
    let keys: Vec<&String> = changes
        .add
        .keys()
        .chain(changes.alter.keys())
        .chain(&changes.drop)
        .collect();
    if keys.is_empty() {
        return Err("`changes` declares no change".to_owned());
    }
    let distinct: BTreeSet<&&String> = keys.iter().collect();
    if distinct.len() != keys.len() {
        return Err("`changes` declares an object twice".to_owned());
    }
    keys.into_iter().try_for_each(|key| known_kind(key))?;
    Ok(Expectation::Changes(changes))
}

fn known_kind(key: &str) -> Result<(), String> {
    let kind = key.split(' ').next().unwrap_or_default();
    if crate::catalog::KINDS.contains(&kind) && key.contains(' ') {
        Ok(())
    } else {
        Err(format!(
            "`{key}` does not begin with a kind of object: {}",
            crate::catalog::KINDS.join(", ")
        ))
    }
}

/// One string or a list of them.
pub(super) fn one_or_more<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    match Value::deserialize(from)? {
        Value::String(one) => Ok(vec![one]),
        Value::Array(many) => many
            .into_iter()
            .map(|value| match value {
                Value::String(one) => Ok(one),
                other => Err(D::Error::custom(format!(
                    "expected a string, found {other}"
                ))),
            })
            .collect(),
        other => Err(D::Error::custom(format!(
            "expected a string or a list of strings, found {other}"
        ))),
    }
}

/// Rows of plain values: `\N` is NULL, as in COPY; true and false are `t` and `f`, as PostgreSQL prints them.
pub(crate) fn step_rows<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Vec<Vec<Cell>>>, D::Error> {
    let cell = |value: serde_json::Value| match value {
        serde_json::Value::Null => Ok(None),
        serde_json::Value::String(text) if text == "\\N" => Ok(None),
        serde_json::Value::String(text) => Ok(Some(text)),
        serde_json::Value::Bool(true) => Ok(Some("t".to_owned())),
        serde_json::Value::Bool(false) => Ok(Some("f".to_owned())),
        serde_json::Value::Number(number) => Ok(Some(number.to_string())),
        other => Err(D::Error::custom(format!(
            "a value of a row may not be {other}"
        ))),
    };
    let rows: Option<Vec<Vec<serde_json::Value>>> = Option::deserialize(from)?;
    rows.map(|rows| {
        rows.into_iter()
            .map(|row| row.into_iter().map(cell).collect())
            .collect()
    })
    .transpose()
}
