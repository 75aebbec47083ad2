//! A file of pgTAP as the gate of a phase.

use std::path::{Path, PathBuf};

use phasegate_database::Kind;
use phasegate_engine::suite::load;

use super::{
    arrangement::{Accepted, Arrangement, function},
    assertion::{Translated, is_assertion, is_frame, translate},
    call::{Call, NoQuery, Query, query},
    check::Check,
    statements::{Statement, bodies, calls, statements},
};
use crate::{
    import::{
        Listed,
        listed::{HOLDS_A_VALUE, first_words},
        unread::unread,
    },
    init::{InitError, kebab, quoted},
};

/// The gates of files of pgTAP.
#[derive(Debug, Default)]
pub struct ImportedTests {
    /// The files that were written.
    pub written: Vec<PathBuf>,
    /// How many assertions the files hold.
    pub assertions: usize,
    /// How many of them became checks.
    pub translated: usize,
    /// The assertions that did not.
    pub listed: Vec<Listed>,
    /// Other statements that were not taken over.
    pub left: Vec<Listed>,
    /// Refusals beside which nothing shows that the nearest write is accepted.
    pub without_neighbour: Vec<Listed>,
}

const TOOL: &str = "pgtap";
const TITLE_LENGTH_MAX: usize = 120;

/// Writes a gate for each file of pgTAP into a suite, behind one of its phases, or the last.
///
/// # Errors
/// When there is no such suite or phase, a file cannot be read or holds no assertion that becomes a check, its gate is there
/// already, or the suite is none with them. Nothing is left then.
pub fn pgtap(suite: &Path, phase: Option<&str>, files: &[PathBuf]) -> Result<ImportedTests, InitError> {
    let refused = |why: String| InitError::Refused { tool: TOOL, why };
    if !suite.is_dir() {
        let why = "name that of the suite (--suite DIR), or begin with one: `phasegate init`";
        return Err(refused(format!("there is no folder {}: {why}", suite.display())));
    }
    let mut suites = load(suite, &[])?;
    let Some(of) = suites.pop().filter(|_| suites.is_empty()) else {
        return Err(refused(format!("{} holds several suites: name the folder of one (--suite)", suite.display())));
    };
    let folder = if suite.join("suite.toml").is_file() { suite.to_owned() } else { suite.join(&of.name) };
    let phases = || of.phases.iter().map(|phase| phase.id.as_str()).collect::<Vec<_>>().join(", ");
    let found = match phase {
        Some(id) => of.phases.iter().find(|phase| phase.id == id),
        None => of.phases.last(),
    };
    let phase = found.ok_or_else(|| refused(format!("suite {} has no such phase; it has {}", of.name, phases())))?;
    let functions = functions_below(&of.fixtures)?;
    let mut imported = ImportedTests::default();
    let mut gates = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).map_err(|source| unread(TOOL, file, "name files of pgTAP", source))?;
        let name = kebab(&file.file_stem().unwrap_or_default().to_string_lossy(), 60);
        let gate = gate(&format!("{}.{name}", phase.id), &file.display().to_string(), &text, &functions, &mut imported);
        let path = folder.join("gates").join(&phase.slug).join(format!("{}.{name}.toml", phase.id));
        if path.exists() {
            return Err(refused(format!("{} is there already: move it away to import the file again", path.display())));
        }
        gates.extend(gate.map(|gate| (path, gate)));
    }
    if gates.is_empty() {
        let (names, count) = (named(files), imported.assertions);
        return Err(refused(match imported.listed.first() {
            None => format!("no assertion stands in {names}: name files that call them, as `SELECT ok(...)`"),
            Some(first) => format!("of {count} assertions in {names} none became a check; the first: {first}"),
        }));
    }
    for (path, gate) in &gates {
        std::fs::write(path, gate).map_err(|source| InitError::File { what: "write", path: path.clone(), source })?;
        imported.written.push(path.clone());
    }
    if let Err(error) = load(suite, &[]) {
        // What remains of them would keep the suite from being read.
        gates.iter().for_each(|(path, _)| drop(std::fs::remove_file(path)));
        return Err(error.into());
    }
    Ok(imported)
}

