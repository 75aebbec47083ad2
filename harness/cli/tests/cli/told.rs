//! Whatever breaks in a run is told as what it is, where it was, and leaves evidence that verifies.

use std::path::Path;

use crate::{
    lost::{KILL, keeps_the_server},
    phasegate::{Ran, phasegate, verifies},
    workspace::{change, on_postgres, put, workspace},
};

const SUITE: &str = "forensic-tests/suites/notes/suite.toml";
const ADDS: &str = "ALTER TABLE notes ADD COLUMN title text;\n";
const TERMINATES: &str = "SELECT pg_terminate_backend(pg_backend_pid())";
const WAITS: &str = "SELECT pg_sleep(600)";
const TERMINATED: &str = "the connection was lost: terminating connection due to administrator command";
const FILLS: &str = "DO $do$ BEGIN EXECUTE $x$COPY (SELECT repeat('x', 100000)) TO '/dev/full'$x$; END $do$";
const FULL: &str = "the machine failed: could not write to COPY file: No space left on device";
/// The limit is that of a phase, and long for whatever is not meant to outlive it.
const LIMIT: [&str; 2] = ["--phase-timeout", "2s"];

/// Where in the notes something is put.
#[derive(Debug, Clone, Copy)]
enum Put<'a> {
    /// After the baseline.
    Baseline(&'a str),
    /// Instead of the second phase.
    Phase(&'a str),
    /// Instead of the second phase, which has its own transactions.
    OwnTransactions(&'a str),
    /// Instead of the second phase: a script.
    Command(&'a str),
    /// The second gate's further check.
    Check(&'a str),
    /// The only finding's step.
    Finding(&'a str),
    /// A defect of the second gate.
    Defect(&'a str),
    /// The step of a scenario.
    Scenario(&'a str),
}

impl Put<'_> {
    /// Writes it; gives the command that meets it.
    fn write(self, here: &Path) -> &'static [&'static str] {
        let phase = "fixtures/notes/phases/2.sql";
        let step = |sql: &str| format!("[[step]]\nrun = \"{sql}\"\n");
        match self {
            Self::Baseline(sql) => {
                let baseline = "fixtures/notes/baseline.sql";
                let text = std::fs::read_to_string(here.join(baseline)).expect("readable");
                put(here, baseline, &format!("{text}{sql};\n"));
            }
            Self::Phase(sql) => put(here, phase, sql),
            Self::OwnTransactions(sql) => {
                change(here, SUITE, "up = \"phases/2.sql\"", "up = \"phases/2.sql\"\ntransaction = \"none\"");
                put(here, phase, sql);
            }
            Self::Command(script) => {
                change(here, SUITE, "\"phases/2.sql\"", "{ command = [\"sh\", \"phases/2.sh\"] }");
                std::fs::remove_file(here.join(phase)).expect("removable");
                put(here, "fixtures/notes/phases/2.sh", script);
            }
            Self::Check(what) => {
                let gate = "forensic-tests/suites/notes/gates/2-title/2.1-title.toml";
                let text = std::fs::read_to_string(here.join(gate)).expect("readable");
                put(here, gate, &format!("{text}[[check]]\nid = \"2.1.2\"\ntitle = \"t\"\n{what}\n"));
            }
            Self::Finding(sql) => change(here, SUITE, "INSERT INTO notes (text, author) VALUES ('', 'x')", sql),
            Self::Defect(sql) => put(here, "fixtures/notes/defects/2.1.1.sql", &format!("{sql};\n")),
            Self::Scenario(sql) => {
                let probe = "title = \"t\"\nwhy = \"w\"\nkind = \"probe\"\nphase = \"1\"\n";
                put(here, "forensic-tests/suites/notes/scenarios/x.toml", &format!("{probe}{}", step(sql)));
            }
        }
        match self {
            Self::Defect(_) | Self::Scenario(_) => &["prove", "notes"],
            _ => &["run"],
        }
    }
}

/// Runs the notes with each of these, and holds it to its exit code and to what it says.
fn told(cases: &[(Put<'_>, i32, &[&str])]) {
    for (hostile, code, says) in cases {
        let workspace = workspace();
        let here = workspace.path();
        on_postgres(here);
        let args = [hostile.write(here), &["--server", "embedded"], LIMIT.as_slice()].concat();
        let ran = phasegate(here, &args);
        let said = said(&ran);
        assert_eq!(ran.code, *code, "{hostile:?}: {said}");
        for words in *says {
            assert!(said.contains(words), "{hostile:?} says no {words}: {said}");
        }
        match code {
            0 => verifies(here, &ran),
            _ => keeps_the_server(here, &ran),
        }
    }
}

/// All that it says, in one line.
fn said(ran: &Ran) -> String {
    format!("{} {}", ran.stdout, ran.stderr).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_a_phase_does_to_its_session_is_its_failure() {
    let unchanged = "catalog as it was before the phase";
    told(&[
        (
            Put::Phase(&format!("{ADDS}DISCARD ALL;\n")),
            4,
            &["phases/2.sql:2", "DISCARD ALL cannot run inside", unchanged],
        ),
        (Put::OwnTransactions(&format!("DISCARD ALL;\n{ADDS}")), 0, &[]),
        (
            Put::OwnTransactions(&format!("BEGIN;\n{ADDS}SELECT 1 / 0;\nCOMMIT;\n")),
            4,
            &["phases/2.sql:3", "division by zero", unchanged],
        ),
        (Put::OwnTransactions(&format!("BEGIN;\n{ADDS}COMMIT;\n")), 0, &[]),
    ]);
}

#[test]
fn a_command_that_leaves_a_session_open_fails() {
    let psql = format!("psql -qc '{}' \"$DATABASE_URL\"", ADDS.trim());
    // The session holds its lock when the command ends, and for longer than any test.
    let leaves = format!(
        "{psql}\nmkfifo \"$0.pipe\"\n\
         {{ echo 'BEGIN; LOCK TABLE notes;'; echo \"\\\\! echo locked >$0.pipe\"; sleep 600; }} | psql -q \"$DATABASE_URL\" &\n\
         read -r _ <\"$0.pipe\"\n"
    );
    told(&[
        (
            Put::Command(&leaves),
            4,
            &["sh phases/2.sh", "the command has ended and leaves sessions open: psql (idle in transaction)"],
        ),
        (Put::Command(&psql), 0, &[]),
    ]);
}

#[test]
fn a_table_that_exists_nowhere_is_an_error_that_names_the_nearest() {
    let nowhere = "the rows before the phase cannot be read: relation \"nots\" does not exist; the nearest is `notes`";
    told(&[
        (Put::Check("unchanged = { tables = [\"nots\"] }"), 1, &["error 2.1.2: harness", nowhere]),
        (Put::Check("unchanged = { tables = [\"notes\"] }"), 0, &[]),
    ]);
}

#[test]
fn a_baseline_that_breaks_says_where() {
    let one_of = "in this statement or one after it: the connection was lost: ";
    told(&[
        (Put::Baseline(KILL), 4, &["at baseline.sql:1, statement 1", one_of]),
        (Put::Baseline(TERMINATES), 4, &["at baseline.sql:3, statement 3", TERMINATED]),
        (Put::Baseline(WAITS), 4, &["at baseline.sql:3, statement 3", "not done after 2000 ms, the time limit"]),
        (Put::Baseline(FILLS), 4, &["at baseline.sql:3, statement 3", FULL]),
        (Put::Baseline("SELECT 1"), 0, &[]),
    ]);
}

#[test]
fn a_backend_that_is_terminated_is_a_lost_connection_wherever_it_was() {
    let stopped = format!("STOPPED: connection-lost: {TERMINATED}");
    let check = format!("query = \"{TERMINATES}\"\nrows = [[\"t\"]]");
    let unchanged = format!(
        "given = \"ALTER TABLE notes RENAME TO kept; CREATE VIEW notes AS SELECT * FROM kept WHERE ({TERMINATES})\"
\
         unchanged = {{ tables = [\"notes\"] }}"
    );
    told(&[
        (Put::Phase(&format!("{ADDS}{TERMINATES};\n")), 4, &["phases/2.sql:2", TERMINATED]),
        (Put::OwnTransactions(&format!("{ADDS}{TERMINATES};\n")), 4, &["phases/2.sql:2", TERMINATED]),
        (Put::Check(&check), 1, &["error 2.1.2: connection-lost", &stopped]),
        (Put::Finding(TERMINATES), 1, &[&stopped]),
        (Put::Defect(TERMINATES), 1, &[&stopped]),
        (Put::Scenario(TERMINATES), 1, &["error scenario x", TERMINATED]),
        (Put::Check(&unchanged), 1, &["error 2.1.2: connection-lost", &stopped]),
        (Put::Check(&check.replace(TERMINATES, "SELECT true")), 0, &[]),
    ]);
}

#[test]
fn a_full_disk_is_no_refusal() {
    let stopped = format!("STOPPED: out-of-resources: {FULL}");
    let check = format!("given = \"{FILLS}\"\nquery = \"SELECT 1\"\nrows = [[\"1\"]]");
    told(&[
        (Put::Phase(&format!("{ADDS}{FILLS};\n")), 4, &["phases/2.sql:2", FULL]),
        (Put::Check(&check), 1, &["error 2.1.2: out-of-resources", &stopped]),
        (Put::Finding(FILLS), 1, &[&stopped]),
        (Put::Check(&check.replace("/dev/full", "/dev/null")), 0, &[]),
    ]);
}
