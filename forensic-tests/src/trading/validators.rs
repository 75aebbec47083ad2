//! 9, 10, 12 and 13: what no constraint holds and a validator must find. Rows are altered behind the triggers, and the
//! queries of the gates name exactly the rows that the model does.

use std::collections::{BTreeMap, BTreeSet};

use phasegate_engine::fuzz::{Property, Script};
use proptest::{collection::vec, prelude::*};
use trading_model::{
    Decimal, OrderSide,
    table::{CashLedger, ExecutedTrade, OrderFill, OrderRequest, PositionLot},
};
use uuid::Uuid;

use super::{
    AFTER_ALL_PHASES,
    rows::{known, script},
};

/// The queries of gates, by the ids of their checks.
pub type Gates = BTreeMap<&'static str, String>;

/// What the properties here need of them.
pub const LEDGER_GATES: [&str; 5] = [
    "S8.ledger_continuity.balance",
    "S8.ledger_continuity.gap",
    "S8.ledger_continuity.total",
    "S8.ledger_continuity.fills",
    "S8.ledger_continuity.delta",
];
/// The same, of quantities.
pub const QUANTITY_GATES: [&str; 3] =
    ["S8.quantity_conservation.lot", "S8.quantity_conservation.order", "S8.long_only.prefix"];

const BEHIND: &str = "SET LOCAL session_replication_role = replica";

/// What is done to a row of the ledger.
#[derive(Debug, Clone)]
pub enum LedgerChange {
    /// It moves so many units of the eighteenth place more, and the rows after it do not know.
    Moves(usize, i64),
    /// The same, and every balance after it agrees.
    Shifts(usize, i64),
    /// It is gone.
    Goes(usize),
}

/// Properties 9 and 10.
#[must_use]
pub fn ledger_totals(gates: Gates) -> Property<Vec<LedgerChange>> {
    let row = || 0..known::<CashLedger>(|_| true).len();
    let units = || prop_oneof![2 => -3..=3_i64, 1 => -1_000_000..=1_000_000_i64];
    let change = prop_oneof![
        2 => (row(), units()).prop_map(|(row, units)| LedgerChange::Moves(row, units)),
        2 => (row(), units()).prop_map(|(row, units)| LedgerChange::Shifts(row, units)),
        1 => row().prop_map(LedgerChange::Goes),
    ];
    Property {
        name: "trading::property_09_and_10_the_gates_name_exactly_the_entries_that_do_not_add_up",
        state: AFTER_ALL_PHASES,
        strategy: vec(change, 0..4).sboxed(),
        script: Box::new(move |changes| ledger_script(&gates, changes)),
        cases: 60,
    }
}

fn ledger_script(gates: &Gates, changes: &[LedgerChange]) -> Script {
    let mut rows: Vec<Option<CashLedger>> = known::<CashLedger>(|_| true).into_iter().map(Some).collect();
    for change in changes {
        apply(&mut rows, change);
    }
    let mut script = script();
    script.given(BEHIND);
    for (row, before) in rows.iter().zip(known::<CashLedger>(|_| true)) {
        let id = before.ledger_id;
        match row {
            None => script.given(format!("DELETE FROM cash_ledger WHERE ledger_id = {id}")),
            Some(row) if *row != before => script.given(format!(
                "UPDATE cash_ledger SET balance_before = {}, delta_cash = {}, balance_after = {} WHERE ledger_id = {id}",
                row.balance_before, row.delta_cash, row.balance_after
            )),
            Some(_) => {}
        }
    }
    let kept: Vec<CashLedger> = rows.into_iter().flatten().collect();
    let found = ledger_violations(&kept);
    for (gate, found) in LEDGER_GATES.into_iter().zip(found) {
        named(&mut script, gates, gate, "v::text", found);
    }
    script
}

fn apply(rows: &mut [Option<CashLedger>], change: &LedgerChange) {
    let (place, off, agrees) = match *change {
        LedgerChange::Moves(place, units) => (place, units, false),
        LedgerChange::Shifts(place, units) => (place, units, true),
        LedgerChange::Goes(place) => {
            rows[place] = None;
            return;
        }
    };
    let off = Decimal::from_units(off.into()).unwrap_or_default();
    let Some(row) = &mut rows[place] else { return };
    row.delta_cash += off;
    row.balance_after += off;
    let of = (row.account_id, row.run_mode, row.ledger_seq);
    let later = |row: &&mut CashLedger| (row.account_id, row.run_mode) == (of.0, of.1) && row.ledger_seq > of.2;
    for row in rows.iter_mut().flatten().filter(later).filter(|_| agrees) {
        row.balance_before += off;
        row.balance_after += off;
    }
}

