//! What needs pgTAP itself: a server that offers it, which is the embedded one with the extension laid beside its own.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use phasegate_server::{embedded, provision};
use tempfile::TempDir;

use crate::{Claim, project::Project};

/// The folder that `ci/pgtap` prints.
const PGTAP: &str = "PHASEGATE_PGTAP";

/// Why there is no pgTAP here.
pub(crate) fn hindrance() -> Option<String> {
    env::var_os(PGTAP).is_none().then(|| format!("needs pgTAP: set {PGTAP} to what ci/pgtap prints"))
}

pub(crate) fn claims() -> Vec<Claim> {
    vec![("a_file_of_pgtap_runs_as_it_is_and_is_judged_by_all_that_it_says", judged)]
}

/// Each file, what its check says of it beside its name, and how that ends.
const FILES: &[(&str, &str, &str, &str)] = &[
    (
        "passes",
        "SELECT plan(2);\nSELECT has_table('notes');\nSELECT is(count(*), 2::bigint) FROM notes;\n",
        "",
        "passed",
    ),
    ("without_a_number", "SELECT * FROM no_plan();\nSELECT has_table('notes');\n", "", "passed"),
    (
        "fails",
        "SELECT plan(2);\nSELECT has_table('notes');\nSELECT is(count(*), 3::bigint) FROM notes;\n",
        "",
        "not-ok",
    ),
    ("plans_more", "SELECT plan(3);\nSELECT has_table('notes');\nSELECT pass('b');\n", "", "broken-tap"),
    ("plans_fewer", "SELECT plan(1);\nSELECT has_table('notes');\nSELECT pass('b');\n", "", "broken-tap"),
    ("bails_out", "SELECT plan(1);\nSELECT has_table('notes');\nSELECT 'Bail out!  no more';\n", "", "not-ok"),
    ("dies", "SELECT plan(2);\nSELECT has_table('notes');\nSELECT ok(nobody()) FROM notes;\n", "", "refused"),
    ("raises", "SELECT plan(1);\nDO $$ BEGIN RAISE 'the end'; END $$;\nSELECT has_table('notes');\n", "", "refused"),
    ("skips", "SELECT plan(2);\nSELECT skip('not here', 1);\nSELECT has_table('notes');\n", "", "not-ok"),
    (
        "skips_as_said",
        "SELECT plan(2);\nSELECT skip('not here', 1);\nSELECT has_table('notes');\n",
        ", skip = 1",
        "passed",
    ),
    (
        "may_fail",
        "SELECT plan(2);\nSELECT todo('later', 1);\nSELECT fail('b');\nSELECT has_table('notes');\n",
        ", todo = 1",
        "passed",
    ),
    ("skips_all", "SELECT plan(1);\nSELECT skip('not here', 1);\n", ", skip = 1", "vacuous"),
    (
        // A failure that a savepoint takes back is told by its line alone.
        "takes_a_failure_back",
        "SELECT plan(2);\nSAVEPOINT s;\nSELECT fail('a');\nROLLBACK TO SAVEPOINT s;\nSELECT pass('b');\n",
        "",
        "not-ok",
    ),
];

fn judged() {
    let mut gate = "id = \"1.tap\"\nclaim = \"what pgTAP says\"\n".to_owned();
    let mut files = Vec::new();
    for (name, sql, more, _) in FILES {
        let check =
            format!("\n[[check]]\nid = \"1.tap.{name}\"\ntitle = \"t\"\ntap = {{ file = \"{name}.sql\"{more} }}\n");
        gate.push_str(&check);
        // As pg_prove's own files begin and end.
        let whole = format!("\\unset ECHO\n\\set QUIET 1\nBEGIN;\n{sql}SELECT * FROM finish();\nROLLBACK;\n");
        files.push((format!("phasegate/f/{name}.sql"), whole));
    }
    let project = Project::of(&[
        (
            "phasegate/suite.toml",
            "suite = \"s\"\ntitle = \"t\"\nsource = \"w\"\nfixtures = \"f\"\n[server]\nkind = \"postgres\"\n[baseline]\n\
             [[phase]]\nid = \"1\"\nslug = \"1-notes\"\ntitle = \"notes\"\nup = \"notes.up.sql\"\n",
        ),
        ("phasegate/f/notes.up.sql", "CREATE TABLE notes (id int);\nINSERT INTO notes VALUES (1), (2);\n"),
        ("phasegate/gates/1-notes/1.tap.toml", &gate),
    ]);
    files.iter().for_each(|(name, text)| project.put(name, text));

    // Where the server does not offer pgTAP, nothing is judged, and nothing has passed.
    let (code, met) = project.run();
    assert_eq!((code, met.len()), (0, FILES.len()));
    assert!(met.iter().all(|(_, code)| code == "server-lacks"), "{met:?}");
    let told = project.phasegate(&["run"]).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains(
        "server-lacks: needs pgTAP, which this server does not offer: install it there, or let the baseline bring it \
         (`pgtap = \"baseline\"`)"
    ), "{told}");
    assert!(
        told.contains(&format!("not-applicable: 0 of 1 gate (1 not applicable) and 0 of {} checks", FILES.len())),
        "{told}"
    );

    let server = TempDir::new().expect("a temporary folder");
    let path = env::join_paths([with_pgtap(server.path())]).expect("a path");
    let (code, met) = project.run_on_the_path(&path);
    let expected: Vec<(String, String)> = FILES
        .iter()
        .filter(|(.., ends)| *ends != "passed")
        .map(|(name, _, _, ends)| (format!("1.tap.{name}"), (*ends).to_owned()))
        .collect();
    assert_eq!((code, met), (1, expected));
}

/// The programs of a server that offers pgTAP: a copy of the embedded one.
fn with_pgtap(folder: &Path) -> PathBuf {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let bin = runtime.block_on(provision(&embedded(), &mut |_| {})).expect("an installation").bin;
    // Its root holds usr/lib/postgresql/N/bin.
    let root = bin.ancestors().nth(5).expect("a root");
    copy(root, folder);
    // Servers do not run as root.
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("ours");
    let here = |path: &Path| folder.join(path.strip_prefix(root).expect("below the root"));
    let major = bin.parent().and_then(Path::file_name).expect("a version");
    let extensions = folder.join("usr/share/postgresql").join(major).join("extension");
    copy(&PathBuf::from(env::var_os(PGTAP).expect("pgTAP")), &extensions);
    here(&bin)
}

/// Copies a folder, its links as what they lead to.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("writable");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let to = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &to);
        } else if fs::hard_link(&path, &to).is_err() {
            fs::copy(&path, &to).expect("copied");
        }
    }
}
