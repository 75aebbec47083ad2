//! The expectation that the flat form of a check stands for: exactly one, and no key beside it that means nothing.

use std::collections::{BTreeMap, BTreeSet};

use phasegate_database::{OBJECT_KINDS, names_nothing};
use phasegate_evidence::Catalog;
use phasegate_evidence::judge::{
    Accepts, CatalogFacts, Expectation, Fact, Neighbour, PlanUse, Rejects, Rows, Sequence, Tap, Unchanged, Violations,
};
use serde::Deserialize;
use toml::Value;

use super::check_file::{CheckFile, PlanFile};
use crate::likeness::nearest;

/// The keys that say which kind of expectation a check has.
const KINDS: &str = "rows, violations, rejects, accepts, step, plan, catalog, changes, unchanged, rollback, tap";

pub(super) fn expectation(mut file: CheckFile) -> Result<Expectation, String> {
    let named = file.named();
    let kind = match named.as_slice() {
        [one] => *one,
        [] => return Err(format!("it expects nothing: give one of {KINDS}")),
        more => {
            return Err(format!("it expects {} at once: give one", more.join(" and ")));
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
            let unchanged = file.unchanged.take().unwrap_or(Unchanged { tables: vec![], except: vec![] });
            some_tables(&unchanged.tables, kind)?;
            Expectation::Unchanged(unchanged)
        }
        "tap" => tap(&mut file)?,
        _ => rollback(&mut file)?,
    };
    match file.unused() {
        Some(key) => Err(format!("the key `{key}` means nothing beside `{kind}`")),
        None => Ok(expectation),
    }
}

fn needed(value: Option<String>, key: &str, kind: &str) -> Result<String, String> {
    value.filter(|text| !text.trim().is_empty()).ok_or_else(|| format!("`{kind}` needs the key `{key}`"))
}

/// A file of pgTAP, whose text is read when the file of the gate has been.
fn tap(file: &mut CheckFile) -> Result<Expectation, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct TapFile {
        file: String,
        pgtap: Option<String>,
        #[serde(default)]
        todo: u64,
        #[serde(default)]
        skip: u64,
    }
    let read = match file.tap.take() {
        Some(Value::String(file)) => TapFile { file, pgtap: None, todo: 0, skip: 0 },
        Some(value) => value.try_into().map_err(|error: toml::de::Error| format!("`tap`: {}", error.message()))?,
        None => return Err("`tap` names no file".to_owned()),
    };
    let from_baseline = match read.pgtap.as_deref() {
        None => false,
        Some("baseline") => true,
        Some(other) => return Err(format!("`tap`: pgtap = \"{other}\", expected \"baseline\" or nothing")),
    };
    Ok(Expectation::Tap(Tap { file: read.file, sql: String::new(), from_baseline, todo: read.todo, skip: read.skip }))
}

fn some_tables(tables: &[String], kind: &str) -> Result<(), String> {
    if tables.is_empty() { Err(format!("`{kind}` names no table")) } else { Ok(()) }
}

fn rows(file: &mut CheckFile) -> Result<Expectation, String> {
    let query = needed(file.query.take(), "query", "rows")?;
    let rows = file.rows.take().unwrap_or_default();
    let examined = file.examined.take();
    let allow_empty = std::mem::take(&mut file.allow_empty);
    if rows.is_empty() && examined.is_none() && !allow_empty && !file.adopt {
        return Err("it expects no row, and would pass on an empty table: say with `examined` how many rows \
                    were looked at, or `allow_empty = true` if an empty table is what it wants"
            .to_owned());
    }
    Ok(Expectation::Rows(Rows { query, rows, examined }))
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
    let neighbour = match (file.neighbour.take(), file.without.take(), file.without_neighbour.take()) {
        (Some(write), None, None) => Neighbour::Write(write),
        (None, Some(guard), None) => {
            known_keys(std::iter::once(&guard))?;
            Neighbour::SwitchedOff(guard)
        }
        (None, None, Some(reason)) => Neighbour::None(needed(Some(reason), "without_neighbour", "rejects")?),
        (None, None, None) => {
            let why = "`rejects` needs `but`, the fault in the write, or else `neighbour`, the same write with only the \
                       fault mended, or `without`, what must be switched off for the write to be accepted";
            return Err(why.to_owned());
        }
        _ => return Err("give one of `neighbour`, `without` and `without_neighbour`".to_owned()),
    };
    let Some(rejects) = file.rejects.take() else {
        return Err("it rejects nothing".to_owned());
    };
    Ok(Expectation::Rejects(Rejects { write, rejects, neighbour }))
}

fn plan(file: &mut CheckFile) -> Result<Expectation, String> {
    let query = needed(file.query.take(), "query", "plan")?;
    match file.plan.take() {
        Some(PlanFile { index, scan, detail, without }) if index.is_some() || detail.is_some() => {
            Ok(Expectation::Plan(PlanUse { query, index, scan, detail, without }))
        }
        _ => Err("`plan` names neither an `index` nor a `detail`".to_owned()),
    }
}

