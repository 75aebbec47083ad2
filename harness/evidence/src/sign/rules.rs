//! The rules by which one sign-off follows those before it.

use super::{
    Approval, Exception, PublicKey, Role, SignOff, Signed, approval,
    moment::{date_of, is_date, is_moment},
};
use crate::{Verdict, run_name::moment};

/// Letters of a name, a ticket or a reason.
const LETTERS_MAX: usize = 2000;

/// A rule that a sign-off breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A text is empty, too long, or holds what is no text.
    #[error("{0} must be a text of one to {LETTERS_MAX} letters on one line")]
    Text(&'static str),
    /// A time is none.
    #[error("{0} is no {1}")]
    Time(String, &'static str),
    /// It was signed before what it signs.
    #[error("it was signed at {signed_at}, before {before}: is the clock right?")]
    TooEarly {
        /// When it was signed.
        signed_at: String,
        /// What was not yet there.
        before: String,
    },
    /// One key, or one person, would hold two roles.
    #[error("{who} signed as {held} of this run, and nobody holds two roles of a run")]
    TwoRoles {
        /// The key or the person.
        who: String,
        /// The role that they hold.
        held: Role,
    },
    /// The same key has signed the same.
    #[error("this key has signed this as {0} already")]
    Twice(Role),
    /// Another role comes before.
    #[error("a {role} signs after {after}, and none has signed")]
    OutOfOrder {
        /// The role that would sign.
        role: Role,
        /// The role that signs before, with its article.
        after: &'static str,
    },
    /// What did not pass is signed without an exception.
    #[error("it came to {0}, and only an exception can sign for that: reason, ticket and deadline, by two approvers")]
    NotPassed(Verdict),
    /// What passed takes no exception.
    #[error("it passed and needs no exception")]
    ExceptionNotNeeded,
    /// Another exception is open.
    #[error("another exception is on record ({}: {}, until {}), and the second approver signs the same", .0.ticket, .0.reason, .0.deadline)]
    ExceptionDiffers(Exception),
    /// The deadline has passed.
    #[error("the deadline {0} of the exception had passed")]
    DeadlinePassed(String),
    /// Nothing is deployed on an exception that has one approver.
    #[error("the exception has one approver and needs two, of whom one is a validator, before a deployer signs")]
    ExceptionIncomplete,
}

/// Every rule that this sign-off breaks, after those before it. `ended_unix_ms` is when the run ended.
pub(crate) fn broken(
    before: &[Signed],
    (key, next): (&PublicKey, &SignOff),
    verdict: Verdict,
    ended_unix_ms: u64,
) -> Vec<Broken> {
    let mut broken = texts(next);
    broken.extend(times(before, next, ended_unix_ms));
    let scope = next.phase.as_ref();
    let held = before.iter().filter(|signed| signed.sign_off.role != next.role).find_map(|signed| {
        if signed.key == *key {
            Some(("this key".to_owned(), signed.sign_off.role))
        } else if signed.sign_off.person() == next.person() {
            Some((signed.sign_off.name.clone(), signed.sign_off.role))
        } else {
            None
        }
    });
    broken.extend(held.map(|(who, held)| Broken::TwoRoles { who, held }));
    let again =
        |signed: &Signed| signed.key == *key && signed.sign_off.role == next.role && signed.sign_off.is_of(scope);
    if before.iter().any(again) {
        broken.push(Broken::Twice(next.role));
    }
    let earlier = match next.role {
        Role::Implementer => None,
        Role::Validator => Some((Role::Implementer, "an implementer")),
        Role::Deployer => Some((Role::Validator, "a validator")),
    };
    if let Some((role, after)) = earlier
        && !before.iter().any(|signed| signed.sign_off.role == role && signed.sign_off.covers(scope))
    {
        broken.push(Broken::OutOfOrder { role: next.role, after });
    }
    broken.extend(exception(before, next, verdict));
    broken
}

fn texts(next: &SignOff) -> Vec<Broken> {
    let exception = next.exception.as_ref();
    let texts = [("the name", Some(&next.name)), ("the notes", next.notes.as_ref())].into_iter().chain([
        ("the reason of the exception", exception.map(|exception| &exception.reason)),
        ("the ticket of the exception", exception.map(|exception| &exception.ticket)),
    ]);
    let wrong =
        |text: &str| text.trim().is_empty() || text.chars().count() > LETTERS_MAX || text.chars().any(char::is_control);
    texts.filter(|(_, text)| text.is_some_and(|text| wrong(text))).map(|(name, _)| Broken::Text(name)).collect()
}

fn times(before: &[Signed], next: &SignOff, ended_unix_ms: u64) -> Option<Broken> {
    let signed_at = &next.signed_at;
    let early = |before: String| Some(Broken::TooEarly { signed_at: signed_at.clone(), before });
    if !is_moment(signed_at) {
        Some(Broken::Time(signed_at.clone(), "moment such as 2026-01-02T03:04:05Z"))
    } else if *signed_at < moment(ended_unix_ms) {
        early("the run had ended".to_owned())
    } else if let Some(last) = before.last()
        && last.sign_off.signed_at > *signed_at
    {
        early(format!("{}, which it follows", last.file))
    } else {
        None
    }
}

fn exception(before: &[Signed], next: &SignOff, verdict: Verdict) -> Option<Broken> {
    let scope = next.phase.as_ref();
    let exception = match &next.exception {
        None if verdict.opens_the_gate() => return None,
        None => return Some(Broken::NotPassed(verdict)),
        Some(_) if verdict.opens_the_gate() => return Some(Broken::ExceptionNotNeeded),
        Some(exception) => exception,
    };
    let of_scope = before.iter().filter(|signed| signed.sign_off.is_of(scope));
    let on_record = of_scope.filter_map(|signed| signed.sign_off.exception.as_ref()).find(|other| *other != exception);
    if let Some(other) = on_record {
        Some(Broken::ExceptionDiffers(other.clone()))
    } else if !is_date(&exception.deadline) {
        Some(Broken::Time(exception.deadline.clone(), "date such as 2026-01-02"))
    } else if exception.deadline.as_str() < date_of(&next.signed_at) {
        Some(Broken::DeadlinePassed(exception.deadline.clone()))
    } else if next.role == Role::Deployer
        && approval(before, scope.map(|scope| (scope.suite.as_str(), scope.phase.as_str()))) != Approval::Given
    {
        Some(Broken::ExceptionIncomplete)
    } else {
        None
    }
}
