//! The states that a suite went through, as the folder holds them: each begins with the catalog that the one before it ended
//! with, and what a check saw of a catalog, or counted of its rows, is what the state holds.

use std::{collections::BTreeMap, rc::Rc};

use super::{audit::Audit, fault::FaultCode};
use crate::{
    Bookkeeping, Catalog, Difference, Digest, EVENTS_FILE, Event, OUTPUTS_FOLDER, Table, TableContent,
    canonical::read_canonical,
    canonical_bytes,
    judge::{Check, Direction, Expectation, Observation, RollbackSeen},
};

/// Every catalog of a folder, each read once.
#[derive(Default)]
pub(super) struct Catalogs<'a>(BTreeMap<&'a Digest, Option<Rc<Catalog>>>);

/// The states of a suite and of its scenarios. A scenario may come back to one that was laid before.
#[derive(Default)]
pub(super) struct States<'a> {
    laid: Vec<State<'a>>,
}

/// A state that was laid.
struct State<'a> {
    /// After how many phases.
    phases: usize,
    /// The one that it was laid on.
    before: Option<usize>,
    digest: &'a Digest,
    catalog: Rc<Catalog>,
    /// What its phase made of the catalog.
    difference: Difference,
    /// How many rows each table holds, where somebody counted them.
    rows: BTreeMap<&'a str, u64>,
}

/// Where a walk over the phases stands: on one of these states. There are several where it came back to a state that two
/// migrations could have led to.
pub(super) type Standing = Vec<usize>;

impl<'a> Catalogs<'a> {
    fn get(&mut self, audit: &mut Audit<'_>, digest: &'a Digest) -> Option<Rc<Catalog>> {
        let read = || {
            let file = format!("{OUTPUTS_FOLDER}/{digest}");
            // What is missing is a fault of its own.
            let bytes = audit.stored(&file)?;
            let catalog = read_canonical(&bytes);
            catalog
                .map_err(|error| audit.fault(FaultCode::OutputDamaged, &file, format!("is no catalog: {error}")))
                .ok()
                .map(Rc::new)
        };
        self.0.entry(digest).or_insert_with(read).clone()
    }
}

