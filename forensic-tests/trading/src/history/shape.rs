//! How large a history is, and whom it is about.

use uuid::Uuid;

use crate::{Decimal, RunMode, Timestamp};

/// A history is the same for the same shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// The seed of all chance.
    pub seed: u64,
    /// Accounts, numbered from 1.
    pub accounts: i16,
    /// The modes that each account runs in, in the order of the type.
    pub modes: Vec<RunMode>,
    /// Assets, numbered from 1; at most the ten positions that an account may hold.
    pub assets: i16,
    /// How many hours each fold of a backtest validates.
    pub fold_hours: i64,
    /// Pairs of a deposit and a withdrawal in each hour, beside those of the cycle.
    pub transfers: i64,
}

/// Whose history a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition {
    /// The account.
    pub account_id: i16,
    /// The mode.
    pub run_mode: RunMode,
}

/// What an id is of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Run = 0x0a,
    Backtest = 0x0b,
    Signal = 0x1a,
    Order = 0x1b,
    Fill = 0x1c,
    Lot = 0x1d,
    Trade = 0x1e,
    Transfer = 0x2a,
    Event = 0x2b,
}

/// What every account begins with.
pub(crate) const INITIAL_CAPITAL: Decimal = Decimal::new(1_000_000, 0);

impl Shape {
    /// The history of the tests: two accounts in two modes, two assets; six hours show every case.
    #[must_use]
    pub fn small(seed: u64) -> Self {
        Self {
            seed,
            accounts: 2,
            modes: vec![RunMode::Backtest, RunMode::Live],
            assets: 2,
            fold_hours: 3,
            transfers: 0,
        }
    }

    /// The history of benchmarks: more of everything.
    #[must_use]
    pub fn large(seed: u64) -> Self {
        let modes = vec![RunMode::Backtest, RunMode::Paper, RunMode::Live];
        Self { seed, accounts: 4, modes, assets: 8, fold_hours: 168, transfers: 0 }
    }

    /// The history of benchmarks of the ledger: hardly anything but cash that comes and goes.
    #[must_use]
    pub fn ledger(seed: u64) -> Self {
        Self { transfers: 500, ..Self::large(seed) }
    }

    /// Every account in every mode, in the order in which the database sorts them.
    #[must_use]
    pub fn partitions(&self) -> Vec<Partition> {
        let accounts = 1..=self.accounts;
        accounts
            .flat_map(|account_id| self.modes.iter().map(move |run_mode| Partition { account_id, run_mode: *run_mode }))
            .collect()
    }

    /// The hour of this number.
    pub(crate) fn hour(hour: i64) -> Timestamp {
        Timestamp::START.hours_later(hour)
    }

    /// The fold of an account's backtest that an hour lies in. Folds of all accounts are numbered together: before the
    /// migration a training window names no backtest.
    pub(crate) fn fold(&self, account_id: i16, hour: i64) -> i32 {
        let fold = hour / self.fold_hours * i64::from(self.accounts) + i64::from(account_id - 1);
        i32::try_from(fold).unwrap_or(i32::MAX)
    }

    /// An id that says what it is of; those of one kind and partition grow with their number.
    pub(crate) fn id(&self, kind: Kind, partition: Partition, number: u64) -> Uuid {
        let first = (kind as u128) << 24 | u128::from(self.seed & 0x00ff_ffff);
        let account = u128::from(partition.account_id.cast_unsigned());
        let mode = 0x4000 | partition.run_mode as u128;
        let high = 0x8000 | u128::from(number >> 48 & 0x3fff);
        let low = u128::from(number & 0xffff_ffff_ffff);
        Uuid::from_u128(first << 96 | account << 80 | mode << 64 | high << 48 | low)
    }

    /// The backtest of an account.
    pub(crate) fn backtest(&self, account_id: i16) -> Uuid {
        self.id(Kind::Backtest, Partition { account_id, run_mode: RunMode::Backtest }, 1)
    }

    /// The run of a partition's hour.
    pub(crate) fn run(&self, partition: Partition, hour: i64) -> Uuid {
        self.id(Kind::Run, partition, hour.unsigned_abs())
    }
}
