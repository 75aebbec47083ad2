//! Tables in which a migration tool keeps its own books. What they hold, and how they change, is neither change nor loss.

use crate::{
    Catalog, DeviationPlan, Difference, Reason, ReasonCode, SuitePlan,
    judge::{Check, Expectation, Rollback},
};

/// How many tables a message names.
const NAMED_MAX: usize = 8;

/// The names that a suite gives: each a table, or `schema.*` for whatever lies in a schema.
#[derive(Debug, Clone, Copy)]
pub struct Bookkeeping<'a>(pub &'a [String]);

impl<'a> Bookkeeping<'a> {
    /// Whether a table is one of these.
    #[must_use]
    pub fn keeps(self, table: &str) -> bool {
        self.0.iter().any(|name| fits(name, table))
    }

    /// Whether an object of the catalog is one of these tables, or lies on one.
    #[must_use]
    pub fn holds(self, key: &str, definition: &str) -> bool {
        self.0.iter().any(|name| is_of(name, key, definition))
    }

    /// A difference without what happened to these tables.
    #[must_use]
    pub fn left_out_of(self, mut difference: Difference) -> Difference {
        difference.added.retain(|key, definition| !self.holds(key, definition));
        difference.dropped.retain(|key, definition| !self.holds(key, definition));
        difference.altered.retain(|key, two| !self.holds(key, &two.before));
        difference
    }

    /// That the first of these names that no table has names nothing; `tables` are those of every state of the suite.
    #[must_use]
    pub fn names_nothing<'t>(self, tables: impl Iterator<Item = &'t str> + Clone) -> Option<Reason> {
        let unfit = self.0.iter().find(|name| !tables.clone().any(|table| fits(name, table)))?;
        let mut all: Vec<&str> = tables.collect();
        all.sort_unstable();
        all.dedup();
        let more = if all.len() > NAMED_MAX { ", ..." } else { "" };
        all.truncate(NAMED_MAX);
        let detail = format!(
            "`bookkeeping` names `{unfit}`, which no state of the suite has as a table; there are {}{more}",
            if all.is_empty() { "none".to_owned() } else { all.join(", ") }
        );
        Some(Reason::new(ReasonCode::NamesNothing, detail))
    }

    /// The tables whose rows a claim compares, of those that the state has which it leads back to.
    #[must_use]
    pub fn tables_of(self, claim: &Rollback, back_to: &Catalog) -> Vec<String> {
        let is_asked = |table: &str| {
            if claim.tables.is_empty() { !self.keeps(table) } else { claim.tables.iter().any(|t| t == table) }
        };
        back_to.tables().filter(|table| is_asked(table)).map(str::to_owned).collect()
    }

    /// A table of these that a check asks about, of which it would be told nothing.
    #[must_use]
    pub fn claimed_by(self, check: &Check) -> Option<&'a str> {
        let tables: Vec<&str> = match &check.expectation {
            Expectation::Unchanged(claim) => claim.tables.iter().map(String::as_str).collect(),
            Expectation::Rollback(claim) => claim.tables.iter().map(String::as_str).collect(),
            Expectation::Changes(claim) => {
                let declared = claim.add.iter().chain(&claim.alter).map(|(key, words)| (key.as_str(), words.as_str()));
                let mut declared = declared.chain(claim.drop.iter().map(|key| (key.as_str(), "")));
                return self.0.iter().find(|name| declared.any(|(key, words)| is_of(name, key, words))).map(|n| &**n);
            }
            _ => return None,
        };
        self.0.iter().find(|name| tables.iter().any(|table| fits(name, table))).map(|name| &**name)
    }
}

impl SuitePlan {
    /// The tables in which its migration tool keeps its own books.
    #[must_use]
    pub fn books(&self) -> Bookkeeping<'_> {
        Bookkeeping(&self.bookkeeping)
    }

    /// What it leaves out of account or excuses, as the deviations that every report shows.
    #[must_use]
    pub fn excused(&self) -> Vec<DeviationPlan> {
        let kept = self.bookkeeping.iter().map(|table| DeviationPlan {
            id: format!("bookkeeping {table}"),
            reading: format!("what becomes of `{table}` is neither a change nor a loss"),
            instead_of: "every object and every row of the database is compared".to_owned(),
            reason: "the suite names it as the books that a migration tool keeps (`bookkeeping`)".to_owned(),
        });
        let excepted = self.checks().flat_map(|(_, _, check)| {
            let Expectation::Rollback(claim) = &check.expectation else { return Vec::new() };
            let of_key = |(key, why): (&String, &String)| DeviationPlan {
                id: format!("{} {key}", check.id),
                reading: format!("`{key}` may be another on the way back (check {})", check.id),
                instead_of: "the same catalog after every step back and forth".to_owned(),
                reason: why.clone(),
            };
            claim.except.iter().map(of_key).collect()
        });
        kept.chain(excepted).collect()
    }
}

fn fits(name: &str, table: &str) -> bool {
    match name.strip_suffix(".*") {
        Some(schema) => table.strip_prefix(schema).is_some_and(|rest| rest.starts_with('.')),
        None => name == table,
    }
}

