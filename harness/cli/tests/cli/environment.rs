//! What the environment says to clients of PostgreSQL does not reach a server of our own.

use crate::{
    phasegate::{command, ran},
    workspace::{on_postgres, put, workspace},
};

#[test]
fn the_variables_of_postgresql_change_no_verdict() {
    let workspace = workspace();
    let here = workspace.path();
    on_postgres(here);
    put(
        here,
        "forensic-tests/suites/notes/gates/2-title/2.2-settings.toml",
        "id = \"2.2\"\nclaim = \"settings are the server's own\"\n[[check]]\nid = \"2.2.1\"\ntitle = \"t\"\n\
         query = \"SELECT current_setting('enable_seqscan'), current_setting('search_path')\"\n\
         rows = [[\"on\", '\"$user\", public']]\n",
    );
    let mut run = command(here, &["run", "--server", "embedded"]);
    for (name, value) in [
        ("PGOPTIONS", "-c enable_seqscan=off -c search_path=pg_catalog"),
        ("PGSSLMODE", "verify-full"),
        ("PGSSLROOTCERT", "/nowhere"),
        ("PGUSER", "nobody"),
        ("PGPASSWORD", "wrong"),
        ("PGHOST", "192.0.2.1"),
        ("PGPORT", "1"),
        ("PGDATABASE", "none"),
        ("PGAPPNAME", "other"),
    ] {
        run.env(name, value);
    }
    let ran = ran(&mut run);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}
