//! The schema of the object that `--format json` prints, for the test that keeps `reports/schema` fresh.

use schemars::{Schema, generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::Value;

use crate::json::Run;

/// The schema of what `--format json` prints of a run.
#[must_use]
pub fn json_schema() -> Schema {
    // The comments speak to readers of Rust; who reads a schema reads JSON.
    let in_words_of_json = |schema: &mut Schema| {
        if let Some(Value::String(text)) = schema.get_mut("description") {
            *text = text.replace("`None`", "`null`").replace('\n', " ");
        }
    };
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let settings = settings.with_transform(RecursiveTransform(in_words_of_json));
    let mut schema = settings.into_generator().into_root_schema_for::<Run<'static>>();
    schema.insert("title".to_owned(), "what run, prove, check and report print with --format json".into());
    schema
}
