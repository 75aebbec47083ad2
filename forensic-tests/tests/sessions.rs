//! Steps on named sessions, on a real server: each commits for real, waits for others, and leaves nothing behind.

use std::fs;

use libtest_mimic::{Failed, Trial};
use phasegate_engine::{
    CheckRequest, Events, Limits, Migration, States, check, judge_gate, play,
    suite::{self, Suite},
};
use phasegate_evidence::{Event, ReasonCode, Verdict};

use crate::world::World;

const SUITE: &str = r#"
suite = "s"
title = "notes"
source = "this file"
fixtures = "../../fixtures"
server = { kind = "postgres" }
baseline = { schema = ["baseline.sql"] }
[[phase]]
id = "1"
slug = "1-slugs"
title = "slugs"
up = "up.sql"
"#;

const BASELINE: &str = "CREATE TABLE notes (id int PRIMARY KEY, body text); INSERT INTO notes VALUES (1), (2);";
const UP: &str = "ALTER TABLE notes ADD slug text; CREATE UNIQUE INDEX idx_notes_slug ON notes (slug);";

/// A gate that is judged without sessions of its own.
const COMMITS_NOTHING: &str = r#"
id = "1.2"
claim = "c"
[[check]]
id = "1.2.0"
title = "there are notes"
query = "SELECT count(*) FROM notes"
rows = [[2]]
"#;

