//! That the gates of a suite were tried before, by another run.

use serde::{Deserialize, Serialize};

use crate::{Digest, RunResult, SuiteResult, Verdict};

/// What a run of `prove` came to for a suite of the same inputs, as its folder said when this run began. `verify` cannot say
/// whether it is so, since the other run is no part of the folder: whoever has that one holds it against `result`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The suite.
    pub suite: String,
    /// The name of the other run.
    pub run: String,
    /// The digest of its result.
    pub result: Digest,
    /// What the suite came to there.
    pub verdict: Verdict,
    /// How many defects it tried.
    pub defects: u32,
    /// How many of them were caught, each by its check and for the reason that it names.
    pub caught: u32,
    /// How many scenarios it played.
    pub scenarios: u32,
    /// How many of them ended as they say.
    pub ended_as_said: u32,
}

impl Proof {
    /// What the run of this name, whose `result.json` has these bytes, tried of each suite; nothing where it tried nothing.
    #[must_use]
    pub fn read(run: &str, bytes: &[u8]) -> Vec<(Digest, Self)> {
        let Ok(result) = serde_json::from_slice::<RunResult>(bytes) else { return Vec::new() };
        let digest = Digest::of(bytes);
        let tried = result.suites.iter().filter(|suite| !suite.defects.is_empty() || !suite.scenarios.is_empty());
        tried.map(|suite| (suite.inputs.clone(), Self::of(suite, run, &digest))).collect()
    }

    fn of(suite: &SuiteResult, run: &str, result: &Digest) -> Self {
        let passed = |verdicts: &mut dyn Iterator<Item = Verdict>| {
            verdicts.fold([0, 0], |[passed, all], verdict| [passed + u32::from(verdict == Verdict::Passed), all + 1])
        };
        let [caught, defects] = passed(&mut suite.defects.iter().map(|defect| defect.verdict));
        let [ended_as_said, scenarios] = passed(&mut suite.scenarios.iter().map(|scenario| scenario.verdict));
        Self {
            suite: suite.suite.clone(),
            run: run.to_owned(),
            result: result.clone(),
            verdict: suite.verdict,
            defects,
            caught,
            scenarios,
            ended_as_said,
        }
    }
}
