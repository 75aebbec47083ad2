//! A database that exists is after `check` what it was before, whatever the checks of a suite try.

use std::{collections::BTreeMap, time::Duration};

use forensic_tests::statements::{PLACES, statements};
use libtest_mimic::{Failed, Trial};
use phasegate_engine::{CheckRequest, Limits, Migration, States, WorkingCopy, check, fuzz::Seed, suite::Suite};
use phasegate_evidence::{
    Catalog, Event, ReasonCode, Table, Verdict,
    judge::{Accepts, CatalogFacts, Expectation, Fact, PlanUse, Rows},
};

use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, TestRunner},
};

use crate::{sessions::Place, world::World};

/// What a verdict came to, by check.
type Met = BTreeMap<String, (Verdict, Option<ReasonCode>)>;

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    let trial = |name: &'static str, test: fn(&World) -> Result<(), Failed>| {
        let world = world.clone();
        Trial::test(format!("untouched::{name}"), move || test(&world))
    };
    vec![
        trial("what_ends_its_transaction_is_an_error_and_ends_the_run", leaves),
        trial("what_cannot_be_parsed_is_refused_and_the_run_goes_on", unparsed),
        trial("a_second_statement_is_not_run_where_one_is_expected", second),
        trial("what_is_only_read_cannot_be_made_to_be_written", reads),
        trial("whoever_holds_a_lock_is_not_waited_for", waits),
        trial("random_statements_in_every_place_change_nothing", random),
    ]
}

/// Past the reading of suites, where such a write is refused, the end of its transaction is still noticed.
fn leaves(world: &World) -> Result<(), Failed> {
    let write = "INSERT INTO notes VALUES (3, 'x'); COMMIT; BEGIN".to_owned();
    let met = judged(world, "leaves", |suite| {
        expect(suite, 0, Expectation::Accepts(Accepts { write, rows: 1 }));
    })?;
    holds(met.rows_before == met.rows_after, false, "the write stays: the test shows nothing if it does not")?;
    holds(met.met, verdicts(&[("1.1.0", Verdict::Error, Some(ReasonCode::LeftItsTransaction))]), "the verdicts")
}

/// A message that cannot be parsed is refused whole, with the beginning of the transaction that goes ahead of it.
fn unparsed(world: &World) -> Result<(), Failed> {
    let met = judged(world, "unparsed", |suite| {
        expect(suite, 0, Expectation::Accepts(Accepts { write: "SELECT 1 CREATE TABLE more ()".to_owned(), rows: 1 }));
        let write = "INSERT INTO notes VALUES (3, 'x')".to_owned();
        expect(suite, 1, Expectation::Accepts(Accepts { write, rows: 1 }));
    })?;
    let passed = |id| (id, Verdict::Passed, None);
    let refused = ("1.1.0", Verdict::Failed, Some(ReasonCode::Refused));
    holds(met.met, verdicts(&[refused, passed("1.1.1"), passed("1.1.2")]), "the verdicts")?;
    holds((met.catalog_after, met.rows_after), (met.catalog_before, met.rows_before), "the database")
}

/// Past the reading of suites, where it is refused, a second statement is still not run.
fn second(world: &World) -> Result<(), Failed> {
    let two = "SELECT 1; COMMIT; DROP TABLE notes".to_owned();
    let declared = "UNIQUE ON notes (slug); COMMIT; DROP TABLE notes".to_owned();
    let met = judged(world, "second", |suite| {
        let rows = Rows { query: two.clone(), rows: Vec::new(), examined: Some(two.clone()) };
        expect(suite, 0, Expectation::Rows(rows));
        let plan =
            PlanUse { query: two.clone(), index: None, scan: None, detail: None, without: vec!["Sort".to_owned()] };
        expect(suite, 1, Expectation::Plan(plan));
        let objects = [("index idx_notes_slug".to_owned(), Fact::Exactly(declared))].into();
        expect(suite, 2, Expectation::Catalog(CatalogFacts { objects, exactly: Vec::new() }));
    })?;
    let refused = |id| (id, Verdict::Error, Some(ReasonCode::QueryRefused));
    let differs = ("1.1.2", Verdict::Failed, Some(ReasonCode::Differs));
    holds(met.met, verdicts(&[refused("1.1.0"), refused("1.1.1"), differs]), "the verdicts")?;
    holds((met.catalog_after, met.rows_after), (met.catalog_before, met.rows_before), "the database")
}