/// Each check by its title, with its steps and what it must come to: nothing where it passes.
type Case = (&'static str, &'static str, &'static str);

const SAME_KEY: [Case; 4] = [
    (
        "refused after a commit",
        "first: BEGIN; INSERT INTO notes VALUES (3, '', 'x')
         second: INSERT INTO notes VALUES (4, '', 'x') | blocked_by = 'first', rejects = { sqlstate = '23505', by = 'idx_notes_slug' }
         first: COMMIT",
        "",
    ),
    (
        "accepted after a rollback",
        "first: BEGIN; INSERT INTO notes VALUES (3, '', 'x')
         second: INSERT INTO notes VALUES (4, '', 'x') | blocked_by = 'first', affects = 1
         first: ROLLBACK
         third: SELECT id FROM notes WHERE slug = 'x' | rows = [[4]]",
        "",
    ),
    (
        "not refused after a rollback",
        "first: BEGIN; INSERT INTO notes VALUES (3, '', 'x')
         second: INSERT INTO notes VALUES (4, '', 'x') | blocked_by = 'first', rejects = { sqlstate = '23505', by = 'idx_notes_slug' }
         first: ROLLBACK",
        "failed not-refused: step 2: ",
    ),
    (
        "not accepted after a commit",
        "first: BEGIN; INSERT INTO notes VALUES (3, '', 'x')
         second: INSERT INTO notes VALUES (4, '', 'x') | blocked_by = 'first'
         first: COMMIT",
        "failed refused: step 2: 23505",
    ),
];

const ADVISORY_LOCK: [Case; 2] = [
    (
        "held by its session across statements",
        "keeper: SELECT pg_advisory_lock(7)
         other: SELECT pg_advisory_lock(7) | blocked_by = 'keeper'
         : SELECT pg_try_advisory_lock(7) | rows = [[false]]
         keeper: SELECT pg_advisory_unlock(7) | rows = [[true]]
         other: SELECT pg_advisory_unlock(7) | rows = [[true]]",
        "",
    ),
    (
        "of a transaction that is over",
        "keeper: SELECT pg_advisory_xact_lock(7)
         other: SELECT pg_advisory_lock(7) | blocked_by = 'keeper'",
        "failed not-blocked: step 2: it did not wait for keeper",
    ),
];

const WAITS_FOR_ANOTHER: [Case; 2] = [
    (
        "said to wait for one that holds nothing",
        "first: BEGIN; UPDATE notes SET body = 'x' WHERE id = 1
         second: UPDATE notes SET body = 'y' WHERE id = 2 | blocked_by = 'first'",
        "failed not-blocked: step 2: it did not wait for first",
    ),
    (
        "that waits for a third",
        "first: SELECT 1
         third: BEGIN; UPDATE notes SET body = 'x' WHERE id = 1
         second: UPDATE notes SET body = 'y' WHERE id = 1 | blocked_by = 'first'",
        "failed not-blocked: step 3: it did not wait for first, but for third",
    ),
];

const NOT_SAID: [Case; 1] = [(
    "that waits though nothing says so",
    "first: BEGIN; UPDATE notes SET body = 'x' WHERE id = 1
     second: UPDATE notes SET body = 'y' WHERE id = 1",
    "error timed-out: step 2: not done after 1000 ms, the time limit; it waited for first",
)];

const NEVER_LET_GO: [Case; 1] = [(
    "whose blocker never ends",
    "first: BEGIN; UPDATE notes SET body = 'x' WHERE id = 1
     second: UPDATE notes SET body = 'y' WHERE id = 1 | blocked_by = 'first'",
    "error timed-out: step 2: not done after 1000 ms, the time limit; it waited for first",
)];

const GONE: [Case; 4] = [
    (
        "that commits",
        "writer: INSERT INTO notes VALUES (3)
         reader: SELECT count(*) FROM notes | rows = [[3]]",
        "",
    ),
    ("on named sessions after it", "reader: SELECT count(*) FROM notes | rows = [[2]]", ""),
    ("in a transaction after it", ": SELECT count(*) FROM notes | rows = [[2]]", ""),
    (
        "that counts on what was committed",
        ": SELECT count(*) FROM notes | rows = [[3]]",
        "failed rows-differ: step 1: ",
    ),
];

/// Which of two that wait for the same row writes it first is the server's affair; both have when the next step looks.
const LET_GO: [Case; 2] = [
    (
        "that waits for one that waits",
        "a: BEGIN; UPDATE notes SET body = 'a' WHERE id = 1
         b: UPDATE notes SET body = body || 'b' WHERE id = 1 | blocked_by = 'a'
         c: UPDATE notes SET body = body || 'c' WHERE id = 1 | blocked_by = 'b'
         a: COMMIT
         d: SELECT length(body) FROM notes WHERE id = 1 | rows = [[3]]",
        "",
    ),
    (
        "that has not been let go",
        "a: BEGIN; UPDATE notes SET body = 'a' WHERE id = 1
         b: UPDATE notes SET body = body || 'b' WHERE id = 1 | blocked_by = 'a'
         d: SELECT body FROM notes WHERE id = 1 | rows = [['ab']]",
        "failed rows-differ: step 3: ",
    ),
];

const BY_ITSELF: [Case; 3] = [
    (
        "before the one that is refused",
        "a: INSERT INTO notes VALUES (3); SELECT 1 / 0 | rejects = { sqlstate = '22012', by = 'routine int4div' }
         b: SELECT count(*) FROM notes | rows = [[3]]",
        "",
    ),
    (
        "unless it is in a transaction",
        "a: BEGIN; INSERT INTO notes VALUES (3); SELECT 1 / 0 | rejects = { sqlstate = '22012', by = 'routine int4div' }
         a: COMMIT
         b: SELECT count(*) FROM notes | rows = [[2]]",
        "",
    ),
    ("even one that no transaction allows", "a: CREATE INDEX CONCURRENTLY i ON notes (body); VACUUM notes", ""),
];

/// Who of the two is refused is decided by whose wait the server looks into first.
const DEADLOCK: [Case; 2] = [
    (
        "one is refused and the other goes on",
        "a: BEGIN; UPDATE notes SET body = 'a' WHERE id = 1
         b: BEGIN; UPDATE notes SET body = 'b' WHERE id = 2
         a: UPDATE notes SET body = 'a' WHERE id = 2 | blocked_by = 'b', affects = 1, settings = { deadlock_timeout = '10min' }
         b: UPDATE notes SET body = 'b' WHERE id = 1 | rejects = { sqlstate = '40P01', by = 'routine DeadLockReport' }, settings = { deadlock_timeout = '1ms' }
         a: COMMIT
         b: ROLLBACK
         c: SELECT string_agg(body, '' ORDER BY id) FROM notes | rows = [['aa']]",
        "",
    ),
    (
        "none where both lock in one order",
        "a: BEGIN; UPDATE notes SET body = 'a' WHERE id = 1
         b: BEGIN; UPDATE notes SET body = 'b' WHERE id = 1 | blocked_by = 'a', rejects = { sqlstate = '40P01', by = 'routine DeadLockReport' }
         a: UPDATE notes SET body = 'a' WHERE id = 2; COMMIT",
        "failed not-refused: step 2: ",
    ),
];

const ROLES: [Case; 3] = [
    (
        "role and settings hold for their step alone",
        "a: SELECT current_user, current_setting('my.tenant') | rows = [['pg_monitor', 'x']], as = 'pg_monitor', settings = { 'my.tenant' = 'x' }
         a: SELECT current_user = session_user, current_setting('my.tenant') | rows = [[true, '']]",
        "",
    ),
    (
        "a transaction that fails does not bring them back",
        "a: BEGIN | as = 'pg_monitor'
         a: SELECT 1 / 0 | as = 'pg_monitor', rejects = { sqlstate = '22012', by = 'routine int4div' }
         a: ROLLBACK
         a: SELECT current_user = session_user | rows = [[true]]",
        "",
    ),
    (
        "a role that is not there refuses the step",
        "a: SELECT 1 | as = 'nobody of this name'",
        "failed refused: step 1: ",
    ),
];

/// With rows that the check itself prepares.
const GIVEN: [Case; 2] = [
    ("seen by every session", "a: SELECT count(*) FROM notes WHERE id = 9 | rows = [[1]]", ""),
    ("not taken for more", "a: SELECT count(*) FROM notes WHERE id = 9 | rows = [[2]]", "failed rows-differ: step 1: "),
];

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    let judged = |name: &str, keys: &'static str, cases: &'static [Case]| {
        let world = world.clone();
        let slug = name.to_owned();
        Trial::test(format!("sessions::{name}"), move || Place::new(&slug)?.judged(&world, keys, cases))
    };
    let trial = |name: &'static str, test: fn(&World, &str) -> Result<(), Failed>| {
        let world = world.clone();
        Trial::test(format!("sessions::{name}"), move || test(&world, name))
    };
    vec![
        judged("the_second_of_two_with_one_key_waits_for_the_end_of_the_first", "", &SAME_KEY),
        judged("an_advisory_lock_is_held_by_its_session", "", &ADVISORY_LOCK),
        judged("a_step_that_does_not_wait_for_whom_it_says_fails", "", &WAITS_FOR_ANOTHER),
        judged("a_step_that_waits_though_nothing_says_so_is_timed_out", "timeout = '1s'", &NOT_SAID),
        judged("a_step_that_is_never_let_go_is_timed_out", "timeout = '1s'", &NEVER_LET_GO),
        judged("what_a_named_session_committed_is_gone_for_the_next_check", "", &GONE),
        judged("each_statement_commits_by_itself", "", &BY_ITSELF),
        judged("whoever_is_let_go_ends_before_the_next_step", "", &LET_GO),
        judged("of_two_in_a_deadlock_one_is_refused", "", &DEADLOCK),
        judged("a_role_holds_for_its_step", "", &ROLES),
        judged("what_is_given_is_there_for_every_session", "given = 'INSERT INTO notes VALUES (9)'", &GIVEN),
        trial("a_probe_may_name_sessions", probe),
        trial("a_database_that_exists_is_left_alone", existing),
    ]
}

