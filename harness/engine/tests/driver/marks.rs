//! What one check or a phase sets, nobody after it meets, however it was set.

use phasegate_evidence::Verdict;

use crate::{
    outcome::check,
    workspace::{GATE_1, Workspace},
};

/// A setting that was set once and taken back is the empty text, and no longer unset as in a session that is new.
#[tokio::test]
async fn a_setting_that_sql_has_set_is_unset_for_whatever_comes_next() {
    let workspace = Workspace::postgres();
    let function = "CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql AS $$ BEGIN SET app.by_function = 'x'; RETURN 1; END $$;\n";
    workspace.add("fixtures/baseline.sql", function);
    workspace.add("fixtures/1.sql", "SET app.by_phase = 'x';\n");
    let mut gate = "id = \"1.1\"\nclaim = \"c\"\n".to_owned();
    let mut ids = Vec::new();
    for (name, sets) in [
        ("by_phase", "query = \"SELECT 1\"\nrows = [[\"1\"]]"),
        ("by_function", "query = \"SELECT tenant()\"\nrows = [[\"1\"]]"),
        ("by_query", "query = \"SELECT set_config('app.by_query', 'x', true)\"\nrows = [[\"x\"]]"),
        (
            "by_write",
            "write = \"SET LOCAL app.by_write = 'x'; UPDATE notes SET body = NULL WHERE id = 1\"\naccepts = { rows = 1 }",
        ),
        ("by_step", "[[check.step]]\nrun = \"SET app.by_step = 'x'\""),
    ] {
        let unset = format!("query = \"SELECT current_setting('app.{name}', true) IS NULL\"\nrows = [[\"t\"]]");
        for what in [sets, &unset] {
            ids.push(format!("1.1.{}", ids.len() + 1));
            gate.push_str(&format!("[[check]]\nid = \"{}\"\ntitle = \"t\"\n{what}\n", ids[ids.len() - 1]));
        }
    }
    workspace.put(GATE_1, &gate);
    let finished = workspace.run().await;
    for id in ids {
        assert_eq!(check(&finished, &id), (Verdict::Passed, None), "{id}");
    }
}