/// What the five gates must name.
fn ledger_violations(rows: &[CashLedger]) -> [BTreeSet<String>; 5] {
    let [mut balance, mut gap, mut total, mut counted, mut delta] = <[BTreeSet<String>; 5]>::default();
    let mut chains: BTreeMap<_, Vec<&CashLedger>> = BTreeMap::new();
    for row in rows {
        chains.entry((row.account_id, row.run_mode)).or_default().push(row);
    }
    for ((account, mode), chain) in &mut chains {
        chain.sort_by_key(|row| row.ledger_seq);
        let mode = mode.label();
        let mut before: Option<&CashLedger> = None;
        for row in chain.iter() {
            let seq = row.ledger_seq;
            if seq > 1 && before.map(|before| before.balance_after) != Some(row.balance_before) {
                balance.insert(format!("({account},{mode},{seq})"));
            }
            if seq != before.map_or(0, |before| before.ledger_seq) + 1 {
                gap.insert(format!("({account},{mode},{seq})"));
            }
            before = Some(row);
        }
        let moved = chain.iter().fold(chain[0].balance_before, |sum, row| sum + row.delta_cash);
        if before.map(|last| last.balance_after) != Some(moved) {
            total.insert(format!("({account},{mode})"));
        }
    }
    let sides = sides();
    for fill in known::<OrderFill>(|_| true) {
        let entries: Vec<&CashLedger> =
            rows.iter().filter(|row| row.ref_type.0 == "ORDER_FILL" && row.ref_id == fill.fill_id).collect();
        if entries.len() != 1 {
            counted.insert(format!("({},{})", fill.fill_id, entries.len()));
        }
        let costs = fill.fee_paid + fill.slippage_cost;
        let due = match sides[&fill.order_id] {
            OrderSide::Buy => -(fill.fill_notional + costs),
            OrderSide::Sell => fill.fill_notional - costs,
        };
        if entries.iter().any(|entry| entry.delta_cash != due) {
            delta.insert(format!("({})", fill.fill_id));
        }
    }
    [balance, gap, total, counted, delta]
}

fn sides() -> BTreeMap<Uuid, OrderSide> {
    known::<OrderRequest>(|_| true).into_iter().map(|order| (order.order_id, order.side)).collect()
}

/// What is done to a quantity.
#[derive(Debug, Clone)]
pub enum QuantityChange {
    /// A trade closes so many quarters of what it closed.
    Trade(usize, i64),
    /// A fill fills so many quarters of what it filled.
    Fill(usize, i64),
    /// A fill comes so many seconds later.
    Late(usize, i64),
}

/// Properties 12 and 13.
#[must_use]
pub fn quantities(gates: Gates) -> Property<Vec<QuantityChange>> {
    let (trades, fills) = (known::<ExecutedTrade>(|_| true).len(), known::<OrderFill>(|_| true).len());
    let quarters = || prop_oneof![1..=3_i64, 5..=9_i64];
    let change = prop_oneof![
        (0..trades, quarters()).prop_map(|(trade, quarters)| QuantityChange::Trade(trade, quarters)),
        (0..fills, quarters()).prop_map(|(fill, quarters)| QuantityChange::Fill(fill, quarters)),
        (0..fills, -20_000..20_000_i64).prop_map(|(fill, seconds)| QuantityChange::Late(fill, seconds)),
    ];
    Property {
        name: "trading::property_12_and_13_the_gates_name_exactly_the_lots_that_are_oversold_and_the_times_that_are_short",
        state: AFTER_ALL_PHASES,
        strategy: vec(change, 0..5).sboxed(),
        script: Box::new(move |changes| quantity_script(&gates, changes)),
        cases: 60,
    }
}

