//! The example suite `notes`: its backfill on arbitrary titles.

use phasegate_engine::fuzz::{Insert, Outcome, Phases, Property, Script};
use proptest::{collection::vec, prelude::*};

/// A note gets its title in small letters, every run of other characters as one dash and none at either end, and its id.
#[must_use]
pub fn slug(title: &str, id: usize) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    format!("{}-{id}", words.collect::<Vec<_>>().join("-").to_ascii_lowercase())
}

/// The slugs of notes with these titles are those of a model, and the way back leaves the notes as they were.
#[must_use]
pub fn slugs_judged_by(
    name: &'static str,
    phases: Phases,
    model: impl Fn(&str, usize) -> String + Send + Sync + 'static,
) -> Property<Vec<String>> {
    Property {
        name,
        state: "baseline.sql of fixtures/example/notes, and no legacy row",
        // What the server calls a small letter is its own affair beyond these.
        strategy: vec("[ -~Üé中]{0,12}", 1..5).sboxed(),
        script: Box::new(move |titles| script(&phases, titles, &model)),
        cases: 40,
    }
}

fn script(phases: &Phases, titles: &[String], model: impl Fn(&str, usize) -> String) -> Script {
    let mut script = Script::new();
    for (title, id) in titles.iter().zip(1..) {
        script.given(Insert::into("notes").set("id", id).set("title", title).to_string());
    }
    script.keep("notes", &[]);
    phases.up(&mut script, 0, &Outcome::Accepted);
    let slugs: Vec<String> = titles.iter().zip(1..).map(|(title, id)| model(title, id)).collect();
    script.query("each note has its slug", "SELECT slug FROM notes ORDER BY id", &slugs);
    phases.down(&mut script, 0);
    script.unchanged("notes", &[]);
    script
}