fn named(files: &[PathBuf]) -> String {
    files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// The functions of the SQL below a folder.
fn functions_below(folder: &Path) -> Result<Vec<(String, String)>, InitError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| InitError::File { what: "read", path, source }
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable(folder))? {
        let path = entry.map_err(unreadable(folder))?.path();
        if path.is_dir() && !path.file_name().unwrap_or_default().to_string_lossy().starts_with('.') {
            found.extend(functions_below(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "sql") {
            let text = String::from_utf8_lossy(&std::fs::read(&path).map_err(unreadable(&path))?).into_owned();
            let statements = Kind::Postgres.split(&text).unwrap_or_default();
            found.extend(statements.iter().filter_map(|statement| function(&statement.text)));
        }
    }
    Ok(found)
}

/// The gate of a file; none where no assertion became a check.
fn gate(
    id: &str,
    file: &str,
    text: &str,
    functions: &[(String, String)],
    imported: &mut ImportedTests,
) -> Option<String> {
    // Which writes must be accepted is known once the file has been read to its end.
    let mut first = ImportedTests::default();
    let accepted = read(Reader::of(file, id, &mut first), text, Arrangement::with(functions, &[])).accepted;
    let reader = read(Reader::of(file, id, imported), text, Arrangement::with(functions, &accepted));
    let checks = reader.checks;
    let head = format!(
        "# {file}, by `phasegate import pgtap`\nid = {}\nclaim = {}\n",
        quoted(id),
        quoted(&format!("what {file} asserts holds"))
    );
    (checks > 0).then(|| format!("{head}{}", reader.gate))
}

fn read<'a>(mut reader: Reader<'a>, text: &str, mut arrangement: Arrangement<'_>) -> Reader<'a> {
    let before = reader.imported.assertions;
    for statement in statements(text) {
        reader.read(&statement, &mut arrangement);
    }
    let counted = reader.imported.assertions - before;
    if let Some((line, planned)) = reader.planned.filter(|(_, planned)| *planned != counted) {
        let why = format!(
            "it plans {planned} tests, and {counted} assertions stand in the file: others are made as it runs, or fewer"
        );
        reader.leave(line, "plan", why);
    }
    reader
}

struct Reader<'a> {
    file: &'a str,
    id: &'a str,
    gate: String,
    checks: usize,
    /// How many of the next assertions are expected to fail, or none is known to be the last.
    todo: usize,
    /// How many tests the file plans, and the line that says so.
    planned: Option<(u32, usize)>,
    /// The functions of the file that make assertions.
    helpers: Vec<String>,
    accepted: Vec<Accepted>,
    imported: &'a mut ImportedTests,
}

impl<'a> Reader<'a> {
    fn of(file: &'a str, id: &'a str, imported: &'a mut ImportedTests) -> Self {
        let (gate, helpers, accepted) = (String::new(), Vec::new(), Vec::new());
        Self { file, id, gate, checks: 0, todo: 0, planned: None, helpers, accepted, imported }
    }

    fn read(&mut self, statement: &Statement<'_>, arrangement: &mut Arrangement<'_>) {
        let called = calls(statement.text, is_assertion);
        self.imported.assertions += called.len();
        if called.is_empty() {
            if self.asserts_elsewhere(statement, arrangement) {
                return;
            }
            let frames = calls(statement.text, is_frame);
            if frames.is_empty()
                && let Err(why) = arrangement.take(statement)
            {
                self.leave(statement.line, &first_words(statement.text), why);
            }
            frames.iter().for_each(|(_, name)| self.frame(name, statement));
            return;
        }
        if statement.of_psql {
            return self.list_all(statement, &called, "only psql runs it");
        }
        match query(statement.text) {
            Ok(query) => self.targets(statement, &query, called, arrangement),
            Err(NoQuery::Syntax(why)) => self.list_all(statement, &called, &format!("it does not parse: {why}")),
            Err(NoQuery::Other) => self.list_all(statement, &called, "it stands in another statement than a query"),
        }
    }

    /// Assertions within a function or a block, and calls of such a function: neither is run, and each is listed.
    fn asserts_elsewhere(&mut self, statement: &Statement<'_>, arrangement: &mut Arrangement<'_>) -> bool {
        let within: Vec<(usize, String)> = bodies(statement.text)
            .into_iter()
            .flat_map(|(at, body)| {
                // The quotes are no part of it.
                let begins = at + 1 + body[1..].find('$').unwrap_or_default() + 1;
                let body = statement.text.get(begins..at + body.len()).unwrap_or_default();
                calls(body, is_assertion).into_iter().map(move |(within, name)| (begins + within, name))
            })
            .collect();
        let called = calls(statement.text, |name| self.helpers.iter().any(|helper| helper == name));
        if let Some((_, helper)) = called.first() {
            let why = "it calls a function that makes assertions: write a check of each".to_owned();
            self.leave(statement.line, helper, why);
            arrangement.leave(statement);
            return true;
        }
        let made = function(statement.text);
        let is_block = statement.text.get(..2).is_some_and(|first| first.eq_ignore_ascii_case("do"));
        if within.is_empty() || (made.is_none() && !is_block) {
            return false;
        }
        match made {
            Some((name, _)) => self.helpers.push(name.to_lowercase()),
            None => arrangement.leave(statement),
        }
        self.imported.assertions += within.len();
        self.list_all(
            statement,
            &within,
            "it stands in the body of a function or a block: write a check of what it asserts",
        );
        true
    }

