//! Every hash of a history.
//!
//! The preimages are those of section 11.4 of the specification, in the encoding of section 11.3; what no source determines
//! (section 18) is defined here, and [`VERSION`] names this set of rules:
//!
//! | hash | tokens |
//! |---|---|
//! | `context_hash` | seed, run, account, mode, hour, cycle, code, config, snapshot, random seed, backtest, start, origin hour: not what changes while a run goes on |
//! | `training_window_hash` | every column of the table in order, then the backtest: as phase M8 computes it for old rows |
//! | `membership_hash` | asset, cluster, from, to |
//! | `approval_hash` | model version, mode, backtest, end of its window, approval, status |
//! | `row_hash` of market, feature, model and backtest tables | the seed of the run, where the table names one, then every column of the table in order, then its upstream hash |
//! | `upstream_hash` of predictions and regimes | seed, model version, input features, and the four columns of the lineage |
//! | `economic_event_hash` | the 1B form; the parent execution is the fill, NULL for a transfer |
//! | replay root | the 1B form over the thirteen tables of phase 2, in their order, rows in the order of their keys, numbers as numbers |
//!
//! Booleans are `true` and `false`; `\` and `|` within a text are escaped by `\`.

mod preimage;
mod root;
mod rows;

pub use preimage::{Preimage, sha256};
pub(crate) use preimage::{digits, hash_of};
pub use root::{AUTHORITATIVE_TABLES, ReplayRoot};
pub use rows::Hashed;

/// The name of this set of rules.
pub const VERSION: &str = "trading-hash/1";

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use uuid::Uuid;

    use super::*;
    use crate::{Decimal, Hash, Json, RunMode, Text, Timestamp};

    fn seed() -> Hash {
        hash_of!(
            &mut Preimage::default();
            &Uuid::from_u128(1), &1_i16, &RunMode::Live, &Timestamp::START, &7, &Hash([b'b'; 64]), &Hash([b'c'; 64]),
            &Text(Cow::Owned("a".repeat(40)))
        )
    }

    #[test]
    fn the_test_vectors_of_the_specification_hold() {
        assert_eq!(seed().as_str(), "f74e7a46806f0003eec80ee5c10c8fd257239cf7dce4a9cfe5c27f7be08a584d");
        let json = Json(Cow::Borrowed(r#"{"a":1,"b":[true,null]}"#));
        let tokens = hash_of!(
            &mut Preimage::default();
            &seed(), &None::<Hash>, &Decimal::ZERO, &Decimal::new(-15, 1), &Timestamp(Timestamp::START.0 + 300_000_001),
            &json
        );
        assert_eq!(tokens.as_str(), "a62b2fa3b2719e60ea143c8b4fc3908ada348e8a3f894cde462873aacf0813ba");
    }

    #[test]
    fn the_vectors_of_the_replay_root_hold() {
        let mut root = ReplayRoot::over(1);
        root.row(0, Hash([b'1'; 64]));
        root.row(0, Hash([b'2'; 64]));
        assert_eq!(root.tables()[0].as_str(), "ca9034371c79ec26ec0496b53420a1117d4f765800dfdce138138b139d591f13");
        let mut root = ReplayRoot::over(2);
        root.row(0, Hash([b'1'; 64]));
        root.row(0, Hash([b'2'; 64]));
        assert_eq!(root.tables()[1].as_str(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        let (hash, count) = root.finish(&seed());
        assert_eq!(count, 2);
        assert_eq!(hash.as_str(), "90a26650e3ebca0f49a8507298746a7dbbafea3fcf5e1a806f794f2af48a4519");
    }
}