/// Past the reading of suites, the server itself refuses to write what is to be read only.
fn reads(world: &World) -> Result<(), Failed> {
    let block = |sql: &str| format!("DO 'BEGIN EXECUTE ''{sql}''; DELETE FROM notes; END'");
    let queries = [
        block("SET TRANSACTION READ WRITE"),
        block("SET transaction_read_only = off"),
        "DELETE FROM notes RETURNING 1".to_owned(),
    ];
    let place = Place::new("reads")?;
    let mut suite = three_checks(&place)?;
    for (check, query) in queries.into_iter().enumerate() {
        expect(&mut suite, check, Expectation::Rows(Rows { query, rows: Vec::new(), examined: None }));
    }
    let met = judged_in(world, &place, "reads", suite, |request| request.read_only = true, "")?;
    let refused = |id| (id, Verdict::Error, Some(ReasonCode::QueryRefused));
    holds(met.met, verdicts(&["1.1.0", "1.1.1", "1.1.2"].map(refused)), "the verdicts")?;
    holds((met.catalog_after, met.rows_after), (met.catalog_before, met.rows_before), "the database")
}

fn waits(world: &World) -> Result<(), Failed> {
    let place = Place::new("waits")?;
    let mut suite = three_checks(&place)?;
    let write = "INSERT INTO notes VALUES (3, 'x')".to_owned();
    expect(&mut suite, 1, Expectation::Accepts(Accepts { write, rows: 1 }));
    let short = |request: &mut CheckRequest| request.limits.lock = Duration::from_millis(100);
    let met = judged_in(world, &place, "waits", suite, short, "LOCK TABLE notes IN SHARE MODE")?;
    let (passed, refused) = ((Verdict::Passed, None), (Verdict::Failed, Some(ReasonCode::Refused)));
    let expected = [("1.1.0", passed), ("1.1.1", refused), ("1.1.2", passed)];
    let expected = expected.map(|(id, (verdict, reason))| (id, verdict, reason));
    holds(met.met, verdicts(&expected), "the verdicts")
}

fn random(world: &World) -> Result<(), Failed> {
    let seed = Seed::from_environment()?;
    println!("random statements: PHASEGATE_SEED={seed}");
    let mut runner = TestRunner::new_with_rng(Config::default(), seed.rng());
    let some = statements();
    let place = Place::new("random")?;
    let (mut gate, mut tried, mut refused) = ("id = '1.1'\nclaim = 'c'\n".to_owned(), 0, 0);
    for number in 0..20 {
        let text = some.new_tree(&mut runner)?.current();
        let text = serde_json::to_string(&text)?;
        for (ordinal, keys) in PLACES.iter().enumerate() {
            let keys = keys.replace('@', &text);
            let check = format!("[[check]]\nid = '1.1.{number}x{ordinal}'\ntitle = 't'\n{keys}\n");
            place.put(GATE, &format!("id = '1.1'\nclaim = 'c'\n{check}"))?;
            match place.suite() {
                Ok(_) => {
                    tried += 1;
                    gate.push_str(&check);
                }
                Err(_) => refused += 1,
            }
        }
    }
    holds(
        tried > 0 && refused > 0,
        true,
        &format!("{tried} checks can be tried and {refused} are refused when they are read"),
    )?;
    place.put(GATE, &gate)?;
    let met = judged_in(world, &place, "random", place.suite()?, |_| {}, "")?;
    holds(met.met.len(), tried, "every check came to a verdict")?;
    holds(
        met.met.values().any(|(_, reason)| *reason == Some(ReasonCode::LeftItsTransaction)),
        false,
        "one left its transaction",
    )?;
    holds(
        (met.catalog_after, met.rows_after),
        (met.catalog_before, met.rows_before),
        &format!("the database, with seed {seed}"),
    )
}