fn quantity_script(gates: &Gates, changes: &[QuantityChange]) -> Script {
    let (mut trades, mut fills) = (known::<ExecutedTrade>(|_| true), known::<OrderFill>(|_| true));
    let mut script = script();
    script.given(BEHIND);
    script.given(
        "ALTER TABLE order_fill DROP CONSTRAINT ck_order_fill_notional_formula,
             DROP CONSTRAINT ck_order_fill_v2_fill_after_origin",
    );
    let quarters = |of: Decimal, quarters: i64| of.times(Decimal::new(quarters * 25, 2)).rounded().unwrap_or(of);
    for change in changes {
        script.given(match *change {
            QuantityChange::Trade(place, by) => {
                let trade = &mut trades[place];
                trade.quantity = quarters(trade.quantity, by);
                format!("UPDATE executed_trade SET quantity = {} WHERE trade_id = '{}'", trade.quantity, trade.trade_id)
            }
            QuantityChange::Fill(place, by) => {
                let fill = &mut fills[place];
                fill.fill_qty = quarters(fill.fill_qty, by);
                format!("UPDATE order_fill SET fill_qty = {} WHERE fill_id = '{}'", fill.fill_qty, fill.fill_id)
            }
            QuantityChange::Late(place, seconds) => {
                let fill = &mut fills[place];
                fill.fill_ts_utc = fill.fill_ts_utc.seconds_later(seconds);
                fill.hour_ts_utc = fill.fill_ts_utc.hour();
                format!(
                    "UPDATE order_fill SET fill_ts_utc = '{}', hour_ts_utc = '{}' WHERE fill_id = '{}'",
                    fill.fill_ts_utc, fill.hour_ts_utc, fill.fill_id
                )
            }
        });
    }
    let [lots, orders, short] = quantity_violations(&trades, &fills);
    named(&mut script, gates, QUANTITY_GATES[0], "v::text", lots);
    named(&mut script, gates, QUANTITY_GATES[1], "v::text", orders);
    let moment = "concat_ws(' ', account_id, run_mode, asset_id, (extract(epoch FROM fill_ts_utc) * 1000000)::bigint)";
    named(&mut script, gates, QUANTITY_GATES[2], moment, short);
    script
}

fn quantity_violations(trades: &[ExecutedTrade], fills: &[OrderFill]) -> [BTreeSet<String>; 3] {
    let zero = Decimal::ZERO;
    let oversold = known::<PositionLot>(|_| true).into_iter().filter(|lot| {
        let sold = trades.iter().filter(|trade| trade.lot_id == lot.lot_id).fold(zero, |sum, it| sum + it.quantity);
        sold > lot.open_qty
    });
    let lots = oversold.map(|lot| format!("({})", lot.lot_id)).collect();
    let overfilled = known::<OrderRequest>(|_| true).into_iter().filter(|order| {
        let filled =
            fills.iter().filter(|fill| fill.order_id == order.order_id).fold(zero, |sum, it| sum + it.fill_qty);
        filled > order.requested_qty
    });
    let orders = overfilled.map(|order| format!("({})", order.order_id)).collect();
    let sides = sides();
    let of = |fill: &OrderFill| (fill.account_id, fill.run_mode, fill.asset_id);
    let is_short = |now: &&OrderFill| {
        let until = fills.iter().filter(|it| of(it) == of(now) && it.fill_ts_utc <= now.fill_ts_utc);
        let signed = |fill: &OrderFill| {
            if sides[&fill.order_id] == OrderSide::Buy { fill.fill_qty } else { -fill.fill_qty }
        };
        until.fold(zero, |sum, fill| sum + signed(fill)) < zero
    };
    let moment = |fill: &OrderFill| {
        format!("{} {} {} {}", fill.account_id, fill.run_mode.label(), fill.asset_id, fill.fill_ts_utc.0)
    };
    [lots, orders, fills.iter().filter(is_short).map(moment).collect()]
}

/// A gate names exactly these. Several rows of one name are one.
fn named(script: &mut Script, gates: &Gates, gate: &str, name: &str, expected: BTreeSet<String>) {
    let query = gates.get(gate).map_or("SELECT 'there is no such gate'", String::as_str);
    let names = format!("SELECT DISTINCT {name} FROM (\n{query}\n) AS v ORDER BY 1");
    script.query(format!("what {gate} names"), &names, &expected.into_iter().collect::<Vec<_>>());
}
