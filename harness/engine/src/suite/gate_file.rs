//! The file of a gate.

use std::collections::BTreeMap;

use phasegate_database::Kind;
use serde::{Deserialize, de::IgnoredAny};
use toml::{Spanned, de::DeValue};

use super::{
    Gate, SuiteError,
    check::check,
    check_file::CheckFile,
    expand::{self, Common, Shared, Standing},
    sessions,
    source::{Source, Table},
    suite_file::PhaseFile,
    values::one_or_more,
};

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct GateFile {
    /// Its id, which begins with that of its phase.
    id: String,
    /// What is true when it opens, in one sentence.
    claim: String,
    /// The requirements of the source that it answers.
    #[serde(default, deserialize_with = "one_or_more")]
    #[cfg_attr(test, schemars(with = "super::reference::OneOrMore"))]
    requirement: Vec<String>,
    /// It goes beyond the gates of the source: counted apart, and as strict.
    #[serde(default)]
    added: bool,

    // Taken out before: named here so that the error of an unknown key lists them.
    /// The phases after which it stands: ids, `"every phase"`, or rows of values with their `phase`. Its file lies in `gates`
    /// itself, and its ids begin with `${phase}.`.
    #[serde(default, rename = "after")]
    #[cfg_attr(test, schemars(with = "super::reference::After"))]
    _after: IgnoredAny,
    /// The states that its checks start from.
    #[serde(default, rename = "given")]
    #[cfg_attr(test, schemars(with = "super::reference::Given"))]
    _given: IgnoredAny,
    /// The role of each check that names none.
    #[serde(default, rename = "as")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    _as: IgnoredAny,
    /// The settings of each check that gives none.
    #[serde(default, rename = "settings")]
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, String>"))]
    _settings: IgnoredAny,
    /// The write of each check that gives none and tries one.
    #[serde(default, rename = "write")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    _write: IgnoredAny,
    /// The values of the names in `write`; those of a check go over them.
    #[serde(default, rename = "with")]
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, super::reference::Anything>"))]
    _with: IgnoredAny,
    /// What each check with `violations` counts that says nothing else.
    #[serde(default, rename = "examined")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    _examined: IgnoredAny,
    /// Its checks: at least one.
    #[serde(default, rename = "check")]
    #[cfg_attr(test, schemars(with = "Vec<CheckFile>"))]
    _check: IgnoredAny,
}

/// Reads the gate of a phase.
pub(super) fn read(source: Source<'_>, common: &mut Common, kind: Kind) -> Result<Gate, SuiteError> {
    let table = source.table()?;
    if let Some(after) = table.get("after") {
        let why = "a gate with `after` stands after several phases: its file belongs into gates/ itself";
        return Err(source.error(after.span(), why));
    }
    gate(source, table, None, common, kind)
}

/// Reads a gate that stands after several phases: the phases, each with the gate as it stands there.
pub(super) fn read_shared(
    source: Source<'_>,
    phases: &[PhaseFile],
    common: &mut Common,
    kind: Kind,
) -> Result<Vec<(String, Gate)>, SuiteError> {
    let ids: Vec<String> = phases.iter().map(|phase| phase.id.clone()).collect();
    let after = expand::after(source, source.table()?, &ids)?;
    let all: Vec<String> = after.iter().map(|(phase, _)| phase.clone()).collect();
    let mut gates = Vec::new();
    for (phase, table) in after {
        let revision = phases.iter().find(|named| named.id == phase).and_then(|named| named.revision.as_deref());
        common.values.set_revision(revision);
        let mut gate = gate(source, table, Some((&phase, &all)), common, kind)?;
        gate.slug = format!("{phase}.{}", gate.slug);
        gates.push((phase, gate));
    }
    Ok(gates)
}

fn gate<'t>(
    source: Source<'t>,
    mut table: Table<'t>,
    standing: Option<Standing<'_>>,
    common: &mut Common,
    kind: Kind,
) -> Result<Gate, SuiteError> {
    let mut shared = Shared::take(source, &mut table);
    let written = table.remove("check");
    let table = common.values.put_into(source, table)?;
    expand::nothing_left(source, &table)?;
    let gate: GateFile = source.read(0..0, table)?;
    let (mut checks, mut lines) = (Vec::new(), BTreeMap::new());
    let ends: Vec<usize> = source.text.match_indices('\n').map(|(end, _)| end).collect();
    for (span, written) in tables(source, written)? {
        let line = u32::try_from(ends.partition_point(|end| *end < span.start) + 1).unwrap_or(u32::MAX);
        for mut table in expand::each(source, written)? {
            if !expand::stands(source, &mut table, standing)? {
                continue;
            }
            shared.put_into(&mut table, &mut common.states)?;
            let mut table = common.values.put_into(source, table)?;
            expand::write(source, &mut table)?;
            expand::objects(source, &mut table)?;
            sessions::checked(source, &table, kind)?;
            expand::nothing_left(source, &table)?;
            let file: CheckFile = source.read(span.clone(), table)?;
            let id = file.id.clone();
            let check = check(file).map_err(|why| source.error(span.clone(), format!("check {id}: {why}")))?;
            lines.insert(check.id.clone(), line);
            checks.push(check);
        }
    }
    if checks.is_empty() {
        let message = format!("gate {} has no check: a gate without checks proves nothing", gate.id);
        return Err(SuiteError::malformed(super::Place::file(source.file), message));
    }
    shared.all_used()?;
    Ok(Gate {
        id: gate.id,
        slug: source.file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        file: source.file.to_owned(),
        claim: gate.claim,
        requirement: gate.requirement,
        added: gate.added,
        checks,
        lines,
    })
}

/// The tables `[[check]]`, each with its place.
fn tables<'t>(
    source: Source<'t>,
    written: Option<Spanned<DeValue<'t>>>,
) -> Result<Vec<(std::ops::Range<usize>, Table<'t>)>, SuiteError> {
    let Some(written) = written else {
        return Ok(Vec::new());
    };
    let wrong = |span| source.error(span, "expected the checks of the gate, each begun with [[check]]");
    let span = written.span();
    let DeValue::Array(checks) = written.into_inner() else {
        return Err(wrong(span));
    };
    let table = |check: Spanned<DeValue<'t>>| match (check.span(), check.into_inner()) {
        (span, DeValue::Table(table)) => Ok((span, table)),
        (span, _) => Err(wrong(span)),
    };
    checks.into_iter().map(table).collect()
}
