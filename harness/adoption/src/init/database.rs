//! Which kind of database migrations are for.

use phasegate_database::Kind;

use super::{InitError, project::Project};

/// What names another kind of database, in a URL or as the name of a driver or a provider.
const OTHERS: [&str; 6] = ["mysql", "mariadb", "sqlserver", "mssql", "oracle", "cockroachdb"];

/// By what settings say, each a place and its text; else by the SQL; else PostgreSQL.
pub(super) fn kind(
    tool: &'static str,
    settings: &[(&str, String)],
    sql: &[String],
) -> Result<(Kind, String), InitError> {
    for (place, text) in settings {
        let text = text.to_lowercase();
        let first = |word: &str| text.find(word);
        // sqitch calls its engine `pg`.
        let named =
            [(first("postgres"), Kind::Postgres), (first("= pg"), Kind::Postgres), (first("sqlite"), Kind::Sqlite)];
        let named = named.into_iter().filter_map(|(at, kind)| Some((at?, kind))).min_by_key(|(at, _)| *at);
        let other = OTHERS.iter().filter_map(|word| Some((first(word)?, *word))).min();
        match (named, other) {
            (None, Some((_, other))) => {
                let why = format!("{place} speaks of {other}: phasegate knows PostgreSQL and SQLite");
                return Err(InitError::Refused { tool, why });
            }
            (Some((_, kind)), _) => return Ok((kind, format!("so says {place}"))),
            (None, None) => {}
        }
    }
    let in_sql = |words: &[&str]| sql.iter().any(|text| words.iter().any(|word| text.contains(word)));
    if in_sql(&["AUTOINCREMENT", "autoincrement", "PRAGMA ", "pragma ", "WITHOUT ROWID"]) {
        return Ok((Kind::Sqlite, "so speaks their SQL".to_owned()));
    }
    Ok((Kind::Postgres, "nothing says otherwise".to_owned()))
}

/// The files of settings that are there, of these.
pub(super) fn settings<'a>(project: &Project, places: &[&'a str]) -> Result<Vec<(&'a str, String)>, InitError> {
    let mut found = Vec::new();
    for place in places {
        found.extend(project.text(place)?.map(|text| (*place, without_comments(&text))));
    }
    Ok(found)
}

/// The lines that are no comments.
fn without_comments(text: &str) -> String {
    let is_said = |line: &&str| !line.trim_start().starts_with(['#', ';']) && !line.trim_start().starts_with("//");
    text.lines().filter(is_said).collect::<Vec<_>>().join("\n")
}

/// Whether any of these texts speaks of TimescaleDB.
pub(super) fn timescaledb(texts: &[String]) -> bool {
    texts.iter().any(|text| ["timescaledb", "create_hypertable"].iter().any(|word| text.contains(word)))
}
