//! The gates of `trading-phase-1c` alone, on a migrated database that somebody else has filled: they pass on other rows than
//! ours, write nothing, and catch by themselves whatever has been altered since.

use std::collections::BTreeMap;

use libtest_mimic::{Failed, Trial};
use phasegate_database::Session;
use phasegate_engine::{WorkingCopy, fuzz::Stage};
use phasegate_evidence::Verdict;
use trading_model::{Load, history::Shape, load};

use crate::{gates_alone, properties_replay::ensure, properties_trial::Ground, world::World};

/// The checks that did not open their gate, and why.
type Caught = BTreeMap<String, String>;

/// What each alteration of the migrated schema is, and the check that must catch it.
const ALTERATIONS: &[(&str, &str, &str)] = &[
    ("a_dropped_trigger", "DROP TRIGGER ctrg_cash_ledger_chain ON cash_ledger", "S8.schema.triggers"),
    (
        "a_trigger_that_is_disabled",
        "ALTER TABLE risk_event DISABLE TRIGGER trg_risk_event_append_only",
        "S8.schema.triggers",
    ),
    (
        "a_trigger_that_fires_too_early",
        "DROP TRIGGER ctrg_cash_ledger_chain ON cash_ledger;
         CREATE TRIGGER ctrg_cash_ledger_chain AFTER INSERT ON cash_ledger
             FOR EACH ROW EXECUTE FUNCTION fn_validate_cash_ledger_chain()",
        "S8.schema.triggers",
    ),
    (
        "a_bound_that_moved_by_one_unit",
        "ALTER TABLE asset DROP CONSTRAINT ck_asset_tick_size_pos,
             ADD CONSTRAINT ck_asset_tick_size_pos CHECK (tick_size > -0.000000000000000001)",
        "S8.schema.constraints",
    ),
    (
        "a_check_that_is_not_valid",
        "ALTER TABLE order_fill DROP CONSTRAINT ck_order_fill_v2_fee_formula,
             ADD CONSTRAINT ck_order_fill_v2_fee_formula CHECK (fee_paid = fee_expected) NOT VALID",
        "S8.schema.constraints",
    ),
    (
        "a_reference_to_another_column",
        "ALTER TABLE model_training_window ADD CONSTRAINT fk_of_somebody FOREIGN KEY (model_version_id)
             REFERENCES model_version (model_version_id) NOT VALID",
        "S8.schema.constraints",
    ),
    (
        "a_reference_that_deletes_along",
        "DO $$ DECLARE k record; BEGIN
             SELECT conname, pg_get_constraintdef(oid) AS words INTO STRICT k FROM pg_constraint
             WHERE conrelid = 'position_lot'::regclass AND contype = 'f' ORDER BY conname LIMIT 1;
             EXECUTE format('ALTER TABLE position_lot DROP CONSTRAINT %1$I, ADD CONSTRAINT %1$I %2$s ON DELETE CASCADE',
                 k.conname, regexp_replace(k.words, ' ON (UPDATE|DELETE).*', ''));
         END $$",
        "S8.schema.constraints",
    ),
    (
        "another_body_of_a_function",
        "CREATE OR REPLACE FUNCTION fn_enforce_append_only() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN RETURN NULL; END'",
        "S8.schema.functions",
    ),
    (
        "a_function_with_settings_of_its_own",
        "ALTER FUNCTION fn_enforce_append_only() SET search_path = pg_temp",
        "S8.schema.functions",
    ),
    ("a_lost_index", "DROP INDEX idx_asset_is_active", "S8.schema.indexes"),
    ("another_default", "ALTER TABLE asset ALTER COLUMN is_active SET DEFAULT false", "S8.schema.columns"),
    ("a_wider_column", "ALTER TABLE risk_event ALTER COLUMN severity DROP NOT NULL", "S8.schema.columns"),
    ("one_more_table", "CREATE TABLE of_somebody (id integer)", "S8.schema.relations"),
    ("one_more_view", "CREATE VIEW of_somebody AS SELECT * FROM cash_ledger", "S8.schema.relations"),
    ("one_more_right", "GRANT UPDATE ON cash_ledger TO pg_monitor", "S8.schema.relations"),
    ("a_right_to_one_column", "GRANT UPDATE (delta_cash) ON cash_ledger TO pg_monitor", "S8.schema.columns"),
    ("rows_that_are_hidden", "ALTER TABLE cash_ledger ENABLE ROW LEVEL SECURITY", "S8.schema.relations"),
    (
        "a_rule_that_swallows_rows",
        "CREATE RULE swallow AS ON INSERT TO executed_trade DO INSTEAD NOTHING",
        "S8.schema.relations",
    ),
    ("one_more_label", "ALTER TYPE run_mode_enum ADD VALUE 'REPLAY'", "S8.schema.types"),
];

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    let ground = Ground { world, suite: "trading-phase-1c", stage: Stage::after_all_phases };
    let mut trials = vec![
        ground.trial("check_alone_passes_on_the_rows_of_the_suite", async |stage| passes(stage, Rows::Ours).await),
        ground.trial("check_alone_passes_on_another_history", async |stage| passes(stage, Rows::AnotherHistory).await),
        ground
            .trial("check_alone_passes_with_rows_by_hand_among_them", async |stage| passes(stage, Rows::ByHand).await),
        ground.trial("check_alone_fails_on_no_rows_at_all", async |stage| {
            let (verdict, caught) = filled_and_judged(stage, Rows::None).await?;
            ensure(verdict == Verdict::Failed && caught.contains_key("S8.ledger_continuity.total"), || {
                format!("{verdict}: {caught:?}")
            })
        }),
    ];
    trials.extend(ALTERATIONS.iter().map(|(claim, sql, check)| {
        ground.trial(&format!("check_alone_catches_{claim}"), async move |stage| {
            let mut copy = stage.fresh().await?;
            copy.session.run(sql).await?;
            let (verdict, caught) = judged(stage, copy).await?;
            let is_caught = verdict == Verdict::Failed && caught.contains_key(*check);
            ensure(is_caught, || format!("{verdict}, caught by {caught:?}, expected {check}"))
        })
    }));
    trials
}

