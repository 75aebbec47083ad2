//! The gates of a phase, written from what was seen of it. Each is one that can fail: what nobody could tell wrong is not written.

use phasegate_database::{Identifier, Literal, table_identifier};
use phasegate_engine::{Fate, Surveyed};
use phasegate_evidence::Bookkeeping;

use super::{
    remarks::Remark,
    suite::{list, quoted},
};

/// A gate: what follows the id of its phase and a dot, the end of its file's name, and its text.
pub(super) struct GateText {
    pub(super) ordinal: u32,
    pub(super) name: &'static str,
    pub(super) text: String,
}

/// What stands before the first gate of each phase.
const SEEN: &str = "# Written by `phasegate init` from what it saw: this is what the phase does, and not what it should do. Read it.\n";

/// What stands before the first gate of a phase that was not seen.
const UNSEEN: &str = "# Written by `phasegate init`, which has not seen this phase: it fails until `phasegate adopt RUN` writes what a run saw.\n";

/// The end of the name of the gate that says what a phase changes, and its claim.
const CHANGES: (&str, &str) = ("what-changes", "the phase changes these objects of the catalog and no other");
const CHANGES_TITLE: &str = "exactly these objects are new, altered or gone";

/// A phase to write gates for.
pub(super) struct Seen<'a> {
    /// Its id.
    pub(super) phase: usize,
    /// What it was seen to do.
    pub(super) surveyed: &'a Surveyed,
    /// Whether it can be undone.
    pub(super) has_way_back: bool,
    /// The tables of the tool's own.
    pub(super) books: Bookkeeping<'a>,
}

impl Seen<'_> {
    /// Its gates, and what the reader should know of them.
    pub(super) fn gates(&self, remarks: &mut Vec<Remark>) -> Vec<GateText> {
        let gates = [self.changes().or_else(|| self.rows(remarks)), self.unchanged(remarks), self.rollback(remarks)];
        gates.into_iter().flatten().collect()
    }

    /// The whole difference of the catalog, as it was seen.
    fn changes(&self) -> Option<GateText> {
        let difference = self.books.left_out_of(self.surveyed.difference.clone());
        let altered = difference.altered.iter().map(|(key, change)| (key, &change.after));
        let dropped: Vec<&str> = difference.dropped.keys().map(String::as_str).collect();
        let lines = |objects: Vec<(&String, &String)>, kind: &str| match objects.is_empty() {
            true => String::new(),
            false => {
                let lines = objects
                    .iter()
                    .map(|(key, words)| format!("{} = {}\n", quoted(key), quoted(self.words(key, words))));
                format!("\n[check.changes.{kind}]\n{}", lines.collect::<String>())
            }
        };
        let (added, altered) = (lines(difference.added.iter().collect(), "add"), lines(altered.collect(), "alter"));
        let gone =
            if dropped.is_empty() { String::new() } else { format!("changes.drop = {}\n", list(dropped.into_iter())) };
        let declared = format!("{gone}{added}{altered}");
        if declared.is_empty() {
            return None;
        }
        let checks = format!("title = \"{CHANGES_TITLE}\"\n{declared}");
        let mut gate = gate(self.phase, 1, CHANGES.0, CHANGES.1, &checks);
        gate.text.insert_str(0, SEEN);
        Some(gate)
    }

    /// The words of an object. Who owns it is called otherwise on another server, if it is whoever applies the phases.
    fn words<'w>(&self, key: &str, words: &'w str) -> &'w str {
        let is_ours = key.starts_with("owner ") && self.surveyed.acts_as.as_deref() == Some(words);
        if is_ours { "CURRENT_USER" } else { words }
    }

    /// How many rows there are after a phase that leaves the catalog alone: what else would it have done?
    fn rows(&self, remarks: &mut Vec<Remark>) -> Option<GateText> {
        let tables = self.surveyed.rows.iter().filter(|(table, _)| !self.books.keeps(table));
        let (queries, rows): (Vec<String>, Vec<String>) = tables
            .map(|(table, rows)| {
                let name = Literal(table);
                let query = format!("SELECT {name}, count(*) FROM {}", table_identifier(table));
                (query, format!("[{}, {rows}]", quoted(table)))
            })
            .unzip();
        if queries.is_empty() {
            return None;
        }
        remarks.push(Remark::of(
            self.phase,
            "leaves the catalog as it is: its gate counts rows, and does not know their values",
        ));
        let query = format!("{} ORDER BY 1", queries.join(" UNION ALL "));
        let checks = format!(
            "title = \"so many rows are in each table\"\nquery = {}\nrows = [{}]\n",
            quoted(&query),
            rows.join(", ")
        );
        let mut gate = gate(self.phase, 1, "how-many-rows", "the phase leaves so many rows", &checks);
        gate.text.insert_str(0, SEEN);
        Some(gate)
    }

    /// The tables that held rows before the phase, without what it was seen to change of them.
    fn unchanged(&self, remarks: &mut Vec<Remark>) -> Option<GateText> {
        let (mut tables, mut except) = (Vec::new(), Vec::new());
        for (table, fate) in self.own_tables() {
            match fate {
                Fate::Kept => tables.push(table),
                Fate::Changed(columns) => {
                    tables.push(table);
                    let columns: Vec<String> = columns.iter().map(|column| format!("{table}.{column}")).collect();
                    let why = format!(
                        "changes or drops values that were there: {}; `unchanged` leaves them out",
                        columns.join(", ")
                    );
                    remarks.push(Remark::of(self.phase, why));
                    except.extend(columns);
                }
                Fate::Others => {
                    let why = format!(
                        "adds rows to {table}, takes some out or changes all of them; `unchanged` leaves the table out"
                    );
                    remarks.push(Remark::of(self.phase, why));
                }
                Fate::Gone => {
                    remarks.push(Remark::of(
                        self.phase,
                        format!("drops {table} with its rows; `unchanged` leaves it out"),
                    ));
                }
            }
        }
        if tables.is_empty() {
            return None;
        }
        let mut claim = format!("unchanged = {{ tables = {}", list(tables.into_iter()));
        if !except.is_empty() {
            claim.push_str(&format!(", except = {}", list(except.iter().map(String::as_str))));
        }
        let checks = format!("title = \"the rows from before the phase are as they were\"\n{claim} }}\n");
        Some(gate(self.phase, 2, "what-stays", "rows from before the phase keep what they hold", &checks))
    }

    /// The way back, with the rows that were there before.
    fn rollback(&self, remarks: &mut Vec<Remark>) -> Option<GateText> {
        if !self.has_way_back {
            remarks.push(Remark::of(self.phase, "has no way back, and no gate asks for one"));
            return None;
        }
        Some(way_back(self.phase, self.own_tables().next().is_some()))
    }

    fn own_tables(&self) -> impl Iterator<Item = (&str, &Fate)> {
        let tables = self.surveyed.tables.iter().map(|(table, fate)| (table.as_str(), fate));
        tables.filter(|(table, _)| !self.books.keeps(table))
    }
}