fn catalog(file: &mut CheckFile) -> Result<Expectation, String> {
    let mut objects = BTreeMap::new();
    let declared = file.catalog.take().unwrap_or_default();
    known_keys(declared.keys())?;
    for (key, value) in declared {
        let fact = match value {
            Value::String(text) if text == "absent" => Fact::Absent,
            Value::String(text) => Fact::Exactly(text),
            Value::Table(table) => contains(&key, table)?,
            _ => {
                return Err(format!("`{key}` is neither a definition, \"absent\" nor {{ contains = [...] }}"));
            }
        };
        objects.insert(key, fact);
    }
    let exactly = std::mem::take(&mut file.exactly);
    if file.adopt {
        return Ok(Expectation::Catalog(CatalogFacts { objects, exactly }));
    }
    if objects.is_empty() {
        return Err("`catalog` declares no object".to_owned());
    }
    exactly.iter().try_for_each(|place| known_place(place, &objects))?;
    Ok(Expectation::Catalog(CatalogFacts { objects, exactly }))
}

/// A place of `exactly` is a table, or a kind of objects on one, of which the check declares something: nothing lies on a
/// table whose name is wrong, and the claim would always hold.
fn known_place(place: &str, objects: &BTreeMap<String, Fact>) -> Result<(), String> {
    let table = match place.split_once(' ') {
        Some((_, table)) => {
            known_kind(place)?;
            table
        }
        None => place,
    };
    let is_declared = |(key, fact): (&String, &Fact)| {
        let words = if let Fact::Exactly(words) = fact { words } else { "" };
        key.split_once(' ').is_some_and(|(_, name)| name == table) || Catalog::default().lies_on(key, words, table)
    };
    if objects.iter().any(is_declared) {
        return Ok(());
    }
    Err(format!(
        "`exactly` names `{place}`, and the check declares nothing of {table}: declare \"table {table}\" at least"
    ))
}

fn contains(key: &str, table: toml::Table) -> Result<Fact, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Contains {
        contains: Vec<String>,
    }
    let parts: Contains =
        Value::Table(table).try_into().map_err(|error: toml::de::Error| format!("`{key}`: {}", error.message()))?;
    if parts.contains.is_empty() || parts.contains.iter().any(|part| part.trim().is_empty()) {
        return Err(format!("`{key}` must contain nothing, which it always does"));
    }
    Ok(Fact::Contains(parts.contains))
}

fn rollback(file: &mut CheckFile) -> Result<Expectation, String> {
    let Some(rollback) = file.rollback.take() else {
        return Err("it goes back nowhere".to_owned());
    };
    for (key, why) in &rollback.except {
        known_kind(key)?;
        if why.trim().is_empty() {
            return Err(format!("`except` gives no reason for `{key}`: say why it may be another on the way back"));
        }
    }
    Ok(Expectation::Rollback(rollback))
}

fn changes(file: &mut CheckFile) -> Result<Expectation, String> {
    let changes = file.changes.take().unwrap_or_default();
    let keys: Vec<&String> = changes.add.keys().chain(changes.alter.keys()).chain(&changes.drop).collect();
    if keys.is_empty() && !file.adopt {
        return Err("`changes` declares no change".to_owned());
    }
    let distinct: BTreeSet<&&String> = keys.iter().collect();
    if distinct.len() != keys.len() {
        return Err("`changes` declares an object twice".to_owned());
    }
    known_keys(keys.into_iter())?;
    Ok(Expectation::Changes(changes))
}

/// Keys of objects, each of which can be that of one: a key that names nothing makes `absent` hold for ever.
fn known_keys<'a>(keys: impl Iterator<Item = &'a String> + Clone) -> Result<(), String> {
    let mut tables: BTreeSet<&str> = keys.clone().filter_map(|key| table_of(key)).collect();
    let table = tables.pop_first().filter(|_| tables.is_empty());
    for key in keys {
        known_kind(key)?;
        if let Some(why) = names_nothing(key, table) {
            return Err(why);
        }
    }
    Ok(())
}

/// The table that a key speaks of.
fn table_of(key: &str) -> Option<&str> {
    let (kind, name) = key.split_once(' ')?;
    match kind {
        "table" | "order" | "rls" => Some(name),
        "column" | "constraint" | "trigger" | "policy" => name.rsplit_once('.').map(|(table, _)| table),
        _ => None,
    }
}

fn known_kind(key: &str) -> Result<(), String> {
    let (kind, name) = key.split_once(' ').unwrap_or((key, ""));
    if OBJECT_KINDS.contains(&kind) && !name.is_empty() {
        return Ok(());
    }
    let meant = nearest(kind, OBJECT_KINDS.iter().copied()).filter(|_| !name.is_empty());
    let meant = meant.map(|meant| format!("did you mean `{meant} {name}`? The kinds are ")).unwrap_or_default();
    Err(format!("`{key}` does not begin with a kind of object: {meant}{}", OBJECT_KINDS.join(", ")))
}
