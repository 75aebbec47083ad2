//! What queries give.

use phasegate_database::{Error, Session, refusal_of};
use phasegate_evidence::{
    Refusal, Size, Table,
    judge::{PlanSeen, PlanUse, Rows, RowsSeen, Violations, ViolationsSeen},
};

pub(super) async fn rows(session: &mut Session, expected: &Rows, size: Size) -> Result<RowsSeen, Error> {
    let mut seen = RowsSeen { table: None, examined: None, error: None };
    match refusal_of(session.run_one(&expected.query, size).await)? {
        Ok(ran) => seen.table = Some(ran.table),
        Err(refusal) => {
            seen.error = Some(refusal);
            return Ok(seen);
        }
    }
    if let Some(examined) = &expected.examined {
        match count(session, examined, size).await? {
            Ok(rows) => seen.examined = Some(rows),
            Err(refusal) => seen.error = Some(refusal),
        }
    }
    Ok(seen)
}

pub(super) async fn violations(
    session: &mut Session,
    expected: &Violations,
    size: Size,
) -> Result<ViolationsSeen, Error> {
    let mut seen = ViolationsSeen { violations: Table::default(), examined: 0, error: None };
    match refusal_of(session.run_one(&expected.query, size).await)? {
        Ok(ran) => seen.violations = ran.table,
        Err(refusal) => {
            seen.error = Some(refusal);
            return Ok(seen);
        }
    }
    match count(session, &expected.examined, size).await? {
        Ok(rows) => seen.examined = rows,
        Err(refusal) => seen.error = Some(refusal),
    }
    Ok(seen)
}

pub(super) async fn plan(session: &mut Session, expected: &PlanUse, size: Size) -> Result<PlanSeen, Error> {
    Ok(match refusal_of(session.explain(&expected.query, size).await)? {
        Ok(lines) => PlanSeen { lines, error: None },
        Err(refusal) => PlanSeen { lines: Vec::new(), error: Some(refusal) },
    })
}

/// The number that a counting query gives.
async fn count(session: &mut Session, query: &str, size: Size) -> Result<Result<u64, Refusal>, Error> {
    let no_number = || Refusal::without_code("the query of `examined` does not give one row with one whole number");
    let ran = refusal_of(session.run_one(query, size).await)?;
    Ok(ran.and_then(|ran| ran.table.single().and_then(|text| text.parse().ok()).ok_or_else(no_number)))
}
