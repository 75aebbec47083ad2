//! What a file stores, read character by character with no knowledge of SQL but of its strings and comments: white space,
//! comments, case and the quotes of names fall away. It sees too much where a character means nothing, and too little
//! where quotes or case mean something; the list of alterations says where.

use std::collections::BTreeMap;

use rusqlite::Connection;

/// Every stored statement by its kind and name, and the settings of the header.
pub(crate) fn second_reading(file: &Connection) -> rusqlite::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let mut objects =
        file.prepare("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'")?;
    let mut rows = objects.query([])?;
    while let Some(row) = rows.next()? {
        let (kind, name, table): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let key = format!("{kind} {table} {name}").to_lowercase();
        found.insert(key, bare(&row.get::<_, String>(3)?).replace("ifnotexists", ""));
    }
    for pragma in ["user_version", "application_id", "encoding", "auto_vacuum", "page_size"] {
        let value: rusqlite::types::Value = file.pragma_query_value(None, pragma, |row| row.get(0))?;
        found.insert(pragma.to_owned(), format!("{value:?}"));
    }
    let mode: String = file.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    found.insert("wal".to_owned(), (mode == "wal").to_string());
    Ok(found)
}

fn bare(sql: &str) -> String {
    let mut bare = String::new();
    let mut rest = sql.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            // A doubled quote is two strings side by side, which is as good here.
            '\'' => {
                bare.push(next);
                for inner in rest.by_ref() {
                    bare.push(inner);
                    if inner == '\'' {
                        break;
                    }
                }
            }
            '-' if rest.peek() == Some(&'-') => drop(rest.by_ref().find(|end| *end == '\n')),
            '/' if rest.peek() == Some(&'*') => {
                rest.next();
                let mut before = ' ';
                for inner in rest.by_ref() {
                    if before == '*' && inner == '/' {
                        break;
                    }
                    before = inner;
                }
            }
            '"' | '[' | ']' | '`' => {}
            space if space.is_whitespace() => {}
            other => bare.extend(other.to_lowercase()),
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn only_what_is_in_single_quotes_keeps_its_form() {
        assert_eq!(bare("CHECK ([A] > \"b\") -- c\n/* D */ 'E  ''F'"), "check(a>b)'E  ''F'");
    }
}
