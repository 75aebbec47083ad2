//! The reference of every key of every file that a user writes, made from the types that read them. A key without a
//! comment that says what it is fails here. After a change that is meant: `PHASEGATE_BLESS=1 cargo test -p phasegate-engine
//! reference`.

use std::{borrow::Cow, collections::BTreeSet, fmt::Write as _, fs, path::Path};

use phasegate_evidence::judge::{AuditExpected, Expected};
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, json_schema};
use serde_json::{Map, Value};

use super::{gate_file::GateFile, requirements::RequirementsFile, scenario::ScenarioFile, suite_file::SuiteFile};

/// What a user may write in more than one form, in words.
macro_rules! in_words {
    ($($name:ident $words:literal;)*) => {$(
        pub(super) struct $name;

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "title": $words })
            }
        }
    )*};
}

in_words! {
    OneOrMore "text or list of texts";
    Anything "any value";
    State "SQL, or `{ on = [\"state\"], sql = \"file.sql\" }`";
    Given "list of names of states, or SQL";
    Way "file, list of files, or `{ command = [\"program\", \"argument\"] }`";
    After "list, or `\"every phase\"`";
    Definition "definition";
    TapFile "file, or `{ file, pgtap = \"baseline\", todo = 1, skip = 1 }`";
}

/// The table `expect` is of one of two types, as the kind of the scenario has it.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "its schema is looked at, and nothing else")]
pub(super) enum Ending {
    Apply(Expected),
    Audit(AuditExpected),
}

/// A file: its page, its name as users write it, and what it is.
const PAGES: [(&str, &str, &str); 4] = [
    ("suite", "suite.toml", "One for each suite."),
    ("gate", "gates/<phase>/<gate>.toml", "One for each exit gate, in the folder of its phase's `slug`."),
    ("scenario", "scenarios/<slug>.toml", "A run that deviates on purpose, with the outcome that is expected of it."),
    (
        "requirements",
        "requirements.toml",
        "Beside `suite.toml`: every number of the documents behind a suite. A suite without the file makes no such claim.",
    ),
];

fn schema<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value()
}

fn schema_of(page: &str) -> Value {
    match page {
        "suite" => schema::<SuiteFile>(),
        "gate" => schema::<GateFile>(),
        "scenario" => schema::<ScenarioFile>(),
        _ => schema::<RequirementsFile>(),
    }
}

/// The page of a file: the keys of the file, then those of each table in it, once.
fn page((page, file, what): (&str, &str, &str)) -> Result<String, String> {
    let root = schema_of(page);
    let mut text = format!("# `{file}`\n\n{what} An unknown key is an error.\n");
    let mut seen = BTreeSet::new();
    let mut tables = vec![(String::new(), root.clone())];
    while !tables.is_empty() {
        let (name, table) = tables.remove(0);
        let (rows, inner) = keys(&root, &name, &table)?;
        if !name.is_empty() {
            write!(text, "\n## `{name}`\n").map_err(|error| error.to_string())?;
            if let Some(says) = table.get("description").and_then(Value::as_str) {
                write!(text, "\n{}\n", one_line(says)).map_err(|error| error.to_string())?;
            }
        }
        write!(text, "\n| key | value | |\n|---|---|---|\n{rows}").map_err(|error| error.to_string())?;
        tables.extend(
            inner.into_iter().filter(|(_, reference, _)| seen.insert(reference.clone())).map(|(n, _, t)| (n, t)),
        );
    }
    Ok(text)
}

/// A table within another: its name, the type's, and its schema.
type Inner = (String, String, Value);

/// The rows of a table's keys, those that are needed first, and the tables that they hold.
fn keys(root: &Value, name: &str, table: &Value) -> Result<(String, Vec<Inner>), String> {
    let properties =
        table.get("properties").and_then(Value::as_object).ok_or_else(|| format!("`{name}` has no keys"))?;
    let required: Vec<&str> =
        table.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let (first, rest): (Vec<_>, Vec<_>) = properties.iter().partition(|(key, _)| required.contains(&key.as_str()));
    let (mut rows, mut inner) = (String::new(), Vec::new());
    for (key, value) in first.into_iter().chain(rest) {
        let says = value.get("description").and_then(Value::as_str);
        let says = says.ok_or_else(|| format!("the key `{key}` of `{name}` has no comment that says what it is"))?;
        let needed = if required.contains(&key.as_str()) { " (needed)" } else { "" };
        let words = words(root, value)?;
        writeln!(rows, "| `{key}`{needed} | {words} | {} |", one_line(says)).map_err(|error| error.to_string())?;
        let is_list = resolved(value).get("items").is_some();
        let full = match (name.is_empty(), is_list) {
            (true, true) => format!("[[{key}]]"),
            (true, false) => format!("[{key}]"),
            (false, true) => format!("[[{}.{key}]]", name.trim_matches(['[', ']'])),
            (false, false) => format!("[{}.{key}]", name.trim_matches(['[', ']'])),
        };
        for reference in references(value) {
            let table = definition(root, &reference)?;
            let several = references(value).len() > 1;
            let title = if several { format!("{full}, {}", kind_of(&reference)) } else { full.clone() };
            if table.get("properties").is_some() {
                inner.push((title, reference, table));
            } else if let Some(table) = table.get("anyOf") {
                for named in references(table) {
                    inner.push((format!("{full} of {}", kind_of(&named)), named.clone(), definition(root, &named)?));
                }
            }
        }
    }
    Ok((rows, inner))
}