    fn targets(
        &mut self,
        statement: &Statement<'_>,
        query: &Query,
        mut called: Vec<(usize, String)>,
        arrangement: &mut Arrangement<'_>,
    ) {
        let alone = query.targets.len() == 1;
        for call in query.targets.iter().flatten().filter(|call| is_assertion(&call.name)) {
            // What stands within its arguments is listed below.
            if let Some(at) = called.iter().position(|(_, name)| *name == call.name) {
                called.remove(at);
            }
            let translated = match std::mem::take(&mut self.todo) {
                0 if alone || query.after.is_empty() => translate(call, query, arrangement),
                0 => Err("it is one of several assertions on the rows of a query".to_owned()),
                left => {
                    self.todo = left.saturating_sub(usize::from(left != usize::MAX));
                    Err("it is marked TODO, and may fail".to_owned())
                }
            };
            match translated {
                Ok(translated) if !format!("{translated:?}").contains("${") => self.check(statement, call, translated),
                Ok(_) => self.list(statement.line, &call.name, HOLDS_A_VALUE),
                Err(why) => self.list(statement.line, &call.name, &why),
            }
            if call.name == "lives_ok"
                && let Some(Ok(sql)) = call.arguments.first().map(|argument| arrangement.sql(argument))
            {
                self.accepted.extend(arrangement.accepts(&sql));
                arrangement.ran(&sql);
            }
        }
        self.list_all(statement, &called, "it stands within another expression");
    }

    /// The plan, and `todo` with what ends it.
    fn frame(&mut self, name: &str, statement: &Statement<'_>) {
        let count = statement.text.rsplit(|sign: char| !sign.is_ascii_digit()).find(|digits| !digits.is_empty());
        match name {
            "plan" => self.planned = count.and_then(|count| count.parse().ok()).map(|count| (statement.line, count)),
            "todo" => self.todo = count.and_then(|count| count.parse().ok()).unwrap_or(1),
            "todo_start" => self.todo = usize::MAX,
            "todo_end" => self.todo = 0,
            _ => {}
        }
    }

    fn check(&mut self, statement: &Statement<'_>, call: &Call, translated: Translated) {
        self.checks += 1;
        self.imported.translated += 1;
        if matches!(translated.check, Check::Refused { neighbour: None, .. }) {
            let why = "refused as it says, and nothing shows that the nearest write is accepted: make it a check of kind `rejects`";
            let (file, what) = (self.file.to_owned(), call.name.clone());
            self.imported.without_neighbour.push(Listed { file, line: statement.line, what, why: why.to_owned() });
        }
        let given = translated.given.map(|given| format!("given = {}\n", quoted(&given))).unwrap_or_default();
        self.gate.push_str(&format!(
            "\n[[check]] # line {}\nid = {}\ntitle = {}\n{given}{}",
            statement.line,
            quoted(&format!("{}.{}", self.id, self.checks)),
            quoted(&title(call)),
            translated.check.toml()
        ));
    }

    fn leave(&mut self, line: u32, what: &str, why: String) {
        self.imported.left.push(Listed { file: self.file.to_owned(), line, what: what.to_owned(), why });
    }

    fn list(&mut self, line: u32, what: &str, why: &str) {
        self.gate.push_str(&format!("\n# line {line} is not taken over: {what}: {}\n", why.replace('\n', " ")));
        let file = self.file.to_owned();
        self.imported.listed.push(Listed { file, line, what: what.to_owned(), why: why.to_owned() });
    }

    fn list_all(&mut self, statement: &Statement<'_>, called: &[(usize, String)], why: &str) {
        for (at, name) in called {
            let lines = statement.text.get(..*at).unwrap_or_default().matches('\n').count();
            self.list(statement.line + u32::try_from(lines).unwrap_or(0), name, why);
        }
    }
}

/// The description of an assertion, or the assertion itself.
fn title(call: &Call) -> String {
    let described = call.arguments.last().and_then(|last| last.string.clone()).filter(|text| text.contains(' '));
    let own_sql = call.arguments.len() == 1;
    let text = described.filter(|_| !own_sql).unwrap_or_else(|| call.text.clone());
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(TITLE_LENGTH_MAX) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text,
    }
}
