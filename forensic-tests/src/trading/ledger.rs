//! 7, 8, 11 and 20: the ledger takes a row exactly when it goes on from the one before.

use phasegate_engine::fuzz::{Insert, Outcome, Property, Script};
use proptest::{collection::vec, prelude::*};
use trading_model::{
    Decimal, Hash, Text,
    hash::sha256,
    table::{CashLedger, RunContext},
};
use uuid::Uuid;

use super::{
    AFTER_ALL_PHASES,
    rows::{CHECK, RAISED, UNIQUE, insert, other, outcome, script_with_runs},
};

/// One row that is appended, and how it departs from what must follow.
#[derive(Debug, Clone)]
pub struct Append {
    /// Cents.
    pub delta: i64,
    /// Added to the next number.
    pub seq_off: i64,
    /// Units of the eighteenth place that the balance before is off.
    pub before_off: i64,
    /// The same of the balance after.
    pub after_off: i64,
    /// Whether it holds the hash of the row before.
    pub hash: Link,
    /// Seconds after the hour of its run.
    pub at_s: i64,
    /// Whether it repeats the key of the row before.
    pub is_repeated: bool,
}

/// What stands as the hash of the row before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// The hash of the row before, none for the first.
    Right,
    /// Another hash.
    Wrong,
    /// The opposite of whether there should be one.
    Absence,
}

/// Rows in order.
#[derive(Debug, Clone)]
pub struct LedgerCase {
    /// The rows.
    pub rows: Vec<Append>,
}

/// Properties 7, 8, 20 and 29 of the ledger.
#[must_use]
pub fn ledger_chain() -> Property<LedgerCase> {
    let off = || prop_oneof![14 => Just(0_i64), 1 => -1..=1_i64];
    let link = prop_oneof![10 => Just(Link::Right), 1 => Just(Link::Wrong), 1 => Just(Link::Absence)];
    let at = prop_oneof![8 => 0..3_600_i64, 1 => 3_600..9_000_i64, 1 => -2..0_i64];
    let append = (-300_i64..400, off(), off(), off(), link, at, prop::bool::weighted(0.08)).prop_map(
        |(delta, seq_off, before_off, after_off, hash, at_s, is_repeated)| Append {
            delta,
            seq_off,
            before_off,
            after_off,
            hash,
            at_s,
            is_repeated,
        },
    );
    Property {
        name: "trading::property_07_and_08_the_ledger_takes_exactly_the_rows_that_go_on_from_the_one_before",
        state: AFTER_ALL_PHASES,
        strategy: vec(append, 1..9).prop_map(|rows| LedgerCase { rows }).sboxed(),
        script: Box::new(chain_script),
        cases: 120,
    }
}

/// The reference: the rows that were taken.
#[derive(Default)]
struct Chain {
    rows: Vec<CashLedger>,
}

fn unit(units: i64) -> Decimal {
    Decimal::from_units(units.into()).unwrap_or_default()
}

fn chain_script(case: &LedgerCase) -> Script {
    let mut script = script_with_runs();
    let mut chain = Chain::default();
    for (number, append) in (1..).zip(&case.rows) {
        let row = chain.next(number, append);
        let expected = chain.outcome(&row, append);
        script.attempt(format!("row {number}"), &insert(&row).to_string(), &expected);
        if expected == Outcome::Rows(1) {
            chain.rows.push(row);
        }
    }
    let kept: Vec<String> =
        chain.rows.iter().map(|row| format!("{} {:.18}", row.ledger_seq, row.balance_after)).collect();
    let query = "SELECT concat_ws(' ', ledger_seq, balance_after) FROM cash_ledger \
                 WHERE account_id = 1 AND run_mode = 'PAPER' ORDER BY ledger_seq";
    script.query("the ledger is that of the model", query, &kept);
    script
}

impl Chain {
    fn next(&self, number: u64, append: &Append) -> CashLedger {
        let run = other::<RunContext>().swap_remove(1);
        let last = self.rows.last();
        let balance = last.map_or(Decimal::ZERO, |last| last.balance_after);
        let balance_before = balance + unit(append.before_off);
        let delta_cash = Decimal::new(append.delta, 2);
        let at = run.hour_ts_utc.seconds_later(append.at_s);
        let right = last.map(|last| last.ledger_hash);
        let wrong = sha256(b"another");
        let mut row = CashLedger {
            event_ts_utc: at,
            hour_ts_utc: at.hour(),
            event_type: Text::fixed("DEPOSIT"),
            ref_id: Uuid::from_u128(number.into()),
            delta_cash,
            balance_before,
            balance_after: balance_before + delta_cash + unit(append.after_off),
            ledger_seq: last.map_or(0, |last| last.ledger_seq) + 1 + append.seq_off,
            prev_ledger_hash: match append.hash {
                Link::Right => right,
                Link::Wrong => right.map(|_| wrong),
                Link::Absence => right.is_none().then_some(wrong),
            },
            ledger_hash: sha256(&number.to_be_bytes()),
            ..template(&run)
        };
        if let Some(last) = last.filter(|_| append.is_repeated) {
            (row.event_ts_utc, row.hour_ts_utc, row.ref_id) = (last.event_ts_utc, last.hour_ts_utc, last.ref_id);
        }
        row
    }

