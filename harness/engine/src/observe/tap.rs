//! Runs a file of pgTAP as psql does, on a database that is its own, and keeps what it prints.

use std::collections::BTreeMap;

use phasegate_database::{Error, Kind, Session, refusal_of};
use phasegate_evidence::{
    Size, Table,
    judge::{Observation, Tap, TapSeen},
};

/// What makes the functions of pgTAP known.
const CREATE: &str = "CREATE EXTENSION IF NOT EXISTS pgtap";

pub(super) async fn tap(
    session: &mut Session,
    expected: &Tap,
    settings: &BTreeMap<String, String>,
    size: Size,
) -> Result<Observation, Error> {
    let settings = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let prepared = async {
        session.set_for_step(None, &settings).await?;
        if expected.from_baseline { Ok(()) } else { session.execute(CREATE).await.map(drop) }
    };
    if let Err(error) = refusal_of(prepared.await)? {
        return Ok(Observation::SetupFailed { error });
    }
    let statements = Kind::Postgres.split(&expected.sql).map_err(|fault| Error::mistake(fault.message))?;
    let (mut seen, mut bytes) = (TapSeen::default(), 0);
    for statement in statements {
        let ran = match &statement.rows {
            Some(_) => session.apply(&statement).await.map(|_| Table::default()),
            None => session.run_within(&statement.text, size).await.map(|ran| ran.table),
        };
        match refusal_of(ran)? {
            Ok(table) => seen.lines.extend(lines(table).inspect(|line| bytes += line.len())),
            Err(refusal) => {
                seen.refused = Some((statement.line, refusal));
                break;
            }
        }
        if let Some(why) = size.exceeded_by(seen.lines.len(), bytes) {
            return Err(Error::TooLarge(why));
        }
    }
    // A file may leave its transaction open, and a trial ends in none.
    session.left_open().await?;
    Ok(Observation::Tap(seen))
}

/// What psql prints of rows without frames: their values, and every line break.
fn lines(table: Table) -> impl Iterator<Item = String> {
    let row = |row: Vec<Option<String>>| row.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>().join("|");
    table.rows.into_iter().flat_map(move |values| row(values).split('\n').map(str::to_owned).collect::<Vec<_>>())
}
