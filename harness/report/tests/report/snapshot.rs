//! Comparing with the files in `tests/report/snapshots`. After a change that is meant, run the tests once with
//! `PHASEGATE_BLESS=1` and read the difference.

use std::{env, fs, path::Path};

/// The printed text must be the stored one.
pub(crate) fn same(name: &str, printed: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report/snapshots").join(name);
    if env::var_os("PHASEGATE_BLESS").is_some() {
        fs::write(&path, printed).expect("writable");
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == printed, "{name} differs; printed now:\n{printed}");
}