    fn outcome(&self, row: &CashLedger, append: &Append) -> Outcome {
        let is_first = row.ledger_seq == 1;
        let has_hash = row.prev_ledger_hash.is_some();
        let is_presence_right = (is_first && !has_hash) || (row.ledger_seq > 1 && has_hash);
        let before = self.rows.iter().find(|known| known.ledger_seq == row.ledger_seq - 1);
        let follows = before.is_some_and(|before| {
            before.balance_after == row.balance_before && row.prev_ledger_hash == Some(before.ledger_hash)
        });
        let is_new = !self.rows.iter().any(|known| known.ledger_seq == row.ledger_seq);
        outcome([
            (row.balance_after >= Decimal::ZERO, CHECK, "ck_cash_ledger_balance_nonneg"),
            (append.after_off == 0, CHECK, "ck_cash_ledger_v2_balance_chain"),
            (row.event_ts_utc >= row.origin_hour_ts_utc, CHECK, "ck_cash_ledger_v2_event_after_origin"),
            (is_presence_right, CHECK, "ck_cash_ledger_v2_prev_hash_presence"),
            (
                !self.rows.iter().any(|known| (known.event_ts_utc, known.ref_id) == (row.event_ts_utc, row.ref_id)),
                UNIQUE,
                "cash_ledger_v2_account_id_run_mode_event_ts_utc_ref_type_re_key",
            ),
            (is_new, UNIQUE, "uq_cash_ledger_v2_account_mode_seq"),
            (is_first || follows, RAISED, "fn_validate_cash_ledger_chain"),
        ])
    }
}

fn template(run: &RunContext) -> CashLedger {
    let zero = Hash([b'0'; 64]);
    CashLedger {
        ledger_id: 0,
        run_id: run.run_id,
        run_mode: run.run_mode,
        account_id: run.account_id,
        event_ts_utc: run.hour_ts_utc,
        hour_ts_utc: run.hour_ts_utc,
        event_type: Text::fixed("DEPOSIT"),
        ref_type: Text::fixed("TRANSFER"),
        ref_id: Uuid::nil(),
        delta_cash: Decimal::ZERO,
        balance_after: Decimal::ZERO,
        origin_hour_ts_utc: run.hour_ts_utc,
        ledger_seq: 1,
        balance_before: Decimal::ZERO,
        prev_ledger_hash: None,
        economic_event_hash: zero,
        ledger_hash: zero,
        row_hash: zero,
    }
}

/// A deposit of the second PAPER hour with this number, that goes on from a row with this balance and hash.
pub(super) fn entry(number: u64, seq: i64, before: Option<(Decimal, Hash)>) -> CashLedger {
    let run = other::<RunContext>().swap_remove(1);
    let delta_cash = Decimal::new(100, 2);
    let balance_before = before.map_or(Decimal::ZERO, |(balance, _)| balance);
    CashLedger {
        ref_id: Uuid::from_u128(number.into()),
        delta_cash,
        balance_before,
        balance_after: balance_before + delta_cash,
        ledger_seq: seq,
        prev_ledger_hash: before.map(|(_, hash)| hash),
        ledger_hash: sha256(&number.to_be_bytes()),
        ..template(&run)
    }
}

/// The rows of a good chain in some order, perhaps without one.
#[derive(Debug, Clone)]
pub struct PermutationCase {
    /// Their places.
    pub order: Vec<usize>,
    /// One that is left out.
    pub without: Option<usize>,
}

/// Property 11: in one statement the order of rows does not matter, and a gap does.
#[must_use]
pub fn ledger_permutations() -> Property<PermutationCase> {
    let order = Just((0..6).collect::<Vec<usize>>()).prop_shuffle();
    Property {
        name: "trading::property_11_rows_of_one_statement_are_taken_in_any_order_and_not_with_a_gap",
        state: AFTER_ALL_PHASES,
        strategy: (order, prop::option::weighted(0.5, 0..6_usize))
            .prop_map(|(order, without)| PermutationCase { order, without })
            .sboxed(),
        script: Box::new(permutation_script),
        cases: 40,
    }
}

fn permutation_script(case: &PermutationCase) -> Script {
    let mut chain = Chain::default();
    for number in 1..=6 {
        let append = Append {
            delta: 100,
            seq_off: 0,
            before_off: 0,
            after_off: 0,
            hash: Link::Right,
            at_s: 10,
            is_repeated: false,
        };
        chain.rows.push(chain.next(number, &append));
    }
    let rows = case.order.iter().filter(|place| Some(**place) != case.without).map(|place| insert(&chain.rows[*place]));
    let mut script = script_with_runs();
    // Without the last row there is no gap.
    let expected = match case.without {
        None => Outcome::Rows(6),
        Some(5) => Outcome::Rows(5),
        Some(_) => Outcome::refused(RAISED, "fn_validate_cash_ledger_chain"),
    };
    if let Some(insert) = Insert::together(rows) {
        script.attempt("rows in some order", &insert.to_string(), &expected);
    }
    script
}