const GATE: &str = "suites/s/gates/1-slugs/1.1-c.toml";

/// A database before and after its checks, and what they came to.
struct Judged {
    met: Met,
    catalog_before: Catalog,
    catalog_after: Catalog,
    rows_before: Option<Table>,
    rows_after: Option<Table>,
}

/// Judges three checks, after `change` has made of them what no suite could say.
fn judged(world: &World, slug: &str, change: impl FnOnce(&mut Suite)) -> Result<Judged, Failed> {
    let place = Place::new(slug)?;
    let mut suite = three_checks(&place)?;
    change(&mut suite);
    judged_in(world, &place, slug, suite, |_| {}, "")
}

/// A suite with three checks that pass.
fn three_checks(place: &Place) -> Result<Suite, Failed> {
    let check = |n: u8| format!("[[check]]\nid = '1.1.{n}'\ntitle = 't'\nquery = 'SELECT 1'\nrows = [[1]]\n");
    place.put(GATE, &format!("id = '1.1'\nclaim = 'c'\n{}{}{}", check(0), check(1), check(2)))?;
    place.suite()
}

/// Judges a suite on a database after its phase, while a session of ours has begun this.
fn judged_in(
    world: &World,
    place: &Place,
    slug: &str,
    suite: Suite,
    change: impl FnOnce(&mut CheckRequest),
    meanwhile: &str,
) -> Result<Judged, Failed> {
    world.on_the_server(async |server| {
        let name = format!("untouched{}_{slug}", std::process::id());
        let states = States::kept(&suite, Some(server), &name, Limits::default())?;
        let mut copy = states.working_copy(&Migration::of(&suite), 1).await?;
        let (catalog_before, rows_before) = contents(&mut copy).await?;
        let mut request = place.request(&suite, states.host().url(&copy.database));
        change(&mut request);
        let mut met = Met::new();
        let mut listener = |event: &Event| {
            if let Event::CheckJudged { check, verdict, reason, .. } = event {
                met.insert(check.clone(), (*verdict, reason.as_ref().map(|reason| reason.code)));
            }
        };
        copy.session.begin().await?;
        copy.session.run(meanwhile).await?;
        check(request, &mut listener).await?;
        copy.session.rollback().await?;
        let (catalog_after, rows_after) = contents(&mut copy).await?;
        states.clear(copy).await?;
        states.close().await?;
        Ok(Judged { met, catalog_before, catalog_after, rows_before, rows_after })
    })
}

/// The catalog, and the rows of the one table where it is still there.
async fn contents(copy: &mut WorkingCopy) -> Result<(Catalog, Option<Table>), Failed> {
    let rows = copy.session.run("SELECT * FROM notes ORDER BY id").await.ok().map(|ran| ran.table);
    Ok((copy.session.catalog().await?, rows))
}

fn expect(suite: &mut Suite, check: usize, expectation: Expectation) {
    suite.phases[0].gates[0].checks[check].expectation = expectation;
}

fn verdicts(of: &[(&str, Verdict, Option<ReasonCode>)]) -> Met {
    of.iter().map(|(id, verdict, reason)| ((*id).to_owned(), (*verdict, *reason))).collect()
}

fn holds<T: PartialEq + std::fmt::Debug>(met: T, expected: T, what: &str) -> Result<(), Failed> {
    if met == expected { Ok(()) } else { Err(format!("{what}: met {met:?}, expected {expected:?}").into()) }
}
