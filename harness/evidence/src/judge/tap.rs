//! `tap`: a pgTAP file, run as it is. Its lines of TAP are what was seen.

use serde::{Deserialize, Serialize};

use super::Judged;
use crate::{ReasonCode, Refusal};

/// A pgTAP file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tap {
    /// The file, by its path among the fixtures.
    pub file: String,
    /// What it holds.
    pub sql: String,
    /// Whether the suite's baseline brings pgTAP, so that the server need not offer it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_baseline: bool,
    /// How many of its tests are expected to fail for now (`TODO`), whether they do or not.
    #[serde(default, skip_serializing_if = "is_none")]
    pub todo: u64,
    /// How many of its tests are not tried (`SKIP`).
    #[serde(default, skip_serializing_if = "is_none")]
    pub skip: u64,
}

/// What the file gave, up to its end or to the statement that was refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TapSeen {
    /// Every line of every row.
    pub lines: Vec<String>,
    /// Why a statement was refused, and the line of the file at which it begins.
    pub refused: Option<(u32, Refusal)>,
}

/// What the lines come to.
#[derive(Debug, Default)]
struct Output<'a> {
    plans: Vec<(u64, bool)>,
    /// The numbers that the tests give themselves, in order.
    numbers: Vec<Option<u64>>,
    not_ok: Vec<&'a str>,
    todo: u64,
    skip: u64,
    bailed_out: Option<&'a str>,
    /// Where the file itself says that a test failed, or that others ran than it planned.
    said_to_fail: Option<&'a str>,
}

impl Tap {
    pub(super) fn judge(&self, seen: &TapSeen) -> Judged {
        let output = Output::of(&seen.lines);
        let ran = u64::try_from(output.numbers.len()).unwrap_or(u64::MAX);
        let broken = |why: String| Judged::failed(ReasonCode::BrokenTap, why);
        let judged = if let Some((line, refusal)) = &seen.refused {
            Judged::failed(ReasonCode::Refused, format!("{}:{line}: {}", self.file, refusal.summary()))
        } else if let Some(why) = output.bailed_out {
            Judged::failed(ReasonCode::NotOk, why)
        } else if let Some(first) = output.not_ok.first() {
            let count = output.not_ok.len();
            Judged::failed(ReasonCode::NotOk, format!("{count} of {ran} tests failed, the first: {first}"))
        } else if let Err(why) = output.is_whole() {
            broken(why)
        } else if let Some(said) = output.said_to_fail {
            broken(format!("it says itself `{said}`, and every test of it is ok"))
        } else if ran == 0 {
            Judged::failed(ReasonCode::Vacuous, "the file plans no test, or skips all of them")
        } else if ran == output.skip {
            Judged::failed(ReasonCode::Vacuous, "every test of the file was skipped")
        } else if (output.todo, output.skip) != (self.todo, self.skip) {
            let counts = |todo: u64, skip: u64| format!("{todo} with TODO and {skip} with SKIP");
            let (met, said) = (counts(output.todo, output.skip), counts(self.todo, self.skip));
            Judged::failed(
                ReasonCode::NotOk,
                format!("of {ran} tests {met}, which are not passed; the check says {said}: `todo`, `skip`"),
            )
        } else {
            Judged::passed()
        };
        judged.examined(ran)
    }
}

impl<'a> Output<'a> {
    /// Lines that are indented belong to a subtest, whose own line says what it came to.
    fn of(lines: &'a [String]) -> Self {
        let mut output = Self::default();
        for line in lines {
            if let Some(plan) = plan(line) {
                output.plans.push(plan);
            } else if let Some(rest) = word(line, "not ok") {
                output.take(line, rest, false);
            } else if let Some(rest) = word(line, "ok") {
                output.take(line, rest, true);
            } else if line.starts_with("Bail out!") {
                output.bailed_out.get_or_insert(line);
            } else if says_that_a_test_failed(line) {
                output.said_to_fail.get_or_insert(line);
            }
        }
        output
    }

    fn take(&mut self, line: &'a str, rest: &str, is_ok: bool) {
        let number: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
        self.numbers.push(number.parse().ok());
        match directive(rest) {
            Some(Directive::Todo) => self.todo += 1,
            Some(Directive::Skip) if is_ok => self.skip += 1,
            _ if !is_ok => self.not_ok.push(line),
            _ => {}
        }
    }

    /// Whether there is one plan, and as many tests as it says, each with its number.
    fn is_whole(&self) -> Result<(), String> {
        let [(planned, skips_all)] = self.plans.as_slice() else {
            let count = self.plans.len();
            return Err(format!("{count} plans (`1..N`) where one is expected: the output may be cut off"));
        };
        let expected = (1..=*planned).map(Some);
        if !self.numbers.iter().copied().eq(expected) {
            let ran = self.numbers.len();
            return Err(format!(
                "{planned} tests are planned, and {ran} were run, or not in the order of their numbers"
            ));
        }
        if *skips_all && *planned > 0 { Err("a plan that skips all and plans some".to_owned()) } else { Ok(()) }
    }
}

