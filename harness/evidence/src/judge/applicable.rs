//! Whether a check can be judged at all: by what the server offers, and by how the run judges. `verify` decides it again
//! from the plan and the facts of the server, so that no skip is taken on trust.

use serde::{Deserialize, Serialize};

use super::{Check, Expectation, Needs};
use crate::{Reason, ReasonCode, ServerFacts};

/// How a run comes by the states that it judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Judging {
    /// It applies the phases itself.
    Run,
    /// Gates alone, on a database that existed; what checks write is rolled back.
    Check,
    /// Gates alone, on a database that existed and that nothing may be written to.
    CheckReadOnly,
    /// It applies the phases itself, and tries every defect and every scenario.
    Prove,
}

impl Judging {
    /// Whether the gates are judged alone, on a database that existed.
    #[must_use]
    pub fn is_gates_alone(self) -> bool {
        matches!(self, Self::Check | Self::CheckReadOnly)
    }
}

const NEEDS_PGTAP: &str = "needs pgTAP, which this server does not offer: install it there, or let the baseline bring it (`pgtap = \"baseline\"`)";

/// Why a check cannot be judged; `None` when it can.
#[must_use]
pub fn inapplicable(check: &Check, judging: Judging, server: &ServerFacts) -> Option<Reason> {
    let without_pgtap = matches!(&check.expectation, Expectation::Tap(tap) if !tap.from_baseline)
        && server.version(ServerFacts::PGTAP).is_none();
    let pgtap = without_pgtap.then(|| NEEDS_PGTAP.to_owned());
    if let Some(lacking) = lacking(&check.needs, server).or(pgtap) {
        return Some(Reason::new(ReasonCode::ServerLacks, lacking));
    }
    if !judging.is_gates_alone() {
        return None;
    }
    let writes = !check.expectation.only_reads() || check.given.is_some();
    if check.expectation.needs_the_phase() {
        let why = "compares the state with that before the phase, which only a run knows";
        Some(Reason::new(ReasonCode::NeedsARun, why))
    } else if check.expectation.commits() {
        let why = "commits, for which only a run has a database of its own";
        Some(Reason::new(ReasonCode::NeedsARun, why))
    } else if check.transient {
        let why = "holds right after its phase only, in the state that a run leaves";
        Some(Reason::new(ReasonCode::NeedsARun, why))
    } else if judging == Judging::CheckReadOnly && writes {
        let why = "writes in a transaction that is rolled back, and the database is to be read only";
        Some(Reason::new(ReasonCode::ReadOnly, why))
    } else {
        None
    }
}

/// What the server lacks of these needs.
fn lacking(needs: &Needs, server: &ServerFacts) -> Option<String> {
    if let Some(edition) = &needs.edition
        && server.version(ServerFacts::EDITION) != Some(edition)
    {
        let met = match (server.version(ServerFacts::EDITION), server.version(ServerFacts::TIMESCALEDB)) {
            (Some(met), _) => format!("this is the {met} edition"),
            (None, Some(_)) => "this server does not say which edition it is".to_owned(),
            (None, None) => "this server has no TimescaleDB".to_owned(),
        };
        return Some(format!("needs the {edition} edition of TimescaleDB; {met}"));
    }
    let major = |version: &String| version.split('.').next()?.parse::<u32>().ok();
    if let Some(min) = needs.postgres_min
        && let Some(met) = server.version(ServerFacts::POSTGRES).and_then(major)
        && met < min
    {
        return Some(format!("needs PostgreSQL {min}; this is {met}"));
    }
    let met = server.version(ServerFacts::TIMESCALEDB);
    let is_older = |than: &String| met.is_none_or(|met| numbers(met) < numbers(than));
    let found = || met.map_or("this server has none".to_owned(), |met| format!("this is {met}"));
    if let Some(min) = needs.timescaledb_min.as_ref().filter(|min| is_older(min)) {
        return Some(format!("needs TimescaleDB {min} or later; {}", found()));
    }
    if let Some(below) = needs.timescaledb_below.as_ref().filter(|below| met.is_none() || !is_older(below)) {
        return Some(format!("needs a TimescaleDB before {below}; {}", found()));
    }
    None
}

