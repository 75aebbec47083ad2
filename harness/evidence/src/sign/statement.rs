//! What is signed: an in-toto statement (version 1) about the files of a run and the files that it was made from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{PublicKey, SignOff};
use crate::{Digest, SuiteResult, Totals, Verdict, judge::Judging};

/// The type of every in-toto statement of version 1.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// The type of what a statement of ours says: the schema is `attestation.schema.json`.
pub const PREDICATE_TYPE: &str = "urn:phasegate:run:v1";

/// An in-toto statement about a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// `https://in-toto.io/Statement/v1`.
    #[serde(rename = "_type")]
    #[cfg_attr(feature = "schema", schemars(extend("const" = STATEMENT_TYPE)))]
    pub statement_type: String,
    /// The files of the folder but outputs and sign-offs (the chain of events covers the outputs), then, each after the name of
    /// its suite, every file of the suites and of their migrations.
    pub subject: Vec<Subject>,
    /// What the predicate is: `urn:phasegate:run:v1`.
    #[serde(rename = "predicateType")]
    #[cfg_attr(feature = "schema", schemars(extend("const" = PREDICATE_TYPE)))]
    pub predicate_type: String,
    /// What is said of them.
    pub predicate: Predicate,
}

/// A file that a statement speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// Its digest.
    pub digest: SubjectDigest,
}

/// The digest of a file, by its algorithm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SubjectDigest {
    /// SHA-256.
    pub sha256: Digest,
}

/// What a statement says: of the run, and, where a person signs and not the machine that ran it, of the sign-off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Predicate {
    /// The public key that verifies the signature, as SubjectPublicKeyInfo in PEM. It says who signed only to those who know
    /// the key from somewhere else.
    pub key: PublicKey,
    /// What came of the run.
    pub run: RunFacts,
    /// The sign-off; none in `attestation.dsse.json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_off: Option<SignOff>,
}

/// What came of a run. All of it follows from the folder, and `verify` makes it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RunFacts {
    /// The name of the run.
    pub run: String,
    /// The version of Phasegate.
    pub phasegate: String,
    /// How the run came by the states that it judged.
    pub judging: Judging,
    /// What it came to.
    pub verdict: Verdict,
    /// The result digest.
    pub result: Digest,
    /// The digest of the last event.
    pub head: Digest,
    /// Its suites in order.
    pub suites: Vec<SuiteFacts>,
    /// Gates and checks by verdict.
    pub totals: Totals,
}

/// What came of a suite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SuiteFacts {
    /// The suite.
    pub suite: String,
    /// One digest over every input.
    pub inputs: Digest,
    /// What it came to.
    pub verdict: Verdict,
    /// The versions of the server, by their names.
    pub server: BTreeMap<String, String>,
}

impl Statement {
    /// The statement that this key makes of a run.
    #[must_use]
    pub fn of(subject: Vec<Subject>, key: PublicKey, run: RunFacts, sign_off: Option<SignOff>) -> Self {
        Self {
            statement_type: STATEMENT_TYPE.to_owned(),
            subject,
            predicate_type: PREDICATE_TYPE.to_owned(),
            predicate: Predicate { key, run, sign_off },
        }
    }

    /// That it is what it says it is.
    pub(super) fn is_of_its_types(&self) -> Result<(), String> {
        if self.statement_type != STATEMENT_TYPE {
            Err(format!("its payload is of type {}, not {STATEMENT_TYPE}", self.statement_type))
        } else if self.predicate_type != PREDICATE_TYPE {
            Err(format!("its predicate is of type {}, not {PREDICATE_TYPE}", self.predicate_type))
        } else {
            Ok(())
        }
    }
}

impl SuiteFacts {
    /// What a suite came to.
    pub(crate) fn of(suite: &SuiteResult) -> Self {
        Self {
            suite: suite.suite.clone(),
            inputs: suite.inputs.clone(),
            verdict: suite.verdict,
            server: suite.server.clone(),
        }
    }
}

impl Subject {
    /// A file of this name and digest.
    #[must_use]
    pub fn new(name: impl Into<String>, digest: Digest) -> Self {
        Self { name: name.into(), digest: SubjectDigest { sha256: digest } }
    }
}
