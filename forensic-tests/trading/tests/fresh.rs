//! The generated rows of the suite `trading-phase-1c` are those that the model writes now. `PHASEGATE_BLESS=1` writes them.

use std::path::Path;

use trading_model::{baseline_rows, history::Shape, shadow_rows};

/// One cycle shows every case.
const HOURS: u32 = 6;

fn is_fresh(name: &str, rows: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/trading-phase-1c/data");
    let path = folder.join(name);
    if std::env::var_os("PHASEGATE_BLESS").is_some_and(|value| value == "1") {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(&path, rows).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == rows, "{name} is not what the model writes; PHASEGATE_BLESS=1 writes it");
}

#[test]
fn the_rows_of_the_baseline_are_those_of_the_model() {
    is_fresh("baseline_rows.sql", &baseline_rows(&Shape::small(1), HOURS));
}

#[test]
fn the_rows_of_the_regeneration_are_those_of_the_model() {
    is_fresh("shadow_rows.sql", &shadow_rows(&Shape::small(1), HOURS));
}
