//! The verification from streamed rows: the migrated history verifies, and each kind of break that is planted is found at the
//! first row that it spoils.

use std::collections::BTreeMap;

use libtest_mimic::{Failed, Trial};
use phasegate_database::Literal;
use phasegate_engine::fuzz::Stage;
use trading_model::{
    Decimal, Hash, Record as _, RunMode, Text,
    hash::{Hashed as _, Preimage},
    history::{History, Partition, Shape},
    table::{CashLedger, OrderFill, OrderRequest, RunContext},
    verify::{self, Anchor, Class},
};

use crate::{properties_trial::Ground, world::World};

/// The partition whose ledger is spoiled, and the row.
const PARTITION: Partition = Partition { account_id: 1, run_mode: RunMode::Live };
const SEQ: usize = 3;

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    let ground = Ground { world, suite: "trading-phase-1c", stage: Stage::after_all_phases };
    let ledger = "cash_ledger WHERE account_id = 1 AND run_mode = 'LIVE' AND ledger_seq";
    let planted = |claim, sql, expected| planted(ground, claim, sql, expected);
    let set =
        |what: &str| format!("UPDATE cash_ledger SET {what} WHERE account_id = 1 AND run_mode = 'LIVE' AND ledger_seq");
    vec![
        ground.trial("verification_finds_nothing_in_the_migrated_history", async |stage| found(stage, "", &[]).await),
        planted(
            "an_edited_ledger_row",
            format!("{} = {SEQ}", set("event_type = 'GIFT'")),
            &[("account 1 LIVE seq 3", Class::Edited)],
        ),
        planted(
            "a_missing_ledger_row",
            format!("DELETE FROM {ledger} = {SEQ}"),
            &[("account 1 LIVE seq 4", Class::Missing), ("", Class::Root)],
        ),
        planted(
            "reordered_ledger_rows",
            format!(
                "{0} = {SEQ}; {1} = 4; {2} = 1000",
                set("ledger_seq = 1000"),
                set("ledger_seq = 3"),
                set("ledger_seq = 4")
            ),
            // They are of two runs, in each of which the order is as it was.
            &[("account 1 LIVE seq 3", Class::Reordered)],
        ),
        planted(
            "a_ledger_that_was_hashed_again_to_its_end",
            hashed_again(),
            &[("account 1 LIVE seq 3", Class::Rehashed), ("", Class::Root)],
        ),
    ]
    .into_iter()
    .chain(rows(ground))
    .collect()
}

