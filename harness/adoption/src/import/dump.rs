//! A dump of pg_dump as the baseline of a suite, whose one phase gathers the statistics that a dump does not hold.

use std::{collections::BTreeSet, path::Path};

use phasegate_database::{Identifier, Kind, Literal};

use super::{Listed, listed::first_words, unread::unread};
use crate::init::{FOLDER, InitError, Migrations, Step, Way};

const TOOL: &str = "pg_dump";
/// Where the suite keeps its fixtures.
const FIXTURES: &str = "fixtures";
const DUMP: &str = "dump.sql";
const ROLES: &str = "roles.sql";
/// How much of a file tells what it is.
const BEGINNING_BYTES: usize = 4096;
const STATISTICS: &str = "phases/01-statistics/up.sql";

/// The migrations that stand for a dump, to be written as a suite beside it.
///
/// # Errors
/// When it cannot be read, or it is no plain dump of one database.
pub fn dump(file: &Path) -> Result<(Migrations, Vec<Listed>), InitError> {
    let path = file;
    let file = path.display().to_string();
    let refused = |why: String| InitError::Refused { tool: TOOL, why };
    if path.is_dir() {
        return Err(refused(format!("{file} is a folder: {}", as_plain(&file))));
    }
    let next = "name the one that `pg_dump --format=plain` wrote";
    let bytes = std::fs::read(path).map_err(|source| unread(TOOL, path, next, source))?;
    if let Some(why) = is_no_plain_dump(&bytes, &file) {
        return Err(refused(format!("{file} {why}")));
    }
    let text =
        String::from_utf8(bytes).map_err(|_| refused(format!("{file} is not UTF-8: dump with --encoding=UTF8")))?;
    let statements =
        Kind::Postgres.split(&text).map_err(|fault| refused(format!("{file}:{}: {}", fault.line, fault.message)))?;
    let mut listed = Vec::new();
    for statement in &statements {
        if let Some(why) = beyond_one_database(&statement.text) {
            listed.push(Listed {
                file: file.clone(),
                line: statement.line,
                what: first_words(&statement.text),
                why: why.to_owned(),
            });
        }
    }
    let within = |name: &str| format!("{FIXTURES}/{name}");
    let mut made = vec![(within(DUMP), text.clone()), (within(STATISTICS), "ANALYZE;\n".to_owned())];
    let mut baseline = vec![format!("{FOLDER}/{FIXTURES}/{DUMP}")];
    let roles: BTreeSet<String> = statements.iter().flat_map(|statement| roles_of(&statement.text)).collect();
    if !roles.is_empty() {
        made.push((within(ROLES), roles.iter().map(|role| create(role)).collect()));
        baseline.insert(0, format!("{FOLDER}/{FIXTURES}/{ROLES}"));
    }
    let step = Step {
        revision: "statistics".to_owned(),
        title: "statistics of what was restored".to_owned(),
        up: Way::File(STATISTICS.to_owned()),
        down: None,
        untransacted: false,
    };
    let mut notes = vec!["its one phase is ANALYZE: put your migration after it, or in its place".to_owned()];
    if !roles.is_empty() {
        let names = roles.iter().cloned().collect::<Vec<_>>().join(", ");
        notes.push(format!(
            "a dump does not hold roles: {ROLES} makes those that it names ({names}), without rights of their own"
        ));
    }
    let migrations = Migrations {
        tool: TOOL,
        because: format!("{file} holds {} statements", statements.len()),
        kind: (Kind::Postgres, "pg_dump wrote it".to_owned()),
        timescaledb: text.contains("CREATE EXTENSION IF NOT EXISTS timescaledb "),
        folder: format!("{FOLDER}/{FIXTURES}"),
        baseline,
        history: Vec::new(),
        ups_go_through: false,
        steps: vec![step],
        bookkeeping: &[],
        inputs: Vec::new(),
        made,
        notes,
    };
    Ok((migrations, listed))
}

fn as_plain(file: &str) -> String {
    format!("dump with --format=plain, or `pg_restore -f dump.sql {file}`")
}

