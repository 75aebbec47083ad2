//! Who stands for a run: keys, the statement that is signed, its envelope, and the rules by which one sign-off follows
//! another. `sign` and `verify` go by the same rules.

mod envelope;
mod follows;
mod key;
mod moment;
mod rules;
mod sign_off;
mod signing;
mod statement;
mod trust;

pub use envelope::{Envelope, EnvelopeError, SealError};
pub use follows::{FollowError, follows};
pub use key::{KeyError, KeyId, PrivateKey, PublicKey};
pub use moment::{is_date, is_moment};
pub use rules::Broken;
pub(crate) use rules::broken;
pub use sign_off::{Approval, Exception, Meaning, PhaseScope, Role, SignOff, Signed, approval};
pub use signing::{Signing, SigningError};
pub use statement::{
    PREDICATE_TYPE, Predicate, RunFacts, STATEMENT_TYPE, Statement, Subject, SubjectDigest, SuiteFacts,
};
pub use trust::{Distrust, TrustedKey, TrustedKeys};
