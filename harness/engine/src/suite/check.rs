//! The check that its flat form stands for.

use jiff::SignedDuration;
use phasegate_evidence::judge::{Check, Defect, DefectSql, Expectation, Sequence};

use super::{
    check_file::{CheckFile, FailsFile},
    expectation_file::expectation,
};

fn defect(fails: FailsFile) -> Result<Defect, String> {
    if fails.with.is_some() {
        return Err("`fails.with` is now `fails.file`, or `fails.when` with the SQL itself".to_owned());
    }
    let sql = match (fails.when, fails.file) {
        (Some(sql), None) if !sql.trim().is_empty() => DefectSql::When(sql),
        (None, Some(file)) => DefectSql::File(file),
        _ => return Err("`fails` needs either `when`, the SQL of the defect, or `file`, which holds it".to_owned()),
    };
    Ok(Defect { sql, reason: fails.reason, detail: fails.detail })
}

fn milliseconds(text: String) -> Result<u64, String> {
    let wrong = || format!("timeout = \"{text}\" is no duration: write 500ms, 90s or 5m");
    let duration: SignedDuration = text.parse().map_err(|_| wrong())?;
    u64::try_from(duration.as_millis()).ok().filter(|limit| *limit > 0).ok_or_else(wrong)
}

/// The check that the flat form stands for.
pub(super) fn check(file: CheckFile) -> Result<Check, String> {
    let mut file = file;
    let common = Check {
        id: std::mem::take(&mut file.id),
        title: std::mem::take(&mut file.title),
        requirement: std::mem::take(&mut file.requirement),
        role: file.role.take(),
        settings: std::mem::take(&mut file.settings),
        given: file.given.take(),
        needs: std::mem::take(&mut file.needs),
        transient: file.transient,
        timeout_ms: file.timeout.take().map(milliseconds).transpose()?,
        log: file.log.take(),
        adopt: file.adopt,
        fails: file.fails.take().map(defect).transpose()?,
        expectation: Expectation::Sequence(Sequence { steps: Vec::new() }),
    };
    let expectation = expectation(file)?;
    if common.log.is_some() && !matches!(expectation, Expectation::Rows(_)) {
        return Err("`log` shows the rows of a query: it belongs to a check with `rows`".to_owned());
    }
    if common.adopt && !expectation.is_adoptable() {
        return Err(format!(
            "`adopt` means nothing beside `{}`: what is seen can be adopted by changes, catalog and rows",
            expectation.kind()
        ));
    }
    Ok(Check { expectation, ..common })
}