/// What follows these words, where they begin a line and end there.
fn word<'l>(line: &'l str, words: &str) -> Option<&'l str> {
    line.strip_prefix(words).filter(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// Whether a line is one in which pgTAP says of its own tests that one failed, or that others ran than were planned.
fn says_that_a_test_failed(line: &str) -> bool {
    let counts =
        |words: &str| line.strip_prefix(words).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    ["# Looks like you failed ", "# Looks like you planned ", "# Failed test "].into_iter().any(counts)
}

/// The number of tests that a line plans, and whether it says that all are skipped.
fn plan(line: &str) -> Option<(u64, bool)> {
    let rest = line.strip_prefix("1..")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (number, rest) = rest.split_at(digits);
    let rest = rest.trim();
    if !rest.is_empty() && !rest.starts_with('#') {
        return None;
    }
    Some((number.parse().ok()?, directive(rest) == Some(Directive::Skip)))
}

/// What a line says of its test beside its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Directive {
    Todo,
    Skip,
}

/// The directive of a line: what follows the last `#` that no backslash is before.
fn directive(rest: &str) -> Option<Directive> {
    let at = rest.rmatch_indices('#').map(|(at, _)| at).find(|at| !rest[..*at].ends_with('\\'))?;
    let word: String = rest[at + 1..].trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
    match word.to_ascii_lowercase().as_str() {
        "todo" => Some(Directive::Todo),
        "skip" | "skipped" => Some(Directive::Skip),
        _ => None,
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
fn is_none(number: &u64) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tap() -> Tap {
        Tap { file: "t.sql".into(), sql: String::new(), from_baseline: false, todo: 0, skip: 0 }
    }

    fn judged(tap: &Tap, text: &str) -> String {
        let seen = TapSeen { lines: text.lines().map(str::to_owned).collect(), refused: None };
        let judged = tap.judge(&seen);
        judged.reason.map_or("passed".to_owned(), |reason| reason.code.to_string())
    }

    fn code(text: &str) -> String {
        judged(&tap(), text)
    }

    #[test]
    fn every_planned_test_that_is_ok_passes_wherever_the_plan_stands() {
        assert_eq!(code("1..2\nok 1 - a\nok 2 - b"), "passed");
        assert_eq!(code("ok 1 - a\nok 2 - b\n1..2"), "passed");
        assert_eq!(code("1..1\n# Subtest: s\n    ok 1 - a\n    not ok 2 - b\n    1..2\nok 1 - s"), "passed");
    }

    #[test]
    fn one_test_that_is_not_ok_fails() {
        assert_eq!(code("1..2\nok 1 - a\nnot ok 2 - b"), "not-ok");
        assert_eq!(code("1..2\nok 1 - a\nBail out!  no more"), "not-ok");
        assert_eq!(code("1..1\nnot ok 1 - all # SKIP a failure is none"), "not-ok");
    }

    #[test]
    fn an_output_that_is_not_whole_fails() {
        for text in [
            "",
            "ok 1 - a",
            "1..2\nok 1 - a",
            "1..1\nok 1 - a\nok 2 - b",
            "1..2\nok 1 - a\nok 1 - b",
            "1..2\nok 2 - a\nok 1 - b",
            "1..2\nok - a\nok - b",
            "1..1\nok 1 - a\n1..1",
            "okay\n1..1",
        ] {
            assert_eq!(code(text), "broken-tap", "{text}");
        }
    }

    #[test]
    fn a_file_that_says_itself_that_a_test_failed_does_not_pass() {
        for said in [
            "# Failed test 2: \"b\"",
            "# Looks like you failed 1 test of 2",
            "# Looks like you planned 3 tests but ran 2",
        ] {
            assert_eq!(code(&format!("1..2\nok 1 - a\nok 2 - b\n{said}")), "broken-tap", "{said}");
        }
        assert_eq!(
            code("1..1\nok 1 - a\n# Failed tests are of the past\n    # Looks like you failed 1 test of 2"),
            "passed"
        );
        assert_eq!(judged(&Tap { todo: 1, ..tap() }, "1..1\nnot ok 1 - a # TODO\n# Failed (TODO) test 1"), "passed");
    }

    #[test]
    fn a_plan_of_no_test_proves_nothing() {
        for text in ["1..0", "1..0 # SKIP not here", "1..1\nok 1 - a # SKIP not here"] {
            assert_eq!(code(text), "vacuous", "{text}");
        }
    }

    #[test]
    fn what_was_skipped_or_may_fail_is_passed_only_in_the_number_that_the_check_says() {
        let text = "1..4\nok 1 - a\nok 2 # SKIP no\nnot ok 3 - c # TODO later\nok 4 - d # TODO done";
        assert_eq!(code(text), "not-ok");
        assert_eq!(judged(&Tap { todo: 2, skip: 1, ..tap() }, text), "passed");
        for (todo, skip) in [(1, 1), (2, 0), (3, 1), (2, 2)] {
            assert_eq!(judged(&Tap { todo, skip, ..tap() }, text), "not-ok");
        }
        assert_eq!(code("1..1\nnot ok 1 - the sign \\# TODO"), "not-ok");
        assert_eq!(code("1..1\nok 1 - issue #12"), "passed");
    }

    #[test]
    fn a_statement_that_is_refused_fails_whatever_was_ok_before_it() {
        let seen = TapSeen {
            lines: vec!["1..1".to_owned(), "ok 1".to_owned()],
            refused: Some((3, Refusal::without_code("no"))),
        };
        let reason = tap().judge(&seen).reason.expect("failed");
        assert!(reason.code == ReasonCode::Refused && reason.detail.starts_with("t.sql:3: "), "{reason}");
    }
}
