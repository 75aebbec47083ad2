//! 8 and 12 where two sessions work at once: who waits for whom, and who is refused once the other has ended.

use phasegate_evidence::judge::{Rejection, Step};
use proptest::{collection::vec, prelude::*, strategy::SBoxedStrategy};
use trading_model::{
    Decimal, Hash, RunMode,
    table::{CashLedger, PositionLot, RunContext},
};

use super::{
    ledger::entry,
    rows::{CHECK, RAISED, UNIQUE, insert, known, other},
};

/// Steps of two sessions, and what is there before them.
#[derive(Debug, Clone, Default)]
pub struct Played {
    /// Statements that commit before the first step.
    pub given: String,
    /// The steps.
    pub steps: Vec<Step>,
}

impl Played {
    fn step(&mut self, session: usize, run: impl Into<String>) -> &mut Step {
        let session = Some(NAMES[session].to_owned());
        self.steps.push(Step { session, ..step(run.into()) });
        let last = self.steps.len() - 1;
        &mut self.steps[last]
    }
}

const NAMES: [&str; 2] = ["first", "second"];

fn step(run: String) -> Step {
    Step {
        run,
        session: None,
        blocked_by: None,
        role: None,
        settings: std::collections::BTreeMap::new(),
        rows: None,
        affects: None,
        rejects: None,
    }
}

fn rejection(sqlstate: &str, by: &str) -> Rejection {
    Rejection { sqlstate: sqlstate.to_owned(), by: by.to_owned() }
}

/// What a session does to the ledger.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    /// It appends the row after the last that it sees, or the one after that.
    Append(i64),
    /// It commits.
    Commit,
    /// It gives up.
    Rollback,
}

/// Which session does what, in turn.
pub type AppendCase = Vec<(usize, Act)>;

/// Two sessions that append to one ledger.
pub fn appends() -> SBoxedStrategy<AppendCase> {
    let act = prop_oneof![
        5 => Just(Act::Append(0)),
        1 => Just(Act::Append(1)),
        3 => Just(Act::Commit),
        1 => Just(Act::Rollback),
    ];
    vec((0..2_usize, act), 2..10).sboxed()
}

/// A row that was written, by its number.
#[derive(Debug, Clone)]
struct Entry {
    seq: i64,
    balance: Decimal,
    hash: Hash,
    /// What it says of the row before it.
    before: Option<(Decimal, Hash)>,
}

/// The reference: what is committed, and what each session has written and not committed.
#[derive(Default)]
struct Ledger {
    played: Played,
    committed: Vec<Entry>,
    open: [Vec<Entry>; 2],
    is_begun: [bool; 2],
    /// A session that waits, the step in which it does, and the row it would write.
    waiting: Option<(usize, usize, Entry)>,
    number: u64,
}

/// What two sessions append, and what becomes of it.
#[must_use]
pub fn append(case: &AppendCase) -> Played {
    let mut ledger = Ledger::default();
    for run in other::<RunContext>() {
        ledger.played.given.push_str(&format!("{};\n", insert(&run)));
    }
    for (session, act) in case {
        ledger.act(*session, *act);
    }
    // Whoever waits is let go first.
    for _ in 0..2 {
        for session in 0..2 {
            ledger.act(session, Act::Commit);
        }
    }
    ledger.committed.sort_by_key(|entry| entry.seq);
    let seqs = ledger.committed.iter().map(|entry| vec![Some(entry.seq.to_string())]).collect();
    let query = "SELECT ledger_seq FROM cash_ledger WHERE account_id = 1 AND run_mode = 'PAPER' ORDER BY 1";
    ledger.played.steps.push(Step { session: Some("reader".to_owned()), rows: Some(seqs), ..step(query.to_owned()) });
    ledger.played
}

impl Ledger {
    fn act(&mut self, session: usize, act: Act) {
        if self.waiting.as_ref().is_some_and(|(waiting, ..)| *waiting == session) {
            return;
        }
        match act {
            Act::Append(further) => self.append(session, further),
            Act::Commit | Act::Rollback if !self.is_begun[session] => {}
            Act::Commit => self.commit(session),
            Act::Rollback => {
                self.played.step(session, "ROLLBACK");
                self.open[session].clear();
                self.end(session);
            }
        }
    }