/// A suite in a folder of its own.
pub(crate) struct Place {
    slug: String,
    root: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new(slug: &str) -> Result<Self, Failed> {
        let place = Self { slug: slug.to_owned(), root: tempfile::tempdir()? };
        place.put("suites/s/suite.toml", SUITE)?;
        place.put("fixtures/baseline.sql", BASELINE)?;
        place.put("fixtures/up.sql", UP)?;
        Ok(place)
    }

    pub(crate) fn put(&self, name: &str, text: &str) -> Result<(), Failed> {
        let path = self.root.path().join(name);
        fs::create_dir_all(path.parent().ok_or("no folder")?)?;
        Ok(fs::write(path, text)?)
    }

    fn put_gate(&self, keys: &str, cases: &[Case]) -> Result<(), Failed> {
        let mut gate = "id = '1.1'\nclaim = 'c'\n".to_owned();
        for (index, (title, steps, _)) in cases.iter().enumerate() {
            gate.push_str(&format!("[[check]]\nid = '1.1.{index}'\ntitle = '{title}'\n{keys}\n"));
            gate.push_str(&written(steps, "check.step"));
        }
        self.put("suites/s/gates/1-slugs/1.1-c.toml", &gate)
    }

    pub(crate) fn suite(&self) -> Result<Suite, Failed> {
        let suites = suite::load(&self.root.path().join("suites"), &[]).map_err(|error| error.to_string())?;
        suites.into_iter().next().ok_or_else(|| "no suite".into())
    }

    /// What `check` is asked of a database that exists.
    pub(crate) fn request(&self, suite: &Suite, database_url: String) -> CheckRequest {
        CheckRequest {
            suite: suite.clone(),
            database_url,
            through: None,
            read_only: false,
            runs: self.root.path().join("runs"),
            limits: Limits::default(),
        }
    }

