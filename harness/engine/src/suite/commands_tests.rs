//! What commands read and are given, as a user may get it wrong.

use rstest::rstest;

use super::{
    bad_input_tests::{SUITE, message, put, whole},
    load,
};

#[test]
fn what_a_pattern_of_inputs_names_is_digested_with_all_that_lies_below_it() {
    let root = whole();
    let suite = SUITE.replace("[server]", "inputs = [\"alembic/**\"]\nenv = { A = \"b\" }\n[server]");
    put(
        root.path(),
        "suites/s/suite.toml",
        &suite.replace("up = \"up.sql\"", "up = { command = [\"sh\", \"up.sql\"] }"),
    );
    for name in ["env.py", "versions/a1.py", "versions/__pycache__/a1.pyc"] {
        put(root.path(), &format!("fixtures/alembic/{name}"), "x");
    }
    let suites = load(&root.path().join("suites"), &[]).expect("whole");
    let inputs: Vec<&String> = suites[0].inputs.keys().filter(|name| name.contains("alembic")).collect();
    assert_eq!(inputs, ["fixtures/alembic/env.py", "fixtures/alembic/versions/a1.py"]);
    assert_eq!(suites[0].commands.inputs.digests.len(), 2);
}

#[rstest]
#[case::inputs_without_match(&SUITE.replace("[server]", "inputs = [\"up.sql\",\n\"alembic/**\"]\n[server]"),
    "suites/s/suite.toml:6: inputs: `alembic/**` matches no file in fixtures")]
#[case::inputs_of_no_command(&SUITE.replace("[server]", "inputs = [\"up.sql\"]\n[server]"),
    "suites/s/suite.toml:5: `inputs` is for commands, and the suite runs none: take it out")]
#[case::env_of_no_command(&SUITE.replace("[server]", "env = { A = \"b\" }\n[server]"),
    "suites/s/suite.toml:5: `env` is for commands, and the suite runs none: take it out")]
#[case::env_that_names_the_database(&SUITE.replace("[server]", "env = { DATABASE_URL = \"b\" }\n[server]"),
    "suites/s/suite.toml:5: env: `DATABASE_URL` is no name that a command could be given: DATABASE_URL is the database, \
     and a name has no `=`")]
#[case::inputs_of_a_phase_without_match(&SUITE.replace("up = \"up.sql\"", "up = { command = [\"sh\", \"up.sql\"] }\ninputs = [\"a/**\"]"),
    "suites/s/suite.toml:14: inputs: `a/**` matches no file in fixtures")]
#[case::inputs_of_a_phase_that_is_no_command(&SUITE.replace("up = \"up.sql\"", "up = \"up.sql\"\ninputs = [\"*.sql\"]"),
    "suites/s/suite.toml:14: `inputs` is for commands, and phase 1 runs none: take it out")]
#[case::env_of_a_phase_that_is_no_command(&SUITE.replace("up = \"up.sql\"", "up = \"up.sql\"\nenv = { A = \"b\" }")
        .replace("[baseline]\n", "[baseline]\ncommand = [\"true\"]\n"),
    "suites/s/suite.toml:15: `env` is for commands, and phase 1 runs none: take it out")]
#[case::env_of_a_phase_that_names_the_database(&SUITE.replace("up = \"up.sql\"", "up = { command = [\"sh\", \"up.sql\"] }\nenv = { DATABASE_URL = \"b\" }"),
    "suites/s/suite.toml:14: env: `DATABASE_URL` is no name that a command could be given: DATABASE_URL is the database, \
     and a name has no `=`")]
fn a_mistake_with_commands_is_named_with_its_line(#[case] suite: &str, #[case] expected: &str) {
    let root = whole();
    put(root.path(), "suites/s/suite.toml", suite);
    assert_eq!(message(root.path()), expected);
}