/// A version as it is ordered: `2.19.3` before `2.20`.
fn numbers(version: &str) -> Vec<u32> {
    let number = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
    version.split('.').map(number).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::judge::{Accepts, GoesTo, Rollback, Rows, Sequence, Step, Tap};

    fn check(expectation: Expectation) -> Check {
        Check::new("1.1.1", "what it tries", expectation)
    }

    fn rows() -> Check {
        check(Expectation::Rows(Rows { query: "SELECT 1".into(), rows: Vec::new(), examined: None }))
    }

    fn code(check: &Check, judging: Judging) -> Option<ReasonCode> {
        let server = ServerFacts::default().with(ServerFacts::POSTGRES, "17.5").with(ServerFacts::EDITION, "apache");
        inapplicable(check, judging, &server).map(|reason| reason.code)
    }

    #[test]
    fn what_the_server_lacks_cannot_be_judged_on_it() {
        let needs = |edition: &str, postgres| Check {
            needs: Needs { edition: Some(edition.into()), postgres_min: Some(postgres), ..Needs::default() },
            ..rows()
        };
        assert_eq!(code(&needs("apache", 17), Judging::Run), None);
        assert_eq!(code(&needs("community", 17), Judging::Run), Some(ReasonCode::ServerLacks));
        assert_eq!(code(&needs("apache", 18), Judging::Run), Some(ReasonCode::ServerLacks));
    }

    #[test]
    fn what_holds_for_some_versions_of_timescaledb_cannot_be_judged_on_others() {
        let lacks = |min: Option<&str>, below: Option<&str>, met: Option<&str>| {
            let needs = Needs {
                timescaledb_min: min.map(str::to_owned),
                timescaledb_below: below.map(str::to_owned),
                ..Needs::default()
            };
            let server = ServerFacts::default();
            let server = met.map(|met| server.clone().with(ServerFacts::TIMESCALEDB, met)).unwrap_or(server);
            lacking(&needs, &server).is_some()
        };
        for (met, from_2_17, before_2_17) in [
            (Some("2.9.3"), true, false),
            (Some("2.17.0"), false, true),
            (Some("2.31"), false, true),
            (None, true, true),
        ] {
            assert_eq!(lacks(Some("2.17"), None, met), from_2_17, "{met:?}");
            assert_eq!(lacks(None, Some("2.17"), met), before_2_17, "{met:?}");
        }
    }

    #[test]
    fn a_pgtap_file_cannot_be_judged_where_neither_server_nor_baseline_has_pgtap() {
        let tap = |from_baseline| {
            let (file, sql) = ("t.sql".to_owned(), String::new());
            check(Expectation::Tap(Tap { file, sql, from_baseline, todo: 0, skip: 0 }))
        };
        assert_eq!(code(&tap(false), Judging::Run), Some(ReasonCode::ServerLacks));
        assert_eq!(code(&tap(true), Judging::Run), None);
        assert_eq!(code(&tap(true), Judging::Check), Some(ReasonCode::NeedsARun));
        let offers = ServerFacts::default().with(ServerFacts::PGTAP, "1.3.3");
        assert_eq!(inapplicable(&tap(false), Judging::Run, &offers), None);
    }

    #[test]
    fn what_only_a_run_knows_cannot_be_judged_alone() {
        let (tables, to) = (vec!["t".into()], GoesTo::Previous);
        let rollback = Rollback { tables, to, except: BTreeMap::new(), allow_empty: false };
        let rollback = check(Expectation::Rollback(rollback));
        let transient = Check { transient: true, ..rows() };
        for check in [rollback, transient] {
            assert_eq!(code(&check, Judging::Run), None);
            assert_eq!(code(&check, Judging::Check), Some(ReasonCode::NeedsARun));
        }
    }

    #[test]
    fn what_commits_cannot_be_judged_on_a_database_that_existed() {
        let steps = |session: Option<&str>| {
            let step = Step { session: session.map(str::to_owned), ..Step::of("INSERT") };
            check(Expectation::Sequence(Sequence { steps: vec![Step::of("SELECT 1"), step] }))
        };
        for judging in [Judging::Check, Judging::CheckReadOnly] {
            assert_eq!(code(&steps(Some("writer")), judging), Some(ReasonCode::NeedsARun));
        }
        for judging in [Judging::Run, Judging::Prove] {
            assert_eq!(code(&steps(Some("writer")), judging), None);
        }
        assert_eq!(code(&steps(None), Judging::Check), None);
    }

    #[test]
    fn what_writes_cannot_be_judged_on_a_database_that_is_to_be_read_only() {
        let write = check(Expectation::Accepts(Accepts { write: "INSERT".into(), rows: 1 }));
        let given = Check { given: Some("INSERT".into()), ..rows() };
        for check in [write, given] {
            assert_eq!(code(&check, Judging::Check), None);
            assert_eq!(code(&check, Judging::CheckReadOnly), Some(ReasonCode::ReadOnly));
        }
        assert_eq!(code(&rows(), Judging::CheckReadOnly), None);
    }
}