/// The gates of a phase that nobody has seen, since an earlier one, or this one itself, does not apply. What it changes is to be
/// adopted from a run, and fails until then. `held` are the tables that held rows in the last state that was seen.
pub(super) fn unseen(phase: usize, has_way_back: bool, held: &[&str]) -> Vec<GateText> {
    let checks = format!("title = \"{CHANGES_TITLE}\"\nadopt = true\nchanges = {{}}\n");
    let mut changes = gate(phase, 1, CHANGES.0, CHANGES.1, &checks);
    changes.text.insert_str(0, UNSEEN);
    let mut gates = vec![changes];
    if !held.is_empty() {
        let unchanged = format!("unchanged = {{ tables = {} }}\n", list(held.iter().copied()));
        let checks = format!("title = \"the rows from before the phase are as they were\"\n{unchanged}");
        gates.push(gate(phase, 2, "what-stays", "rows from before the phase keep what they hold", &checks));
    }
    if has_way_back {
        gates.push(way_back(phase, !held.is_empty()));
    }
    gates
}

fn way_back(phase: usize, rows_are_there: bool) -> GateText {
    // Where no row was before, the catalog alone is there to come back to.
    let empty = if rows_are_there { "" } else { ", allow_empty = true" };
    let checks = format!(
        "title = \"down and up again lead to the same catalog and the same rows\"\n\
         rollback = {{ to = \"previous\"{empty} }}\n"
    );
    gate(phase, 3, "the-way-back", "the phase can be undone and done again", &checks)
}

fn gate(phase: usize, ordinal: u32, name: &'static str, claim: &str, checks: &str) -> GateText {
    let id = format!("{phase}.{ordinal}");
    let text = format!("id = \"{id}\"\nclaim = {}\n\n[[check]]\nid = \"{id}.1\"\n{checks}", quoted(claim));
    GateText { ordinal, name, text }
}

/// A gate of the last phase: what was added NOT VALID, and validated by no phase, holds for the rows that are there.
pub(super) fn validity(phase: usize, constraints: &[(String, String)]) -> GateText {
    let id = format!("{phase}.4");
    let mut text = format!(
        "id = \"{id}\"\nclaim = \"what was added NOT VALID, and is validated by no phase, holds for the rows that were there\"\n"
    );
    for (ordinal, (table, constraint)) in constraints.iter().enumerate() {
        let write = format!("ALTER TABLE {} VALIDATE CONSTRAINT {}", table_identifier(table), Identifier(constraint));
        let title = format!("every row of {table} satisfies {constraint}");
        text.push_str(&format!(
            "\n[[check]]\nid = \"{id}.{}\"\ntitle = {}\nwrite = {}\naccepts = {{ rows = 0 }}\n",
            ordinal + 1,
            quoted(&title),
            quoted(&write)
        ));
    }
    GateText { ordinal: 4, name: "what-was-not-validated", text }
}
