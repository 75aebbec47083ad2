//! What every catalog shares, whatever its kind of database.

/// The first words of the kinds of objects that a key of a catalog may begin with.
pub const OBJECT_KINDS: &[&str] = &[
    "table",
    "column",
    "order",
    "constraint",
    "constraints",
    "index",
    "trigger",
    "function",
    "aggregate",
    "policy",
    "rls",
    "grant",
    "default",
    "comment",
    "label",
    "view",
    "matview",
    "sequence",
    "type",
    "schema",
    "extension",
    "hypertable",
    "compression",
    "continuous",
    "job",
    "owner",
    "rule",
    "event",
    "depends",
    "operator",
    "cast",
    "collation",
    "conversion",
    "text",
    "access",
    "language",
    "transform",
    "foreign",
    "server",
    "user",
    "statistics",
    "publication",
    "subscription",
    "large",
    "role",
    "member",
    "setting",
    "tablespace",
    "database",
    "header",
];

/// The kinds whose objects are named after the table, or whatever else, that they lie on.
const OF_A_TABLE: &[&str] = &["column", "constraint", "trigger", "policy", "rule"];
/// The kinds whose objects are named with their arguments.
const WITH_ARGUMENTS: &[&str] = &["function", "aggregate"];
/// What is said of an object, whose kind and name follow.
const OF_AN_OBJECT: &[&str] = &["comment", "label", "depends", "grant"];

/// Why a key that begins with a kind of object can be that of none, and what to write instead; nothing where it can be.
/// `table` is the one that the author speaks of, where that is known.
#[must_use]
pub fn names_nothing(key: &str, table: Option<&str>) -> Option<String> {
    let (kind, name) = key.split_once(' ')?;
    if OF_A_TABLE.contains(&kind) && !has_owner(name) {
        let table = table.unwrap_or("TABLE");
        return Some(format!("`{key}` does not say on which table: write `{kind} {table}.{name}`"));
    }
    if WITH_ARGUMENTS.contains(&kind) && !name.contains('(') {
        return Some(format!(
            "`{key}` does not say its arguments: write `{kind} {name}()`, their types between the brackets"
        ));
    }
    if !OF_AN_OBJECT.contains(&kind) {
        return None;
    }
    let of = name.split(' ').next().unwrap_or_default();
    let is_kind = OBJECT_KINDS.contains(&of) || (kind == "grant" && of == "parameter");
    if !is_kind {
        return Some(format!("`{key}` does not say of what kind of object: write `{kind} table {name}`"));
    }
    if kind == "grant" && name.split_whitespace().count() < 3 {
        return Some(format!("`{key}` does not say to whom: write `{key} ROLE`"));
    }
    names_nothing(name, table).map(|why| {
        why.replace(&format!("`{name}`"), &format!("`{key}`")).replace("write `", &format!("write `{kind} "))
    })
}

/// Whether a name has two parts, as in `table.column`: a dot within quotes parts nothing.
fn has_owner(name: &str) -> bool {
    let mut quoted = false;
    let parts = name.char_indices().find(|(_, letter)| {
        quoted ^= *letter == '"';
        *letter == '.' && !quoted
    });
    parts.is_some_and(|(at, _)| at > 0 && at + 1 < name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_can_name_no_object_says_what_to_write() {
        for (key, why) in [
            ("constraint ck_x", "`constraint ck_x` does not say on which table: write `constraint notes.ck_x`"),
            ("trigger \"a.b\"", "`trigger \"a.b\"` does not say on which table: write `trigger notes.\"a.b\"`"),
            ("column .x", "`column .x` does not say on which table: write `column notes..x`"),
            (
                "function f",
                "`function f` does not say its arguments: write `function f()`, their types between the brackets",
            ),
            ("comment notes", "`comment notes` does not say of what kind of object: write `comment table notes`"),
            ("comment column x", "`comment column x` does not say on which table: write `comment column notes.x`"),
            ("grant table notes", "`grant table notes` does not say to whom: write `grant table notes ROLE`"),
            ("grant notes app", "`grant notes app` does not say of what kind of object: write `grant table notes app`"),
        ] {
            assert_eq!(names_nothing(key, Some("notes")).as_deref(), Some(why));
        }
        assert!(names_nothing("policy p", None).is_some_and(|why| why.ends_with("write `policy TABLE.p`")));
    }

    #[test]
    fn a_key_that_can_name_an_object_is_left_alone() {
        for key in [
            "constraint t.ck_x",
            "column other.t.c",
            "trigger \"a b\".\"c.d\"",
            "function f(integer)",
            "comment column t.c",
            "comment schema public",
            "depends function f()",
            "grant table t app",
            "grant function f(integer, text) PUBLIC",
            "grant parameter work_mem app",
            "index i",
            "owner t",
            "owner schema s",
            "constraints t",
        ] {
            assert_eq!(names_nothing(key, None), None, "{key}");
        }
    }
}