fn planted(ground: Ground<'_>, claim: &str, sql: String, expected: &'static [(&'static str, Class)]) -> Trial {
    ground.trial(&format!("verification_finds_{claim}"), async move |stage| found(stage, &sql, expected).await)
}

/// Breaks beside the ledger.
fn rows(ground: Ground<'_>) -> Vec<Trial> {
    let planted = |claim, sql, expected| planted(ground, claim, sql, expected);
    vec![
        planted(
            "a_fill_whose_content_is_not_that_of_its_hash",
            "UPDATE order_fill SET exchange_trade_id = 'another' WHERE fill_id = (SELECT min(fill_id::text)::uuid FROM order_fill)"
                .to_owned(),
            &[("1c000001-0001-4000-8000-000000000001", Class::Edited)],
        ),
        planted(
            "an_approval_of_another_mode",
            "UPDATE model_activation_gate SET run_mode = 'PAPER' WHERE status = 'REVOKED'".to_owned(),
            &[("7", Class::Edited)],
        ),
        planted(
            "a_regime_with_another_origin_and_the_signals_on_it",
            "UPDATE regime_output SET upstream_hash = repeat('a', 64)
             WHERE run_id = '0a000001-0001-4002-8000-000000000001' AND asset_id = 1"
                .to_owned(),
            &[
                ("0a000001-0001-4002-8000-000000000001 1", Class::Edited),
                ("1a000001-0001-4002-8000-000000000003", Class::Parent),
            ],
        ),
        planted("an_order_that_was_hashed_again", order_hashed_again(), &[("", Class::Parent), ("", Class::Root)]),
        planted(
            "a_manifest_with_another_number_of_rows",
            "UPDATE replay_manifest SET authoritative_row_count = authoritative_row_count + 1
             WHERE run_id = '0a000001-0002-4002-8000-000000000003'"
                .to_owned(),
            &[("0a000001-0002-4002-8000-000000000003", Class::Root)],
        ),
    ]
}

/// Spoils a clone, verifies it with the model as anchor, and compares each break's row (where one is expected) and class.
async fn found(stage: &Stage, sql: &str, expected: &[(&'static str, Class)]) -> Result<(), Failed> {
    let mut copy = stage.fresh().await?;
    if !sql.is_empty() {
        copy.session.run("SET session_replication_role = replica").await?;
        copy.session.run(sql).await?;
    }
    let url = stage.states.host().url(&copy.database);
    let mut good = BTreeMap::new();
    for row in History::rows::<CashLedger>(Shape::small(1), 6) {
        good.insert((row.account_id, row.run_mode, row.ledger_seq), row.ledger_hash);
    }
    let anchor: Anchor<'_> =
        Box::new(move |partition, seq| good.get(&(partition.account_id, partition.run_mode, seq)).copied());
    let verified = verify::verify(&url, Some(anchor)).await?;
    stage.states.clear(copy).await?;
    let met = &verified.breaks;
    let is_met = met.len() == expected.len()
        && met
            .iter()
            .zip(expected)
            .all(|(met, (row, class))| met.class == *class && (row.is_empty() || met.row == *row));
    // The small history has this many rows with hashes, so nothing was passed over.
    let is_whole = verified.rows > 700;
    if is_met && is_whole { Ok(()) } else { Err(Failed::from(format!("{} rows, {met:?}", verified.rows))) }
}

/// The ledger with a cent more in one row, and everything after it made to agree.
fn hashed_again() -> String {
    let shape = Shape::small(1);
    let seeds: BTreeMap<_, _> =
        History::rows::<RunContext>(shape.clone(), 6).into_iter().map(|run| (run.run_id, run.run_seed_hash)).collect();
    let fills: BTreeMap<_, _> =
        History::rows::<OrderFill>(shape.clone(), 6).into_iter().map(|fill| (fill.fill_id, fill.row_hash)).collect();
    let mut rows = History::rows::<CashLedger>(shape, 6);
    rows.retain(|row| (row.account_id, row.run_mode) == (PARTITION.account_id, PARTITION.run_mode));
    rows[SEQ - 1].delta_cash += Decimal::new(1, 2);
    let mut before: Option<(Decimal, Hash)> = None;
    let mut sql = String::new();
    for row in &mut rows {
        if let Some((balance, hash)) = before {
            row.balance_before = balance;
            row.prev_ledger_hash = Some(hash);
        }
        row.balance_after = row.balance_before + row.delta_cash;
        row.seal(&seeds[&row.run_id], fills.get(&row.ref_id).copied(), &mut Preimage::default());
        before = Some((row.balance_after, row.ledger_hash));
        sql.push_str(&update(CashLedger::COLUMNS, &row.texts(), CashLedger::TABLE, "ledger_id"));
    }
    sql
}

/// An order with another time in force and hashes that agree.
fn order_hashed_again() -> String {
    let shape = Shape::small(1);
    let fill = History::rows::<OrderFill>(shape.clone(), 6).swap_remove(0);
    let runs = History::rows::<RunContext>(shape.clone(), 6);
    let mut orders = History::rows::<OrderRequest>(shape, 6);
    orders.retain(|order| order.order_id == fill.order_id);
    let mut order = orders.swap_remove(0);
    order.tif = Text::fixed("FOK");
    let seed = runs.iter().find(|run| run.run_id == order.run_id).map(|run| run.run_seed_hash);
    order.seal(&seed.unwrap_or(order.row_hash), &mut Preimage::default());
    update(OrderRequest::COLUMNS, &order.texts(), OrderRequest::TABLE, "order_id")
}

fn update(columns: &[&str], values: &[Option<String>], table: &str, key: &str) -> String {
    let literal = |value: &Option<String>| value.as_ref().map_or("NULL".to_owned(), |value| Literal(value).to_string());
    let pairs = columns.iter().zip(values).map(|(column, value)| format!("{column} = {}", literal(value)));
    let (of, set): (Vec<_>, Vec<_>) = pairs.partition(|pair| pair.starts_with(&format!("{key} = ")));
    format!("UPDATE {table} SET {} WHERE {};\n", set.join(", "), of.join(" AND "))
}
