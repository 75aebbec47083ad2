//! A dump as the baseline of a suite that runs at once, and sqitch's verify scripts.

use std::{fs, path::Path};

use phasegate_adoption::{
    import::{dump, take_over},
    init::write,
};
use phasegate_evidence::Verdict;
use phasegate_server::embedded;

use crate::suite::{Folder, failed};

/// As pg_dump 17.6 and later write it.
const DUMP: &str = "--\n-- PostgreSQL database dump\n--\n\n\\restrict k1\n\nSET statement_timeout = 0;\n\
    SELECT pg_catalog.set_config('search_path', '', false);\nSET row_security = off;\n\n\
    CREATE TABLE public.notes (\n    id integer NOT NULL,\n    title text\n);\n\nALTER TABLE public.notes OWNER TO app_owner;\n\n\
    COPY public.notes (id, title) FROM stdin;\n1\tit's; here\n2\t\\N\n\\.\n\n\n\
    GRANT SELECT ON TABLE public.notes TO reader;\n\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict k1\n\n";

#[tokio::test]
async fn a_dump_becomes_a_suite_that_runs_at_once_with_the_roles_that_it_names() {
    let folder = Folder::new();
    folder.put("app.sql", DUMP);
    let (migrations, listed) = dump(&folder.path().join("app.sql")).expect("a dump");
    assert_eq!(listed, []);
    let (_keep, cancel) = tokio::sync::watch::channel(false);
    write(folder.path(), &migrations, embedded(), &mut |_| {}, cancel).await.expect("a suite");
    let roles = fs::read_to_string(folder.path().join("phasegate/fixtures/roles.sql")).expect("roles");
    assert!(roles.contains("CREATE ROLE \"app_owner\"") || roles.contains("CREATE ROLE app_owner"), "{roles}");
    let finished = folder.run().await;
    assert_eq!(failed(&finished), []);
    assert_eq!(finished.result.verdict, Verdict::Passed);
}

#[test]
fn what_is_no_plain_dump_of_one_database_is_refused_with_what_to_type() {
    for (text, why) in [
        ("PGDMP\u{1}", "--format=plain"),
        (DUMP.split("GRANT").next().expect("its beginning"), "is cut off"),
        (&DUMP.replace("SET row_security = off;", "\\connect app"), "dump without --create"),
        (
            &DUMP.replace("COPY public.notes (id, title)", "COPY _timescaledb_catalog.hypertable (id, title)"),
            "timescaledb_pre_restore",
        ),
    ] {
        let folder = Folder::new();
        folder.put("app.sql", text);
        let error = dump(&folder.path().join("app.sql")).expect_err("refused").to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[tokio::test]
async fn the_verify_scripts_of_sqitch_are_gates_of_their_changes() {
    let folder = Folder::new();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/adoption/sqitch"), folder.path());
    let (_keep, cancel) = tokio::sync::watch::channel(false);
    let taken = take_over(folder.path(), "sqitch", embedded(), &mut |_| {}, cancel).await.expect("a suite");
    assert_eq!(taken.listed, []);
    assert!(taken.translated > 0);
    let gates = taken.written.files.iter().filter(|file| file.ends_with(".5-verify.toml")).count();
    assert_eq!(gates, taken.migrations.steps.len());
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("writable");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let to = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).expect("copied");
        }
    }
}
