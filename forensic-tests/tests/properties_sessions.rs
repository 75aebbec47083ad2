//! Two sessions at once against a model that says who waits for whom, what becomes of each statement, and who refuses it.

use std::{fmt::Debug, fs, path::Path};

use forensic_tests::trading::{Played, append, appends, sales, sell};
use libtest_mimic::{Failed, Trial};
use phasegate_engine::{
    Events,
    fuzz::{Seed, Stage},
    judge_gate,
};
use phasegate_evidence::{
    Event, Verdict,
    judge::{Check, Expectation, Sequence},
};
use proptest::{
    strategy::{SBoxedStrategy, Strategy, ValueTree},
    test_runner::{Config, TestRunner},
};

use crate::{
    properties_replay::ensure,
    properties_trial::{FIXED, Ground},
    world::World,
};

/// How many cases are tried; each commits, and so takes a copy of the state.
const CASES: u32 = 20;

const SHRINKS_MAX: u32 = 40;

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    let ground = Ground { world, suite: "trading-phase-1c", stage: Stage::after_all_phases };
    let appending =
        "property_08_of_two_sessions_that_append_to_one_ledger_each_is_refused_exactly_what_breaks_its_chain";
    let selling = "property_12_of_two_sessions_that_sell_of_one_lot_the_second_waits_and_never_oversells";
    vec![
        ground.trial(appending, async move |stage| holds(stage, appending, appends(), append).await),
        ground.trial(selling, async move |stage| holds(stage, selling, sales(), sell).await),
        ground.trial("property_08_notices_two_sessions_whose_chain_nobody_checks", async |stage| {
            notices(stage, appends(), append, "DROP TRIGGER ctrg_cash_ledger_chain ON cash_ledger").await
        }),
        ground.trial("property_08_notices_two_sessions_that_write_one_number_twice", async |stage| {
            let defect = "ALTER TABLE cash_ledger DROP CONSTRAINT uq_cash_ledger_v2_account_mode_seq CASCADE";
            notices(stage, appends(), append, defect).await
        }),
        ground.trial("property_12_notices_a_lot_that_two_sessions_oversell", async |stage| {
            let defect = "ALTER TABLE position_lot DROP CONSTRAINT ck_position_lot_remaining_range";
            notices(stage, sales(), sell, defect).await
        }),
    ]
}

async fn holds<C: Debug>(
    stage: &Stage,
    name: &str,
    cases: SBoxedStrategy<C>,
    play: fn(&C) -> Played,
) -> Result<(), Failed> {
    let seed = Seed::from_environment()?;
    let line = format!("{name}: seed {seed}, {CASES} cases\n");
    eprint!("{line}");
    let Some((case, why)) = hunt(stage, seed, &cases, play, "").await? else { return Ok(()) };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("phasegate-failures");
    fs::create_dir_all(&folder)?;
    let file = folder.join(format!("{name}.{seed}.sql"));
    fs::write(&file, sql(name, seed, &case, &why, &play(&case)))?;
    Err(format!("{why}\ncase:   {case:?}\nagain:  PHASEGATE_SEED={seed}\nreplay: {}", file.display()).into())
}

async fn notices<C: Debug>(
    stage: &Stage,
    cases: SBoxedStrategy<C>,
    play: fn(&C) -> Played,
    defect: &str,
) -> Result<(), Failed> {
    let found = hunt(stage, FIXED.seed, &cases, play, defect).await?;
    ensure(found.is_some(), || format!("it holds in spite of {defect}"))
}

/// The smallest case that differs, and how.
async fn hunt<C>(
    stage: &Stage,
    seed: Seed,
    cases: &SBoxedStrategy<C>,
    play: fn(&C) -> Played,
    defect: &str,
) -> Result<Option<(C, String)>, Failed>
where
    C: Debug,
{
    let mut runner = TestRunner::new_with_rng(Config::default(), seed.rng());
    for _ in 0..CASES {
        let mut tree = cases.new_tree(&mut runner)?;
        let Some(why) = differs(stage, play(&tree.current()), defect).await? else { continue };
        let mut best = (tree.current(), why);
        let mut is_smaller = defect.is_empty() && tree.simplify();
        for _ in 0..SHRINKS_MAX {
            if !is_smaller {
                break;
            }
            is_smaller = match differs(stage, play(&tree.current()), defect).await? {
                Some(why) => {
                    best = (tree.current(), why);
                    tree.simplify()
                }
                None => tree.complicate(),
            };
        }
        return Ok(Some(best));
    }
    Ok(None)
}

/// Plays the steps on a copy of the state, as a check with named sessions does; how they end otherwise than the model says.
async fn differs(stage: &Stage, played: Played, defect: &str) -> Result<Option<String>, Failed> {
    let suite = stage.states.suite();
    let last = suite.phases.len() - 1;
    let mut gate = suite.phases[last].gates.first().ok_or("the last phase has no gate")?.clone();
    let mut check = Check::new("sessions", "two sessions", Expectation::Sequence(Sequence { steps: played.steps }));
    check.given = Some(format!("{defect};\n{}", played.given));
    gate.checks = vec![check];
    let mut met = None;
    let mut listener = |event: &Event| {
        if let Event::CheckJudged { verdict, reason, .. } = event {
            met = Some((*verdict, reason.as_ref().map(|reason| reason.detail.clone()).unwrap_or_default()));
        }
    };
    judge_gate(&stage.states, last, &gate, &mut Events::unrecorded(&mut listener)).await?;
    match met.ok_or("the steps were not judged")? {
        (Verdict::Passed, _) => Ok(None),
        (Verdict::Failed, why) => Ok(Some(why)),
        (other, why) => Err(format!("{other}: {why}").into()),
    }
}

/// The steps as SQL, each with its session, for two prompts side by side.
fn sql<C: Debug>(name: &str, seed: Seed, case: &C, why: &str, played: &Played) -> String {
    let mut text = format!("-- {name}: seed {seed}\n-- {why}\n-- {case:?}\n\n{}", played.given);
    for (number, step) in (1..).zip(&played.steps) {
        let session = step.session.as_deref().unwrap_or("");
        let waits = step.blocked_by.as_ref().map(|by| format!(", waits for {by}")).unwrap_or_default();
        let refused =
            step.rejects.as_ref().map(|by| format!(", refused {} {}", by.sqlstate, by.by)).unwrap_or_default();
        text.push_str(&format!("\n-- step {number}, {session}{waits}{refused}:\n{};\n", step.run));
    }
    text
}
