//! The list of alterations.

use std::collections::BTreeMap;

use serde::Deserialize;

/// One alteration of a database that holds `schema.sql`.
#[derive(Debug, Clone)]
pub(crate) struct Alteration {
    pub(crate) name: String,
    pub(crate) sql: String,
    pub(crate) seen_by: SeenBy,
    /// What undoes it, where it alters the whole server.
    pub(crate) undo: Option<String>,
}

/// Who must see an alteration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SeenBy {
    #[default]
    Both,
    Neither,
    Catalog,
    Dump,
}

impl SeenBy {
    /// Who saw it.
    pub(crate) fn of(catalog_differs: bool, dump_differs: bool) -> Self {
        match (catalog_differs, dump_differs) {
            (true, true) => Self::Both,
            (false, false) => Self::Neither,
            (true, false) => Self::Catalog,
            (false, true) => Self::Dump,
        }
    }

    /// Whether an alteration of this sort is one that the list has to give a reason for.
    fn is_explained(self, why: Option<&str>) -> bool {
        matches!(self, Self::Both | Self::Neither) != why.is_some_and(|why| !why.is_empty())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    group: Vec<Group>,
    #[serde(default)]
    server_wide: Vec<ServerWide>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    of: String,
    seen_by: SeenBy,
    why: Option<String>,
    from: Option<u32>,
    until: Option<u32>,
    alterations: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServerWide {
    name: String,
    #[serde(default)]
    seen_by: SeenBy,
    why: Option<String>,
    sql: String,
    undo: String,
}

/// The alterations that a server of this major version knows.
pub(crate) fn read(text: &str, major: u32) -> Result<Vec<Alteration>, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut alterations = Vec::new();
    for group in file.group {
        if !group.seen_by.is_explained(group.why.as_deref()) {
            return Err(format!("{}: exactly what only one of the two sees needs a reason", group.of));
        }
        if group.from.is_none_or(|from| from <= major) && group.until.is_none_or(|until| major <= until) {
            alterations.extend(group.alterations.into_iter().map(|(name, sql)| Alteration {
                name,
                sql,
                seen_by: group.seen_by,
                undo: None,
            }));
        }
    }
    for wide in file.server_wide {
        if !wide.seen_by.is_explained(wide.why.as_deref()) {
            return Err(format!("{}: exactly what only one of the two sees needs a reason", wide.name));
        }
        let ServerWide { name, sql, seen_by, undo, .. } = wide;
        alterations.push(Alteration { name, sql, seen_by, undo: Some(undo) });
    }
    let mut names: Vec<&str> = alterations.iter().map(|alteration| alteration.name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("`{}` stands there twice", pair[0])),
        None => Ok(alterations),
    }
}

/// The list itself.
pub(crate) fn holds() -> Result<(), String> {
    for base in [&crate::oracle::PLAIN, &crate::oracle::WITH_TIMESCALEDB] {
        for major in [17, 18] {
            let alterations = read(base.alterations, major)?;
            if alterations.len() < base.alterations_min {
                return Err(format!("{} alterations, not {}", alterations.len(), base.alterations_min));
            }
        }
    }
    Ok(())
}

/// Lists with a mistake.
pub(crate) fn refuses() -> Result<(), String> {
    let group = |seen_by: &str, why: &str| {
        format!("[[group]]\nof = \"g\"\nseen_by = \"{seen_by}\"\n{why}[group.alterations]\na = \"SELECT 1\"\n")
    };
    let (plain, why) = (group("both", ""), "why = \"because\"\n");
    if read(&plain, 17).is_err() || read(&group("dump", why), 17).is_err() {
        return Err("a good list is refused".to_owned());
    }
    for bad in [group("dump", ""), group("catalog", ""), group("both", why), plain.repeat(2), group("nobody", "")] {
        if read(&bad, 17).is_ok() {
            return Err(format!("this is taken:\n{bad}"));
        }
    }
    Ok(())
}