/// Why a file is no plain dump of one database of PostgreSQL, as its beginning tells, and what to do.
fn is_no_plain_dump(bytes: &[u8], file: &str) -> Option<String> {
    let begins = |with: &str| bytes.starts_with(with.as_bytes());
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(BEGINNING_BYTES)]);
    if bytes.trim_ascii().is_empty() {
        return Some("is empty: name the file that `pg_dump --format=plain` wrote".to_owned());
    }
    if Kind::Postgres.is_dump(&text) {
        return None;
    }
    if begins("PGDMP") || begins("toc.dat") {
        return Some(format!("is no plain text: {}", as_plain(file)));
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return Some("is compressed: unpack it, or dump with --format=plain and without --compress".to_owned());
    }
    if bytes.starts_with(&[0xff, 0xfe]) {
        return Some("is UTF-16, as PowerShell writes it: dump with --file and --encoding=UTF8".to_owned());
    }
    if text.contains("PostgreSQL database cluster dump") {
        return Some("is of pg_dumpall, of a whole cluster: dump one database with pg_dump".to_owned());
    }
    let others = [("-- MySQL dump", "MySQL"), ("-- MariaDB dump", "MariaDB"), ("/*M!999999", "MariaDB")];
    if let Some((_, name)) = others.iter().find(|(head, _)| begins(head)) {
        return Some(format!("is a dump of {name}, and Phasegate knows PostgreSQL and SQLite alone"));
    }
    if begins("PRAGMA foreign_keys=OFF;") {
        return Some(
            "is a dump of SQLite: name it under `schema` of [baseline] in a suite with `kind = \"sqlite\"`".to_owned(),
        );
    }
    Some(
        "does not begin as pg_dump does (`-- PostgreSQL database dump`): name the file that it wrote, or other SQL under \
         `schema` of [baseline]"
            .to_owned(),
    )
}

/// Why a statement of a dump is none of one database's.
fn beyond_one_database(statement: &str) -> Option<&'static str> {
    let database =
        ["CREATE DATABASE ", "ALTER DATABASE ", "DROP DATABASE "].iter().any(|words| statement.starts_with(words));
    database.then_some("is of another database than the one that a run makes: dump without --create")
}

/// The roles that a statement of pg_dump names, which it does not make.
fn roles_of(statement: &str) -> Vec<String> {
    let owner =
        statement.starts_with("ALTER ").then(|| statement.rsplit_once(" OWNER TO ")).flatten().map(|(_, role)| role);
    let granted = ["GRANT ", "REVOKE "].iter().any(|word| statement.starts_with(word));
    let granted = granted.then(|| statement.rsplit_once(" TO ").or_else(|| statement.rsplit_once(" FROM "))).flatten();
    let policy = statement.starts_with("CREATE POLICY ").then(|| statement.split_once(" TO ")).flatten();
    let policy =
        policy.map(|(_, rest)| rest.split(" USING (").next().and_then(|rest| rest.split(" WITH CHECK (").next()));
    let acts = statement.strip_prefix("ALTER DEFAULT PRIVILEGES FOR ROLE ").and_then(|rest| rest.split(' ').next());
    let listed = owner.into_iter().chain(granted.map(|(_, roles)| roles)).chain(policy.flatten()).chain(acts);
    let names = listed.flat_map(|roles| roles.trim_end_matches(" WITH GRANT OPTION").split(", "));
    let bare = names.map(|name| name.trim().trim_matches('"').replace("\"\"", "\""));
    bare.filter(|name| !["PUBLIC", "postgres", "public"].contains(&name.as_str()) && !name.contains(' ')).collect()
}

/// What makes a role where it is not there: roles are of the whole server.
fn create(role: &str) -> String {
    format!(
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {}) THEN CREATE ROLE {}; END IF; END $$;\n",
        Literal(role),
        Identifier(role)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roles_of_a_dump_are_those_that_it_names_and_does_not_make() {
        for (statement, roles) in [
            ("ALTER TABLE public.notes OWNER TO app_owner", &["app_owner"][..]),
            ("ALTER TABLE public.notes OWNER TO postgres", &[]),
            ("GRANT SELECT ON TABLE public.notes TO \"read er\"", &[]),
            ("GRANT SELECT ON TABLE public.notes TO reader", &["reader"]),
            ("GRANT ALL ON TABLE public.notes TO PUBLIC", &[]),
            ("CREATE POLICY p ON public.notes FOR SELECT TO reader, writer USING (true)", &["reader", "writer"]),
            ("COMMENT ON TABLE public.notes IS 'given TO nobody'", &[]),
        ] {
            assert_eq!(roles_of(statement), roles, "{statement}");
        }
    }
}