impl<'a> States<'a> {
    /// Follows a step of a walk over these phases.
    pub(super) fn step(
        &mut self,
        audit: &mut Audit<'_>,
        catalogs: &mut Catalogs<'a>,
        standing: &mut Standing,
        phases: &[&str],
        event: &'a Event,
    ) {
        let after = |phase: &str| phases.iter().position(|planned| *planned == phase).map(|index| index + 1);
        match event {
            Event::BaselineApplied { suite, catalog, rows, tables, revisions, .. } => {
                let Some(read) = catalogs.get(audit, catalog) else { return standing.clear() };
                held(audit, &format!("the baseline of {suite}"), &read, tables);
                books(audit, &format!("the baseline of {suite}"), &read, tables, revisions);
                if !tables.is_empty() && !tables.iter().map(|(table, held)| (table, &held.rows)).eq(rows) {
                    let what = format!("the baseline of {suite} is said to hold other rows than it counts");
                    audit.fault(FaultCode::Contradiction, EVENTS_FILE, what);
                }
                if !read.tables().eq(rows.keys().map(String::as_str)) {
                    audit.fault(
                        FaultCode::Contradiction,
                        EVENTS_FILE,
                        format!("the baseline of {suite} counts the rows of other tables than it has"),
                    );
                }
                let rows = rows.iter().map(|(table, rows)| (table.as_str(), *rows)).collect();
                let difference = Difference::default();
                self.laid.push(State { phases: 0, before: None, digest: catalog, catalog: read, difference, rows });
                *standing = vec![self.laid.len() - 1];
            }
            Event::SuiteResumed { suite, catalog, tables, .. } => {
                if let Some(catalog) = catalogs.get(audit, catalog) {
                    held(audit, &format!("the earlier run of {suite}"), &catalog, tables);
                }
            }
            Event::StateReused { suite, phase } => {
                let Some(reached) = phase.as_deref().map_or(Some(0), after) else { return };
                let is_met = |state: &State<'_>| {
                    state.phases == reached && state.before.is_none_or(|before| standing.contains(&before))
                };
                let met: Standing = (0..self.laid.len()).filter(|at| is_met(&self.laid[*at])).collect();
                if met.is_empty() {
                    audit.fault(
                        FaultCode::OutOfOrder,
                        EVENTS_FILE,
                        format!("a state of {suite} was reused that had not been laid"),
                    );
                }
                *standing = met;
            }
            Event::PhaseApplied {
                suite, phase, catalog_before, catalog_after, difference, tables, revisions, ..
            } => {
                let begins = |at: &usize| self.laid[*at].digest == catalog_before;
                let Some(before) = standing.iter().copied().find(begins) else {
                    if !standing.is_empty() {
                        let what = "begins with another catalog than the state before it has";
                        audit.fault(FaultCode::Contradiction, EVENTS_FILE, format!("phase {phase} of {suite} {what}"));
                    }
                    return standing.clear();
                };
                let Some(catalog) = catalogs.get(audit, catalog_after) else { return standing.clear() };
                held(audit, &format!("phase {phase} of {suite}"), &catalog, tables);
                books(audit, &format!("phase {phase} of {suite}"), &catalog, tables, revisions);
                let made = Difference::between(&self.laid[before].catalog, &catalog);
                if canonical_bytes(&made).ok().is_none_or(|bytes| Digest::of(&bytes) != *difference) {
                    let what = "is said to make another difference than lies between its catalogs";
                    audit.fault(FaultCode::Contradiction, EVENTS_FILE, format!("phase {phase} of {suite} {what}"));
                }
                self.laid.push(State {
                    phases: after(phase).unwrap_or_default(),
                    before: Some(before),
                    digest: catalog_after,
                    catalog,
                    difference: made,
                    rows: tables.iter().map(|(table, held)| (table.as_str(), held.rows)).collect(),
                });
                *standing = vec![self.laid.len() - 1];
            }
            Event::PhaseFailed { suite, phase, catalog_after, catalog_unchanged, tables, revisions, .. } => {
                if let Some(catalog) = catalog_after.as_ref().and_then(|after| catalogs.get(audit, after)) {
                    held(audit, &format!("phase {phase} of {suite}"), &catalog, tables);
                    books(audit, &format!("phase {phase} of {suite}"), &catalog, tables, revisions);
                }
                let is_so = |at: &usize| (Some(self.laid[*at].digest) == catalog_after.as_ref()) == *catalog_unchanged;
                if !standing.is_empty() && !standing.iter().any(is_so) {
                    let what = "is said of its catalog what its catalogs do not come to";
                    audit.fault(FaultCode::Contradiction, EVENTS_FILE, format!("of phase {phase} of {suite} {what}"));
                }
            }
            _ => {}
        }
    }

    /// What a check saw is what the state holds on which it stands.
    pub(super) fn seen(
        &mut self,
        standing: &mut Standing,
        books: Bookkeeping<'_>,
        check: &'a Check,
        seen: &Observation,
    ) -> Result<(), String> {
        let contradictions: Vec<Option<String>> =
            standing.iter().map(|at| self.contradiction(&self.laid[*at], books, check, seen)).collect();
        if let Some(first) = contradictions.first().cloned().flatten()
            && contradictions.iter().all(Option::is_some)
        {
            return Err(first);
        }
        let mut fits = contradictions.iter().map(Option::is_none);
        standing.retain(|_| fits.next().unwrap_or_default());
        self.count(standing, check, seen);
        Ok(())
    }

    /// Remembers the rows that a check counted.
    fn count(&mut self, standing: &Standing, check: &'a Check, seen: &Observation) {
        if let ([at], Expectation::Unchanged(claim), Observation::Unchanged(seen)) =
            (standing.as_slice(), &check.expectation, seen)
            && let (Some(rows), Some(before)) = (&seen.rows_before, self.laid[*at].before)
        {
            let is_unchanged = seen.changes.is_empty() && seen.error.is_none() && check.given.is_none();
            for table in &claim.tables {
                let Some(counted) = rows.get(table) else { continue };
                self.laid[before].rows.entry(table).or_insert(*counted);
                if is_unchanged {
                    self.laid[*at].rows.entry(table).or_insert(*counted);
                }
            }
        }
    }

    fn contradiction(
        &self,
        state: &State<'a>,
        books: Bookkeeping<'_>,
        check: &Check,
        seen: &Observation,
    ) -> Option<String> {
        // What is done before the check may change the catalog.
        let as_it_is = check.given.is_none();
        match (&check.expectation, seen) {
            (Expectation::Catalog(facts), Observation::Catalog(seen)) if as_it_is => {
                let other = seen.objects.iter().find(|(key, object)| state.catalog.get(key) != object.met.as_deref());
                if let Some((key, _)) = other {
                    return Some(format!("{key} is not what the catalog of its state holds"));
                }
                (facts.others(&state.catalog) != seen.others)
                    .then(|| "saw other objects than the catalog of its state holds".to_owned())
            }
            (Expectation::Changes(_), Observation::Changes(seen)) if as_it_is => (seen.difference
                != Some(books.left_out_of(state.difference.clone())))
            .then(|| "saw another difference than its phase makes".to_owned()),
            (Expectation::Unchanged(_), Observation::Unchanged(seen)) => {
                let known = &self.laid[state.before?].rows;
                let counted = seen.rows_before.iter().flatten();
                let mut other =
                    counted.filter(|(table, rows)| known.get(table.as_str()).is_some_and(|known| known != *rows));
                other
                    .next()
                    .map(|(table, _)| format!("counted other rows of {table} than the state before its phase holds"))
            }
            (Expectation::Rollback(claim), Observation::Rollback(seen)) => {
                let way = self.way_to(state);
                let back = &way[claim.to.state(way.len().checked_sub(2)?)..];
                let tables = books.tables_of(claim, &back[0].catalog);
                let rows: Option<u64> = tables.iter().map(|table| back[0].rows.get(table.as_str()).copied()).sum();
                if rows.is_some_and(|rows| rows != seen.rows) {
                    return Some("compared other legacy rows than the state holds that it goes back to".to_owned());
                }
                if claim.absent(back.iter().map(|state| &*state.catalog)) != seen.absent {
                    return Some("missed other tables than the states on its way lack".to_owned());
                }
                let of_books =
                    seen.steps.iter().any(|step| books.left_out_of(step.difference.clone()) != step.difference);
                if of_books {
                    return Some("saw what became of bookkeeping".to_owned());
                }
                differs_from_nothing(&way, seen)
            }
            _ => None,
        }
    }

    /// The states on the way to this one, that of the baseline first.
    fn way_to<'s>(&'s self, state: &'s State<'a>) -> Vec<&'s State<'a>> {
        let mut way = vec![state];
        while let Some(before) = way[way.len() - 1].before {
            way.push(&self.laid[before]);
        }
        way.reverse();
        way
    }
}

