//! `after`: a gate that stands once and must hold after several phases.

use toml::{Spanned, de::DeValue};

use super::each::{filled, rows};
use crate::suite::{
    SuiteError,
    source::{Source, Table, Value},
};

const EVERY_PHASE: &str = "every phase";

/// The gate as it stands after each of its phases: the phase, and the table with `${phase}` and the other values of its row.
pub(in crate::suite) fn after<'t>(
    source: Source<'t>,
    mut gate: Table<'t>,
    phases: &[String],
) -> Result<Vec<(String, Table<'t>)>, SuiteError> {
    let Some(after) = gate.remove("after") else {
        let why = "a gate in this folder stands after several phases: say which, as in after = [\"5\", \"6\"] or \
                   after = \"every phase\", or put its file into the folder of its phase";
        return Err(source.error(0..0, why));
    };
    tells_its_phases_apart(source, &gate)?;
    let rows = match after.get_ref() {
        DeValue::String(text) if text == EVERY_PHASE => {
            phases.iter().map(|phase| row(after.span(), phase.clone())).collect()
        }
        DeValue::Array(list) if list.iter().all(|phase| phase.get_ref().is_str()) && !list.is_empty() => {
            let of = |value: &Value<'t>| row(value.span(), value.get_ref().as_str().unwrap_or_default().to_owned());
            list.iter().map(of).collect()
        }
        DeValue::Array(_) => rows(source, "after", &after)?,
        _ => {
            let why = "expected the ids of phases, rows of values with their `phase`, or \"every phase\"";
            return Err(source.error(after.span(), why));
        }
    };
    let mut of_phases = Vec::new();
    for row in &rows {
        let named = row.get("phase").and_then(|phase| phase.get_ref().as_str());
        let Some(phase) = named else {
            return Err(source.error(after.span(), "a row of `after` names no `phase`"));
        };
        if !phases.iter().any(|known| known == phase) {
            let span = row.get("phase").map_or(after.span(), Spanned::span);
            return Err(source.error(span, format!("there is no phase {phase}")));
        }
        of_phases.push(phase.to_owned());
    }
    Ok(of_phases.into_iter().zip(filled(source, "after", &gate, &rows)?).collect())
}

fn row<'t>(span: std::ops::Range<usize>, phase: String) -> Table<'t> {
    let value = Spanned::new(span.clone(), DeValue::String(phase.into()));
    Table::from_iter([(Spanned::new(span, "phase".into()), value)])
}

/// A phase, and all those after which its gate stands.
pub(in crate::suite) type Standing<'a> = (&'a str, &'a [String]);

/// Whether a check stands after this phase of its gate: after each, unless it says itself after which.
pub(in crate::suite) fn stands(
    source: Source<'_>,
    check: &mut Table<'_>,
    standing: Option<Standing<'_>>,
) -> Result<bool, SuiteError> {
    let Some(after) = check.remove("after") else {
        return Ok(true);
    };
    let Some((phase, of_the_gate)) = standing else {
        let why = "a check says `after` only in a gate that stands after several phases";
        return Err(source.error(after.span(), why));
    };
    let mut stands = false;
    for named in after.get_ref().as_array().into_iter().flat_map(|phases| phases.iter()) {
        let name = named.get_ref().as_str().unwrap_or_default();
        if !of_the_gate.iter().any(|known| known == name) {
            return Err(source.error(named.span(), format!("the gate does not stand after a phase {name}")));
        }
        stands |= name == phase;
    }
    match after.get_ref().as_array() {
        Some(phases) if !phases.is_empty() => Ok(stands),
        _ => Err(source.error(after.span(), "expected the ids of phases: after = [\"5\"]")),
    }
}

/// The ids of the gate and of its checks must differ from phase to phase.
fn tells_its_phases_apart(source: Source<'_>, gate: &Table<'_>) -> Result<(), SuiteError> {
    if let Some(id) = gate.get("id")
        && !id.get_ref().as_str().is_some_and(|id| id.starts_with("${phase}."))
    {
        let why = "the id of a gate that stands after several phases begins with `${phase}.`";
        return Err(source.error(id.span(), why));
    }
    let checks = gate.get("check").and_then(|checks| checks.get_ref().as_array());
    let of_every_phase = |check: &&Value<'_>| check.get_ref().get("after").is_none();
    let checks = checks.into_iter().flat_map(|checks| checks.iter()).filter(of_every_phase);
    for id in checks.filter_map(|check| check.get_ref().get("id")) {
        if !id.get_ref().as_str().is_some_and(|id| id.contains("${phase}")) {
            let why = "the check stands once for each phase of its gate: name `${phase}` in its id";
            return Err(source.error(id.span(), why));
        }
    }
    Ok(())
}