fn is_of(name: &str, key: &str, definition: &str) -> bool {
    let (kind, rest) = key.split_once(' ').unwrap_or((key, ""));
    if let Some(schema) = name.strip_suffix(".*") {
        let lies_in = |word: &str| word.strip_prefix(schema).is_some_and(|rest| rest.starts_with('.'));
        return rest.split(' ').any(lies_in) || key.ends_with(&format!("schema {schema}"));
    }
    let is_on = |word: &str| word.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    match kind {
        "index" => {
            let on = definition.strip_prefix("UNIQUE ").unwrap_or(definition).strip_prefix("ON ");
            on.and_then(|on| on.strip_prefix(name)).is_some_and(|rest| rest.starts_with([' ', '(']))
        }
        "sequence" => definition.split_once(" OWNED BY ").is_some_and(|(_, owner)| is_on(owner)),
        _ => rest.split(' ').any(is_on),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        Alteration,
        judge::{Changes, GoesTo, Unchanged},
    };

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_table_is_held_with_all_that_lies_on_it_and_nothing_of_another() {
        let own = names(&["alembic_version", "sqitch.*"]);
        let books = Bookkeeping(&own);
        for (key, definition) in [
            ("table alembic_version", "table"),
            ("column alembic_version.version_num", "character varying(32) NOT NULL"),
            ("constraint alembic_version.alembic_version_pkc", "PRIMARY KEY (version_num)"),
            ("comment table alembic_version", "Alembic's own"),
            ("index version_idx", "UNIQUE ON alembic_version (version_num)"),
            ("sequence version_seq", "integer START 1 OWNED BY alembic_version.n"),
            ("schema sqitch", "schema"),
            ("comment schema sqitch", "Sqitch"),
            ("table sqitch.changes", "table"),
            ("index sqitch.changes_idx", "ON sqitch.changes (id)"),
        ] {
            assert!(books.holds(key, definition), "{key}");
        }
        for (key, definition) in [
            ("table alembic_version_old", "table"),
            ("table other.alembic_version", "table"),
            ("column notes.alembic_version", "text"),
            ("index alembic_version", "ON notes (id)"),
            ("sequence alembic_version", "integer START 1 OWNED BY notes.id"),
            ("schema sqitch_own", "schema"),
            ("table sqitch_own.t", "table"),
        ] {
            assert!(!books.holds(key, definition), "{key}");
        }
        assert!(books.keeps("alembic_version") && books.keeps("sqitch.tags") && !books.keeps("notes"));
    }

    #[test]
    fn a_difference_is_left_with_what_happened_to_other_tables() {
        let own = names(&["books"]);
        let map = |keys: &[&str]| keys.iter().map(|key| ((*key).to_owned(), "table".to_owned())).collect();
        let altered = |key: &str| {
            BTreeMap::from([(key.to_owned(), Alteration { before: "integer".into(), after: "bigint".into() })])
        };
        let difference = Difference {
            added: map(&["table books", "table notes"]),
            dropped: map(&["column books.a"]),
            altered: altered("column books.n"),
        };
        let left = Bookkeeping(&own).left_out_of(difference);
        assert_eq!(left, Difference { added: map(&["table notes"]), ..Difference::default() });
        let other = Difference { altered: altered("column notes.n"), ..Difference::default() };
        assert_eq!(Bookkeeping(&own).left_out_of(other.clone()), other);
    }

    #[test]
    fn a_name_that_no_state_has_names_nothing_and_says_what_there_is() {
        let own = names(&["books", "boks"]);
        let found = Bookkeeping(&own).names_nothing(["notes", "books", "books"].into_iter());
        let found = found.map(|reason| reason.to_string());
        let expected = "names-nothing: `bookkeeping` names `boks`, which no state of the suite has as a table; there \
                        are books, notes";
        assert_eq!(found.as_deref(), Some(expected));
        assert_eq!(Bookkeeping(&own[..1]).names_nothing(["books"].into_iter()), None);
    }

    #[test]
    fn no_check_may_ask_about_such_a_table() {
        let own = names(&["books"]);
        let claimed = |expectation| Bookkeeping(&own).claimed_by(&Check::new("c", "t", expectation)).map(str::to_owned);
        let tables = |table: &str| vec!["notes".to_owned(), table.to_owned()];
        let changes = |key: &str| {
            let drop = std::collections::BTreeSet::from([key.to_owned()]);
            Expectation::Changes(Changes { drop, ..Changes::default() })
        };
        let way = |table: &str| {
            let (to, except) = (GoesTo::Previous, BTreeMap::new());
            Expectation::Rollback(Rollback { tables: tables(table), to, except, allow_empty: false })
        };
        for (table, expected) in [("books", Some("books")), ("booksellers", None)] {
            let unchanged = Expectation::Unchanged(Unchanged { tables: tables(table), except: Vec::new() });
            for expectation in [unchanged, way(table), changes(&format!("column {table}.a"))] {
                assert_eq!(claimed(expectation).as_deref(), expected, "{table}");
            }
        }
    }
}
