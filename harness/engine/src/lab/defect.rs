//! Proof that a check can fail: on a schema that is weakened in one place it must fail, for the reason that it names.

use phasegate_evidence::Verdict;

use super::{Lab, LabError};
use crate::{
    gate::{Context, judge_check},
    suite::Check,
    variant::Variant,
};

impl Lab {
    /// Weakens the state after the phase `index` as the check's defect says, and proves that the check then fails for
    /// the reason that it names.
    ///
    /// # Errors
    /// When the check has no defect, passes all the same, or fails for another reason.
    pub async fn prove_defect(&self, index: usize, check: &Check) -> Result<(), LabError> {
        let unexpected = |why: String| LabError::Unexpected(format!("check {}: {why}", check.id));
        let Some(defect) = &check.fails else {
            return Err(unexpected("it does not say how it can fail (`fails`)".to_owned()));
        };
        let Some(file) = self.suite().defects.get(&check.id) else {
            return Err(unexpected("its defect was not read".to_owned()));
        };
        let variant = Variant::of(self.suite());
        let before = self.checkpoint(&variant, index).await?;
        let legacy = self.legacy_of(&variant, index, check).await?;
        let mut bench = self.bench(&variant, index + 1).await?;
        // The clone is thrown away. In SQLite a defect may lie in a file beside the database, which only a commit changes.
        let in_transaction = bench.session.is_postgres();
        if in_transaction {
            bench.session.begin().await?;
        }
        let statements = file
            .statements()
            .map_err(|fault| unexpected(format!("{}:{}: {}", file.path, fault.line, fault.message)))?;
        for statement in statements {
            bench.session.run(&statement.text).await.map_err(|error| {
                unexpected(format!("{}:{}: the defect was refused: {error}", file.path, statement.line))
            })?;
        }
        let context =
            Context { before: Some(&before.catalog), facts: None, legacy: legacy.as_ref(), server: Some(self.facts()) };
        let (_, judged) = judge_check(&mut bench.session, check, context).await?;
        if in_transaction {
            bench.session.rollback().await?;
        }
        self.clear(bench).await?;
        let Some(reason) = judged.reason else {
            return Err(unexpected(format!("it is {} on {}", judged.verdict, file.path)));
        };
        let detail = defect.detail.as_deref().unwrap_or_default();
        let as_named = reason.code == defect.reason && reason.detail.contains(detail);
        if judged.verdict == Verdict::Failed && as_named {
            Ok(())
        } else {
            Err(unexpected(format!(
                "on {} it is {} for `{reason}`, expected `{}: ...{detail}...`",
                file.path, judged.verdict, defect.reason
            )))
        }
    }
}
