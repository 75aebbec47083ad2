//! A case that falsifies a property, and the file that shows it again.

use std::{
    fmt::{self, Write as _},
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    Discrepancy, Script, Seed, Step,
    play::{DISCREPANCIES, PRELUDE},
};

/// A case at which server and model differ.
#[derive(Debug, Clone)]
pub struct Counterexample<C> {
    /// The property.
    pub(crate) property: &'static str,
    /// The state that a clone was made of, in words.
    pub(crate) state: &'static str,
    /// Where the random choices came from.
    pub(crate) seed: Seed,
    /// Which case of that seed it was shrunk from, from 1.
    pub(crate) number: u32,
    /// What runs the test of a property whose name follows.
    pub(crate) command: String,
    /// The defect that was put in, if one was.
    pub(crate) mutation: String,
    /// The case.
    pub case: C,
    /// Its script.
    pub(crate) script: Script,
    /// Where it differs.
    pub found: Vec<Discrepancy>,
}

impl<C: fmt::Debug> Counterexample<C> {
    /// How to find it again.
    #[must_use]
    pub fn again(&self) -> String {
        let test = self.property.rsplit("::").next().unwrap_or_default();
        format!("PHASEGATE_SEED={} PHASEGATE_CASES={} {} {test}", self.seed, self.number, self.command)
    }

    /// The case as SQL that stands by itself: its last query lists what was expected beside what is observed.
    #[must_use]
    pub fn sql(&self) -> String {
        let mut text = String::new();
        let mut head = vec![
            format!("{}: a smallest case that falsifies it.", self.property),
            String::new(),
            format!("state: {}", self.state),
            format!("seed:  {}, case {}", self.seed, self.number),
            format!("again: {}", self.again()),
            "this:  psql -f <this file> <a database in that state>; nothing is kept. The last query lists the steps at"
                .to_owned(),
            "       which model and server differ, and no row once they agree.".to_owned(),
        ];
        head.extend(self.found.iter().map(|found| format!("found: {found}")));
        let case = format!("{:#?}", self.case);
        head.push("case:".to_owned());
        head.extend(case.lines().map(|line| format!("  {line}")));
        comment(&mut text, &head.join("\n"));
        let _ = write!(text, "\n{PRELUDE}\nBEGIN;\n");
        if !self.mutation.is_empty() {
            comment(&mut text, "The defect that was put in:");
            let _ = writeln!(text, "{}", self.mutation);
        }
        for (index, step) in self.script.steps().iter().enumerate() {
            let number = index + 1;
            let note = match step {
                Step::Given(_) => format!("{number}: given"),
                Step::Compare { claim, expected, .. } => format!("{number}: {claim}: expected {}", brief(expected)),
                Step::RememberCatalog(name) => {
                    format!("{number}: the catalog as it is here is called `{name}`.")
                }
                Step::SameCatalog(name) => format!(
                    "{number}: the catalog must be `{name}` again; only the test compares catalogs, see `found`."
                ),
            };
            text.push('\n');
            comment(&mut text, &note);
            text.push_str(&self.script.sql(number));
        }
        let _ = write!(text, "\n{DISCREPANCIES};\nROLLBACK;\n");
        text
    }

    /// Writes the file into a folder, which is made if it is not there.
    ///
    /// # Errors
    /// When the folder or the file cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<PathBuf> {
        fs::create_dir_all(folder)?;
        let name = self.property.replace("::", ".");
        let path = folder.join(format!("{name}.{}.sql", self.seed));
        fs::write(&path, self.sql())?;
        Ok(path)
    }

    /// What the test that failed prints.
    #[must_use]
    pub fn message(&self, written: &io::Result<PathBuf>) -> String {
        let mut message = format!("{} is falsified\n", self.property);
        for found in &self.found {
            let _ = writeln!(message, "  {found}");
        }
        let _ = writeln!(message, "case:   {:?}", self.case);
        let _ = writeln!(message, "seed:   {}, case {}", self.seed, self.number);
        let _ = writeln!(message, "again:  {}", self.again());
        let _ = match written {
            Ok(path) => write!(message, "replay: {}", path.display()),
            Err(error) => write!(message, "replay: could not be written: {error}"),
        };
        message
    }
}

fn brief(expected: &str) -> &str {
    match expected {
        "" => "nothing",
        text if text.contains('\n') => "the lines below",
        text => text,
    }
}

/// Every line of a text as a comment: a value with a line break must not become a statement.
fn comment(text: &mut String, lines: &str) {
    for line in lines.split(['\n', '\r']) {
        let _ = writeln!(text, "{}", format!("-- {line}").trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::Outcome;

    fn counterexample() -> Counterexample<&'static str> {
        let mut script = Script::new();
        script.given("CREATE TABLE t (a integer)");
        script.attempt("a row goes in", "INSERT INTO t VALUES (1)", &Outcome::Rows(1));
        Counterexample {
            property: "suite::property_01_a_claim",
            state: "an empty database",
            seed: Seed(7),
            number: 3,
            command: "cargo test --test suites".to_owned(),
            mutation: String::new(),
            case: "a\nDROP TABLE t;",
            script,
            found: vec![Discrepancy { step: 2, expected: "1 rows".to_owned(), observed: "0\nrows".to_owned() }],
        }
    }

    #[test]
    fn the_file_says_how_to_replay_it_and_what_was_found() {
        let sql = counterexample().sql();
        for part in [
            "-- seed:  0x0000000000000007, case 3\n",
            "PHASEGATE_SEED=0x0000000000000007 PHASEGATE_CASES=3 cargo test --test suites property_01_a_claim\n",
            "-- 2: a row goes in: expected 1 rows\n",
            "VALUES (2, '1 rows', pg_temp.attempt(",
        ] {
            assert!(sql.contains(part), "{part} is not in\n{sql}");
        }
        assert!(sql.ends_with("ROLLBACK;\n"));
    }

    #[test]
    fn no_value_gets_out_of_the_comments() {
        let sql = counterexample().sql();
        let head = sql.split(PRELUDE).next().unwrap_or_default();
        let outside: Vec<&str> = head.lines().filter(|l| !l.is_empty() && !l.starts_with("--")).collect();
        assert!(outside.is_empty(), "{outside:?}");
    }
}
