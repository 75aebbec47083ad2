//! `fixtures/adoption/pgtap` as a suite, and what breaks it.

use std::collections::BTreeSet;

use phasegate_adoption::import::{ImportedTests, pgtap};

use crate::suite::Folder;

const SCHEMA: &str = include_str!("../../../../fixtures/adoption/pgtap/schema.sql");
pub(crate) const TESTS: &str = include_str!("../../../../fixtures/adoption/pgtap/notes.sql");

/// What breaks the schema, and every assertion that then fails.
pub(crate) const BREAKS: [(&str, &[&str]); 30] = [
    (
        "ALTER TABLE app.tags RENAME TO labels",
        &[
            "there are tags",
            "app holds the tags alone",
            "a tag is known by both",
            "a tag is of a note",
            "x is a tag",
            "tags have a keeper",
            "a tag weighs one and a half",
        ],
    ),
    ("CREATE TABLE app.more (id int)", &["there is nothing more", "app holds the tags alone"]),
    ("DROP VIEW loud; CREATE TABLE loud AS SELECT id FROM notes", &["loud notes can be seen"]),
    ("ALTER TABLE notes ADD body int", &["a note has four columns", "a note has no body"]),
    ("ALTER TABLE notes RENAME mood TO temper", &["a note has four columns", "a note has a mood"]),
    ("ALTER TABLE notes ALTER slug TYPE varchar(50)", &["a slug has forty letters"]),
    ("ALTER TABLE notes ALTER slug DROP NOT NULL", &["a slug is always there", "no slug is refused"]),
    ("ALTER TABLE notes ALTER title SET NOT NULL", &["a title need not be there"]),
    (
        "ALTER TABLE notes ALTER title DROP DEFAULT",
        &["a title has a default", "the default is untitled", "the title is untitled"],
    ),
    ("ALTER TABLE notes ALTER title SET DEFAULT 'other'", &["the default is untitled", "the title is untitled"]),
    ("ALTER TABLE app.tags ALTER weight SET DEFAULT 2", &["a tag weighs one and a half"]),
    // The same number, written otherwise.
    ("ALTER TABLE app.tags ALTER weight SET DEFAULT 1.500", &[]),
    ("ALTER TABLE app.tags OWNER TO reader_of_notes", &["tags have a keeper"]),
    ("ALTER SCHEMA app OWNER TO keeper_of_notes", &["the schema app has an owner"]),
    ("GRANT UPDATE ON notes TO reader_of_notes", &["notes are read and written"]),
    ("REVOKE INSERT ON notes FROM reader_of_notes", &["notes are read and written"]),
    ("GRANT CREATE ON SCHEMA app TO reader_of_notes", &["the schema app is open"]),
    ("CREATE POLICY more ON notes USING (true)", &["notes have one policy"]),
    (
        "DROP POLICY own ON notes; CREATE POLICY own ON notes FOR UPDATE TO reader_of_notes USING (true)",
        &["one sees by it"],
    ),
    ("ALTER POLICY own ON notes TO keeper_of_notes", &["readers have it"]),
    ("ALTER TABLE notes ALTER slug SET DEFAULT 'x'", &["a slug has none"]),
    ("ALTER TABLE app.tags DROP CONSTRAINT tags_note_fkey", &["a tag is of a note"]),
    ("ALTER TABLE notes DROP CONSTRAINT slug_is_short", &["notes are checked", "a long slug is refused"]),
    ("DROP INDEX notes_title", &["titles are found"]),
    (
        "DROP INDEX notes_slug; CREATE INDEX notes_slug ON notes (slug)",
        &["a slug is one note's", "a slug that is taken is refused"],
    ),
    ("DROP TRIGGER notes_guard ON notes", &["notes are guarded", "a shut note is refused"]),
    ("DROP FUNCTION greet", &["one can greet"]),
    ("ALTER TYPE app.mood RENAME VALUE 'calm' TO 'still'", &["there are two moods"]),
    (
        "ALTER TABLE notes ADD CONSTRAINT never CHECK (slug <> 'fresh')",
        // The slug that is refused has the fresh one for a neighbour.
        &["a fresh slug is accepted", "a slug that is taken is refused", "the default is untitled"],
    ),
    (
        "UPDATE notes SET title = '' WHERE id = 1; UPDATE notes SET slug = 'z' WHERE slug = 'b'; DELETE FROM app.tags; UPDATE notes SET id = 1000, mood = NULL WHERE id = 2",
        &[
            "two have a title",
            "each title is a capital",
            "the first is called A",
            "the last is the second",
            "no title is empty",
            "one is loud",
            "the slugs in their order",
            "the slugs as a list",
            "the slugs in any order",
            "x is a tag",
        ],
    ),
];

/// A suite whose one phase is the schema, and a break of it.
pub(crate) fn schema(broken_by: &str, pgtap: Option<&str>) -> Folder {
    let folder = Folder::new();
    let baseline = if pgtap.is_some() { "schema = [\"pgtap.sql\"]" } else { "" };
    folder.put("phasegate/suite.toml", &format!(
        "suite = \"notes\"\ntitle = \"notes\"\nsource = \"this test\"\nfixtures = \"fixtures\"\n[server]\nkind = \"postgres\"\n[baseline]\n{baseline}\n\
         [[phase]]\nid = \"1\"\nslug = \"1-notes\"\ntitle = \"notes\"\nup = \"schema.sql\"\n"
    ));
    folder.put("phasegate/fixtures/schema.sql", &format!("{SCHEMA}{broken_by};\n"));
    folder.put("phasegate/gates/1-notes/1.0-first.toml", "id = \"1.0\"\nclaim = \"notes are there\"\n[[check]]\nid = \"1.0.1\"\ntitle = \"t\"\nquery = \"SELECT count(*) > 0 FROM notes\"\nrows = [[\"t\"]]\n");
    folder.put("notes.sql", TESTS);
    if let Some(sql) = pgtap {
        folder.put("phasegate/fixtures/pgtap.sql", sql);
        folder.put("phasegate/fixtures/tests/notes.sql", TESTS);
        folder.put("phasegate/gates/1-notes/1.tap.toml", "id = \"1.tap\"\nclaim = \"as pgTAP has it\"\n[[check]]\nid = \"1.tap.1\"\ntitle = \"t\"\ntap = { file = \"tests/notes.sql\", pgtap = \"baseline\" }\n");
    }
    folder
}

pub(crate) fn imported(folder: &Folder) -> ImportedTests {
    pgtap(&folder.path().join("phasegate"), None, &[folder.path().join("notes.sql")]).expect("imported")
}

pub(crate) fn failed_titles(folder: &Folder, failed: &[(String, String)]) -> BTreeSet<String> {
    let titles = folder.titles();
    let title = |id: &String| titles.iter().find(|(known, _)| known == id).map(|(_, title)| title.clone());
    failed.iter().filter(|(id, _)| id.starts_with("1.notes.")).filter_map(|(id, _)| title(id)).collect()
}
