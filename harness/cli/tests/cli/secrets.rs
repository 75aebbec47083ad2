//! What Phasegate was given to reach a database by is in nothing that it leaves or prints.

use std::{fs, path::Path};

use crate::{
    phasegate::{command, labelled, ran, verifies},
    workspace::{change, put, workspace},
};

/// The text of every file below a folder.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).expect("listable").map(|entry| entry.expect("an entry").path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => texts(&path),
            false => vec![(path.display().to_string(), fs::read_to_string(&path).expect("UTF-8"))],
        })
        .collect()
}

#[test]
fn a_command_that_tells_what_it_was_given_tells_nobody() {
    let holder = workspace();
    let suite = "forensic-tests/suites/notes/suite.toml";
    change(holder.path(), suite, "up = \"phases/2.sql\"", "up = { command = [\"sh\", \"tell.sh\"] }");
    fs::remove_file(holder.path().join("fixtures/notes/phases/2.sql")).expect("removable");
    let tells = "echo \"I have $SERVICE_URL and $PGPASSWORD and $API_TOKEN\" >&2\necho \"(${PHASEGATE_KEY_PASSPHRASE-none})\" >&2\nexit 1\n";
    put(holder.path(), "fixtures/notes/tell.sh", tells);
    let mut command = command(holder.path(), &["run", "notes"]);
    command.env("SERVICE_URL", "postgresql://app:s3cret%40word@host/db").env("PGPASSWORD", "hunter22");
    command.env("PHASEGATE_KEY_PASSPHRASE", "open, please");
    let ran = ran(command.env("API_TOKEN", "\"xyz\\def\""));
    assert_eq!(ran.code, 4, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("postgresql://app:***@host/db and *** and ***"), "{}", ran.stdout);
    assert!(ran.stdout.contains("(none)"), "{}", ran.stdout);
    let run = holder.path().join(labelled(&ran.stdout, "folder"));
    let mut told = texts(&run);
    assert!(told.iter().any(|(_, text)| text.contains("***")));
    told.extend([("the output".to_owned(), ran.stdout.clone()), ("the errors".to_owned(), ran.stderr.clone())]);
    for (name, text) in told {
        // A digest may hold any of the first six letters.
        for secret in ["s3cret", "hunter22", "xyz"] {
            assert!(!text.contains(secret), "{name} holds {secret}: {text}");
        }
    }
    verifies(holder.path(), &ran);
}
