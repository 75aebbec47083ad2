//! The migration tools that tests run.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// Set where there must be the tools, so that a test that needs one is not left out but fails.
const MANDATORY: &str = "PHASEGATE_TEST_TOOLS";
const PACKAGES: [&str; 2] = ["alembic>=1.13,<2", "psycopg[binary]>=3.1,<4"];

/// Why Alembic cannot be run, if it cannot.
pub(crate) fn without_alembic() -> Option<String> {
    let is_there =
        || env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| has_packages(&folder)));
    let at_hand = env::var_os(MANDATORY).is_some() || has_packages(&folder().join("bin")) || is_there();
    (!at_hand).then(|| format!("needs alembic and psycopg; {MANDATORY}=1 fetches them"))
}

/// The folder of the program `alembic`, which a virtual environment of the tests' own is made for once.
pub(crate) fn alembic() -> &'static Path {
    static BIN: OnceLock<PathBuf> = OnceLock::new();
    BIN.get_or_init(|| {
        let path = env::var_os("PATH").unwrap_or_default();
        let mut folders = vec![folder().join("bin")];
        folders.extend(env::split_paths(&path));
        if let Some(found) = folders.into_iter().find(|bin| has_packages(bin)) {
            return found;
        }
        // One that was begun and not finished is begun again.
        let _ = fs::remove_dir_all(folder());
        succeeds(Command::new("python3").args(["-m", "venv"]).arg(folder()));
        succeeds(Command::new(folder().join("bin/pip")).args(["install", "--quiet"]).args(PACKAGES));
        folder().join("bin")
    })
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("alembic")
}

/// Whether this folder holds an `alembic` whose Python knows psycopg.
fn has_packages(bin: &Path) -> bool {
    let knows = || {
        let asked = Command::new(bin.join("python3")).args(["-c", "import alembic, psycopg"]).output();
        asked.is_ok_and(|output| output.status.success())
    };
    bin.join("alembic").is_file() && knows()
}

fn succeeds(command: &mut Command) {
    let output = command.output().expect("the command runs");
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
}
