//! sqitch: `sqitch.plan` names the changes in order; each has scripts in `deploy`, `revert` and `verify`, which psql runs as they
//! are, with the transactions that they hold.

use super::{
    InitError, Migrations,
    project::{Project, below, setting},
    sql::{SqlStep, SqlTool, migrations},
};

const TOOL: &str = "sqitch";
const PLAN: &str = "sqitch.plan";
const CONF: &str = "sqitch.conf";

pub(super) fn find(project: &Project) -> Result<Option<Migrations>, InitError> {
    let conf = project.text(CONF)?.unwrap_or_default();
    let top = setting(&conf, "top_dir").unwrap_or_else(|| ".".to_owned());
    let plan = setting(&conf, "plan_file").unwrap_or_else(|| below(&top, PLAN));
    let Some(text) = project.text(&plan)? else { return Ok(None) };
    let ending = setting(&conf, "extension").unwrap_or_else(|| "sql".to_owned());
    let changes = changes(&text);
    let mut steps = Vec::new();
    for (name, note) in &changes {
        let file = |folder: &str| format!("{folder}/{name}.{ending}");
        let (up, down) = (file("deploy"), file("revert"));
        if !project.has_file(&below(&top, &up)) {
            let why = format!("{plan} names the change {name}, and there is no {}", below(&top, &up));
            return Err(InitError::Refused { tool: TOOL, why });
        }
        let down = project.has_file(&below(&top, &down)).then_some(down);
        let title = if note.is_empty() { super::migrations::title(name) } else { note.clone() };
        steps.push(SqlStep { revision: name.clone(), title, up, down, untransacted: true });
    }
    if steps.is_empty() {
        return Ok(None);
    }
    let tool = SqlTool {
        tool: TOOL,
        because: format!("{plan} names {} changes", steps.len()),
        settings: &[CONF],
        bookkeeping: &[],
        always_in_a_transaction: false,
    };
    let mut found = migrations(project, &tool, top.clone(), steps)?;
    if project.path(&below(&top, "verify")).is_dir() {
        found.notes.push("the scripts in verify are not read: a check says what it expects".to_owned());
    }
    Ok(Some(found))
}

/// The changes of a plan with their notes. One that was reworked lies, as it was, beside the tag before the rework.
fn changes(plan: &str) -> Vec<(String, String)> {
    let mut changes: Vec<(String, String)> = Vec::new();
    let mut since_tag = 0;
    let mut tags: Vec<(usize, String)> = Vec::new();
    for line in plan.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', '%']) {
            continue;
        }
        let word = line.split_whitespace().next().unwrap_or_default();
        if word.starts_with('@') {
            tags.push((changes.len(), word.to_owned()));
            since_tag = changes.len();
            continue;
        }
        let note = line.split_once(" # ").map_or("", |(_, note)| note).trim().to_owned();
        if let Some(earlier) = changes[..since_tag].iter().rposition(|(name, _)| name == word)
            && let Some((_, tag)) = tags.iter().find(|(at, _)| *at > earlier)
        {
            changes[earlier].0.push_str(tag);
        }
        changes.push((word.to_owned(), note));
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_in_its_order_and_a_reworked_change_lies_beside_its_tag() {
        let plan = "%syntax-version=1.0.0\n%project=x\n\nusers 2024-01-01T00:00:00Z A <a@x> # make users\n\
            @v1 2024-01-02T00:00:00Z A <a@x> # first\n\nnotes [users] 2024-01-03T00:00:00Z A <a@x> # notes, too\n\
            users [users@v1] 2024-01-04T00:00:00Z A <a@x> # again\n";
        let named: Vec<_> = changes(plan).into_iter().collect();
        let expected = [("users@v1", "make users"), ("notes", "notes, too"), ("users", "again")];
        assert_eq!(named, expected.map(|(name, note)| (name.to_owned(), note.to_owned())));
    }
}