/// Which scenario ends so.
fn kind_of(reference: &str) -> &'static str {
    if reference == "AuditExpected" { "an audit" } else { "`kind = \"apply\"`" }
}

fn one_line(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}

/// The schema without `null`, which TOML does not have.
fn resolved(value: &Value) -> &Value {
    let any = value.get("anyOf").and_then(Value::as_array);
    any.and_then(|any| any.iter().find(|one| one.get("type").is_none_or(|kind| kind != "null"))).unwrap_or(value)
}

/// The types that a schema refers to, at whatever depth.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(object) => match object.get("$ref").and_then(Value::as_str) {
            Some(reference) => vec![reference.rsplit('/').next().unwrap_or_default().to_owned()],
            None => object.values().flat_map(references).collect(),
        },
        Value::Array(list) => list.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

fn definition(root: &Value, name: &str) -> Result<Value, String> {
    root.get("$defs").and_then(|all| all.get(name)).cloned().ok_or_else(|| format!("no type {name}"))
}

/// What a user writes there.
fn words(root: &Value, value: &Value) -> Result<String, String> {
    let value = resolved(value);
    if let Some(title) = value.get("title").and_then(Value::as_str) {
        return Ok(title.to_owned());
    }
    if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return of_definition(root, name, &definition(root, name)?);
    }
    let kind = match value.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        Some(Value::String(kind)) => Some(kind.as_str()),
        _ => None,
    };
    match kind {
        Some("string") => Ok("text".to_owned()),
        Some("integer") => Ok("number".to_owned()),
        Some("boolean") => Ok("true or false".to_owned()),
        Some("array") => Ok(format!("list of {}", several(&words(root, value.get("items").unwrap_or(&Value::Null))?))),
        Some("object") => {
            Ok(format!("table of {}", words(root, value.get("additionalProperties").unwrap_or(&Value::Null))?))
        }
        _ => Err(format!("no words for {value}")),
    }
}

/// Several of what a word means.
fn several(words: &str) -> String {
    let mut parts = words.splitn(2, ' ');
    let first = parts.next().unwrap_or_default();
    let s = if ["list", "number", "table", "text"].contains(&first) { "s" } else { "" };
    parts.next().map_or_else(|| format!("{first}{s}"), |rest| format!("{first}{s} {rest}"))
}

fn of_definition(root: &Value, name: &str, definition: &Value) -> Result<String, String> {
    if name == "ReasonCode" {
        return Ok("a [reason](reasons.md)".to_owned());
    }
    if definition.get("properties").is_some() || definition.get("anyOf").is_some() {
        return Ok("table".to_owned());
    }
    let Some(variants) = definition.get("oneOf").and_then(Value::as_array) else {
        return words(root, definition);
    };
    let variant = |variant: &Value| -> Result<String, String> {
        let object = variant.as_object().cloned().unwrap_or_else(Map::new);
        let (word, says) =
            (object.get("const").and_then(Value::as_str), object.get("description").and_then(Value::as_str));
        let (word, says) = word.zip(says).ok_or_else(|| format!("a word of {name} has no comment"))?;
        Ok(format!("`\"{word}\"`: {}", one_line(says).trim_end_matches('.')))
    };
    Ok(variants.iter().map(variant).collect::<Result<Vec<_>, _>>()?.join("; "))
}

#[test]
fn the_reference_is_that_of_the_types() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src/reference");
    for named in PAGES {
        let (file, made) = (folder.join(named.0).with_extension("md"), page(named).expect("every key has a comment"));
        if std::env::var_os("PHASEGATE_BLESS").is_some() {
            fs::write(&file, &made).expect("writable");
        }
        let read = fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(read, made, "{}: PHASEGATE_BLESS=1 cargo test -p phasegate-engine reference", file.display());
    }
}

#[test]
fn a_key_without_a_comment_is_an_error() {
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "its schema is looked at, and nothing else")]
    struct Silent {
        key: String,
    }
    let root = schema::<Silent>();
    let error = keys(&root, "silent", &root).expect_err("nothing says what `key` is");
    assert_eq!(error, "the key `key` of `silent` has no comment that says what it is");
}