/// What the migrated tables hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rows {
    Ours,
    AnotherHistory,
    ByHand,
    None,
}

async fn passes(stage: &Stage, rows: Rows) -> Result<(), Failed> {
    let (verdict, caught) = filled_and_judged(stage, rows).await?;
    ensure(verdict.opens_the_gate() && caught.is_empty(), || format!("{verdict}: {caught:?}"))
}

async fn filled_and_judged(stage: &Stage, rows: Rows) -> Result<(Verdict, Caught), Failed> {
    let mut copy = stage.fresh().await?;
    if matches!(rows, Rows::AnotherHistory | Rows::None) {
        empty(&mut copy.session).await?;
    }
    if rows == Rows::AnotherHistory {
        let url = stage.states.host().url(&copy.database);
        let all = Load { shape: Shape::large(0x00c0_ffee), rows: 3_000, tables: Vec::new(), unchecked: false };
        load(&url, all).await?;
    }
    if rows == Rows::ByHand {
        copy.session.run(BY_HAND).await?;
    }
    judged(stage, copy).await
}

/// What a person would write.
const BY_HAND: &str = "
INSERT INTO asset OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(a, jsonb_build_object('asset_id', 77, 'symbol', 'BY-HAND'))).* FROM asset a LIMIT 1;
INSERT INTO account OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(a, jsonb_build_object('account_id', 77, 'account_code', 'BY-HAND'))).*
FROM account a LIMIT 1;";

/// Takes every row away but those of the migration itself and those that it archived.
async fn empty(session: &mut Session) -> Result<(), Failed> {
    let deletes = "SELECT string_agg(format('DELETE FROM %I', relname), '; ') FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'schema_migration_control'
            AND relname NOT LIKE '%\\_archive'";
    let deletes = session.run(deletes).await?.table.single().unwrap_or_default().to_owned();
    Ok(session.run(&format!("SET LOCAL session_replication_role = replica; {deletes}")).await.map(drop)?)
}

/// Judges the gates alone, reading only, and holds the catalog to what it was; gives the checks that did not open their gate.
async fn judged(stage: &Stage, mut copy: WorkingCopy) -> Result<(Verdict, Caught), Failed> {
    let before = copy.session.catalog().await?;
    let (verdict, met) = gates_alone::judged(&stage.states, &copy, true).await?;
    ensure(copy.session.catalog().await? == before, || "check changed the catalog".to_owned())?;
    stage.states.clear(copy).await?;
    Ok((verdict, gates_alone::caught(met)))
}
