//! 26: seeds and roots come out again whatever the order in which rows came in, and whatever the session is set to.

use phasegate_engine::fuzz::{Insert, Property, Script};
use proptest::prelude::*;
use trading_model::{
    Record,
    table::{CashLedger, ExecutedTrade, OrderFill, OrderRequest, PositionLot, RiskEvent, TradeSignal},
};

use super::{
    AFTER_ALL_PHASES, Gates,
    rows::{insert, known, script},
};

/// What must name no run.
pub const REPLAY_GATES: [&str; 2] = ["S8.deterministic_replay_parity.root", "S8.deterministic_replay_parity.seed"];

/// A session, and the order in which the rows of some tables come in again.
#[derive(Debug, Clone)]
pub struct ReplayCase {
    /// What the session is set to.
    pub settings: [(&'static str, &'static str); 4],
    /// For each of the tables a rotation of its rows, and whether they come in backwards.
    pub orders: [(usize, bool); 7],
}

/// Property 26.
#[must_use]
pub fn replays(gates: Gates) -> Property<ReplayCase> {
    let setting = |name: &'static str, values: &'static [&'static str]| {
        prop::sample::select(values).prop_map(move |value| (name, value)).sboxed()
    };
    let settings = [
        setting("DateStyle", &["ISO, MDY", "German, DMY", "SQL, DMY", "Postgres, MDY"]),
        setting("TimeZone", &["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Chatham", "-07"]),
        setting("extra_float_digits", &["-15", "0", "3"]),
        setting("IntervalStyle", &["postgres", "iso_8601", "sql_standard"]),
    ];
    Property {
        name: "trading::property_26_seeds_and_roots_come_out_again_in_any_order_and_any_session",
        state: AFTER_ALL_PHASES,
        strategy: (settings, prop::array::uniform7((0..100_usize, any::<bool>())))
            .prop_map(|(settings, orders)| ReplayCase { settings, orders })
            .sboxed(),
        script: Box::new(move |case| replay_script(&gates, case)),
        cases: 30,
    }
}

fn replay_script(gates: &Gates, case: &ReplayCase) -> Script {
    let mut script = script();
    script.given("SET LOCAL session_replication_role = replica");
    let [signals, orders, fills, lots, trades, ledger, events] = case.orders;
    again::<TradeSignal>(&mut script, signals);
    again::<OrderRequest>(&mut script, orders);
    again::<OrderFill>(&mut script, fills);
    again::<PositionLot>(&mut script, lots);
    again::<ExecutedTrade>(&mut script, trades);
    again::<CashLedger>(&mut script, ledger);
    again::<RiskEvent>(&mut script, events);
    for (name, value) in case.settings {
        script.given(format!("SET LOCAL {name} = '{value}'"));
    }
    for gate in REPLAY_GATES {
        let query = gates.get(gate).map_or("SELECT 'there is no such gate'", String::as_str);
        script.query(gate, &format!("SELECT v::text FROM (\n{query}\n) AS v ORDER BY 1"), &[]);
    }
    script
}

/// Takes the rows of a table away and writes them again in another order, with other numbers where they are numbered.
fn again<R: Record + Clone>(script: &mut Script, (rotation, is_backwards): (usize, bool)) {
    let mut rows = known::<R>(|_| true);
    let rotation = rotation % rows.len().max(1);
    rows.rotate_left(rotation);
    if is_backwards {
        rows.reverse();
    }
    script.given(format!("DELETE FROM {}", R::TABLE));
    if let Some(insert) = Insert::together(rows.iter().map(insert)) {
        script.given(insert.to_string());
    }
}