    /// Judges the cases, and that no database is left of them.
    fn judged(&self, world: &World, keys: &str, cases: &[Case]) -> Result<(), Failed> {
        self.put_gate(keys, cases)?;
        self.put("suites/s/gates/1-slugs/1.2-c.toml", COMMITS_NOTHING)?;
        let suite = self.suite()?;
        let [gate, commits_nothing] = suite.phases[0].gates.as_slice() else {
            return Err("two gates were put there".into());
        };
        world.on_the_server(async |server| {
            let name = format!("sessions{}_{:.20}", std::process::id(), self.slug);
            let states = States::kept(&suite, Some(server), &name, Limits::default())?;
            judge_gate(&states, 0, commits_nothing, &mut Events::unrecorded(&mut |_| {})).await?;
            let before = databases(&states).await?;
            let mut met = Vec::new();
            let mut listener = |event: &Event| {
                if let Event::CheckJudged { check, verdict, reason, .. } = event {
                    let reason = reason.as_ref().map(ToString::to_string).unwrap_or_default();
                    met.push((check.clone(), *verdict, reason));
                }
            };
            judge_gate(&states, 0, gate, &mut Events::unrecorded(&mut listener)).await?;
            let left = databases(&states).await? - before;
            states.close().await?;
            let mut wrong = Vec::new();
            for (index, (title, _, expected)) in cases.iter().enumerate() {
                let id = format!("1.1.{index}");
                let met = met.iter().find(|(check, ..)| *check == id).map(|(_, verdict, reason)| match verdict {
                    Verdict::Passed => String::new(),
                    other => format!("{other} {reason}"),
                });
                if !met.as_ref().is_some_and(|met| met.starts_with(expected) && met.is_empty() == expected.is_empty()) {
                    wrong.push(format!("{title}: met {met:?}, expected {expected:?}"));
                }
            }
            if left > 0 {
                wrong.push(format!("{left} databases were left"));
            }
            if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
        })
    }
}

/// Steps, one a line: the session, the SQL, and what else the step says.
fn written(steps: &str, key: &str) -> String {
    let step = |line: &str| {
        let (session, rest) = line.trim().split_once(':').unwrap_or_default();
        let (run, says) = rest.rsplit_once(" | ").unwrap_or((rest, ""));
        let session = if session.is_empty() { String::new() } else { format!("session = '{session}', ") };
        format!("{{ {session}run = \"{}\", {says} }}", run.trim())
    };
    let steps: Vec<String> = steps.lines().map(step).collect();
    format!("{} = [\n{}\n]\n", key.rsplit('.').next().unwrap_or(key), steps.join(",\n").replace(",  }", " }"))
}

/// How many databases these states have.
async fn databases(states: &States) -> Result<i64, Failed> {
    let mut copy = states.working_copy(&Migration::of(states.suite()), 1).await?;
    let count =
        "SELECT count(*) FROM pg_database WHERE datname LIKE regexp_replace(current_database(), '[0-9]+$', '%')";
    let ran = copy.session.run(count).await?;
    states.clear(copy).await?;
    ran.table.single().and_then(|count| count.parse().ok()).ok_or_else(|| "no number".into())
}

fn probe(world: &World, name: &str) -> Result<(), Failed> {
    let place = Place::new(name)?;
    place.put_gate("", &GONE[1..2])?;
    for (slug, case) in [("holds", &SAME_KEY[0]), ("does-not", &SAME_KEY[2])] {
        let scenario = "title = 't'\nwhy = 'w'\nkind = 'probe'\nphase = '1'\n";
        place.put(&format!("suites/s/scenarios/{slug}.toml"), &format!("{scenario}{}", written(case.1, "step")))?;
    }
    let suite = place.suite()?;
    world.on_the_server(async |server| {
        let name = format!("sessions{}_probe", std::process::id());
        let states = States::kept(&suite, Some(server), &name, Limits::default())?;
        let mut met = Vec::new();
        for scenario in &suite.scenarios {
            let judged = play(&states, scenario, &mut Events::unrecorded(&mut |_| {})).await?;
            met.push((scenario.slug.as_str(), judged.verdict));
        }
        states.close().await?;
        if met == [("does-not", Verdict::Failed), ("holds", Verdict::Passed)] {
            Ok(())
        } else {
            Err(format!("met {met:?}").into())
        }
    })
}

/// Judges the gates alone: what commits is not applicable, and nothing is committed.
fn existing(world: &World, name: &str) -> Result<(), Failed> {
    let place = Place::new(name)?;
    place.put_gate("", &GONE[..3])?;
    let suite = place.suite()?;
    world.on_the_server(async |server| {
        let name = format!("sessions{}_existing", std::process::id());
        let states = States::kept(&suite, Some(server), &name, Limits::default())?;
        let mut copy = states.working_copy(&Migration::of(&suite), 1).await?;
        let request = place.request(&suite, states.host().url(&copy.database));
        let mut met = Vec::new();
        let mut listener = |event: &Event| {
            if let Event::CheckJudged { verdict, reason, .. } = event {
                met.push((*verdict, reason.as_ref().map(|reason| reason.code)));
            }
        };
        check(request, &mut listener).await?;
        let rows = copy.session.run("SELECT count(*) FROM notes").await?.table;
        states.clear(copy).await?;
        states.close().await?;
        let left_out = (Verdict::NotApplicable, Some(ReasonCode::NeedsARun));
        if met == [left_out, left_out, (Verdict::Passed, None)] && rows.single() == Some("2") {
            Ok(())
        } else {
            Err(format!("met {met:?}, and {rows:?} rows").into())
        }
    })
}