/// What the tables are said to hold is said of those that the catalog has.
fn held(audit: &mut Audit<'_>, of: &str, catalog: &Catalog, tables: &BTreeMap<String, TableContent>) {
    if !tables.is_empty() && !catalog.tables().eq(tables.keys().map(String::as_str)) {
        audit.fault(FaultCode::Contradiction, EVENTS_FILE, format!("{of} is said to leave other tables than it has"));
    }
}

/// The books of a migration tool are a table that the catalog has, and hold as many rows as that does.
fn books(
    audit: &mut Audit<'_>,
    of: &str,
    catalog: &Catalog,
    tables: &BTreeMap<String, TableContent>,
    revisions: &BTreeMap<String, Table>,
) {
    for (table, held) in revisions {
        let is_there = catalog.tables().any(|there| there == table);
        let rows = tables.get(table).map(|content| content.rows);
        if !is_there || rows.is_some_and(|rows| rows != held.rows.len() as u64) {
            audit.fault(FaultCode::Contradiction, EVENTS_FILE, format!("{of} is said to leave other books in {table}"));
        }
    }
}

/// Whether a step of the way back differs in what the state that it leads to does not hold.
fn differs_from_nothing(way: &[&State<'_>], seen: &RollbackSeen) -> Option<String> {
    // The way goes down from the last phase and up again; where it rests on an earlier proof it turns at once.
    let down = seen.steps.iter().take_while(|step| step.direction == Direction::Down).count();
    let last = way.len() - 1;
    for (index, step) in seen.steps.iter().enumerate() {
        let reached = if index < down { last.checked_sub(index + 1) } else { (last + index + 1).checked_sub(2 * down) };
        let catalog = &way.get(reached?)?.catalog;
        let difference = &step.difference;
        let had = difference.dropped.iter().chain(difference.altered.iter().map(|(key, two)| (key, &two.before)));
        let mut others =
            had.filter(|(key, definition)| catalog.get(key) != Some(definition.as_str())).map(|(key, _)| key);
        let mut added = difference.added.keys().filter(|key| catalog.get(key).is_some());
        if let Some(key) = others.next().or_else(|| added.next()) {
            return Some(format!(
                "{key} cannot differ so from the state that {} of phase {} leads to",
                step.direction, step.phase
            ));
        }
    }
    None
}