    fn append(&mut self, session: usize, further: i64) {
        let seen = self.committed.iter().chain(&self.open[session]).max_by_key(|entry| entry.seq);
        let seq = seen.map_or(0, |entry| entry.seq) + 1 + further;
        // Who waits for one that waits for it is a deadlock, which is another matter.
        let held = self.open[1 - session].iter().any(|entry| entry.seq == seq);
        if self.waiting.is_some() && held {
            return;
        }
        self.number += 1;
        let before = seen.map(|entry| (entry.balance, entry.hash));
        // The second row of a chain has a row before it, even where the first is left out.
        let before = if seq == 1 { None } else { before.or(Some((Decimal::ZERO, Hash([b'0'; 64])))) };
        let row: CashLedger = entry(self.number, seq, before);
        let written = Entry { seq, balance: row.balance_after, hash: row.ledger_hash, before };
        let begin = if self.is_begun[session] { "" } else { "BEGIN; " };
        self.is_begun[session] = true;
        let is_known = self.committed.iter().chain(&self.open[session]).any(|entry| entry.seq == seq);
        let index = self.played.steps.len();
        let step = self.played.step(session, format!("{begin}{}", insert(&row)));
        if held {
            step.blocked_by = Some(NAMES[1 - session].to_owned());
            self.waiting = Some((session, index, written));
        } else if is_known {
            step.rejects = Some(rejection(UNIQUE, SEQ));
            self.give_up(session);
        } else {
            step.affects = Some(1);
            self.open[session].push(written);
        }
    }

    fn commit(&mut self, session: usize) {
        let rows = std::mem::take(&mut self.open[session]);
        let follows = |row: &Entry| {
            let mut known = self.committed.iter().chain(&rows);
            let before = known.find(|known| known.seq == row.seq - 1).map(|known| (known.balance, known.hash));
            row.seq == 1 || (before.is_some() && before == row.before)
        };
        let is_whole = rows.iter().all(follows);
        let step = self.played.step(session, "COMMIT");
        if is_whole {
            self.committed.extend(rows);
        } else {
            step.rejects = Some(rejection(RAISED, "fn_validate_cash_ledger_chain"));
        }
        self.end(session);
    }

    /// A transaction is over: whoever waited for it goes on.
    fn end(&mut self, session: usize) {
        self.is_begun[session] = false;
        let Some((waiting, index, entry)) = self.waiting.take() else { return };
        let step = &mut self.played.steps[index];
        if self.committed.iter().any(|known| known.seq == entry.seq) {
            step.rejects = Some(rejection(UNIQUE, SEQ));
            self.give_up(waiting);
        } else {
            step.affects = Some(1);
            self.open[waiting].push(entry);
        }
    }

    /// What was refused has to be rolled back before anything else.
    fn give_up(&mut self, session: usize) {
        self.played.step(session, "ROLLBACK");
        self.open[session].clear();
        self.end(session);
    }
}

const SEQ: &str = "uq_cash_ledger_v2_account_mode_seq";

/// Two sessions that sell of one lot, each so many quarters of it, and whether the first commits.
pub type SaleCase = (i64, i64, bool);

/// Every such case may come.
pub fn sales() -> SBoxedStrategy<SaleCase> {
    (1..=4_i64, 1..=4_i64, any::<bool>()).sboxed()
}

/// What two sessions sell, each after the other where both would: the lot is never oversold.
#[must_use]
pub fn sell(case: &SaleCase) -> Played {
    let (first, second, commits) = *case;
    let lot = known::<PositionLot>(|lot| lot.run_mode == RunMode::Live).swap_remove(0);
    let sale = |quarters: i64| {
        format!(
            "BEGIN; UPDATE position_lot SET remaining_qty = remaining_qty - open_qty * {quarters} / 4 WHERE lot_id = '{}'",
            lot.lot_id
        )
    };
    let mut played = Played::default();
    played.step(0, sale(first)).affects = Some(1);
    let is_oversold = commits && first + second > 4;
    let late = played.step(1, sale(second));
    late.blocked_by = Some(NAMES[0].to_owned());
    if is_oversold {
        late.rejects = Some(rejection(CHECK, "ck_position_lot_remaining_range"));
    } else {
        late.affects = Some(1);
    }
    played.step(0, if commits { "COMMIT" } else { "ROLLBACK" });
    played.step(1, if is_oversold { "ROLLBACK" } else { "COMMIT" });
    let sold = i64::from(commits) * first + i64::from(!is_oversold) * second;
    let query = format!(
        "SELECT round((open_qty - remaining_qty) * 4 / open_qty) FROM position_lot WHERE lot_id = '{}'",
        lot.lot_id
    );
    played.steps.push(Step {
        session: Some("reader".to_owned()),
        rows: Some(vec![vec![Some(sold.to_string())]]),
        ..step(query)
    });
    played
}
