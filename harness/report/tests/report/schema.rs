//! The published schema of `--format json` is that of the types, and describes what is really printed. After a change that is
//! meant, make it anew with `PHASEGATE_BLESS=1`.

use std::{env, fs, path::Path};

use jsonschema::Validator;
use phasegate_report::{json, json_schema};
use serde_json::{Value, json as value};

use crate::{
    hostile::records,
    kinds::{failed, proved},
    runs::{gate_failed, phase_failed, read},
    sample::Sample,
};

fn validator() -> Validator {
    jsonschema::draft202012::new(json_schema().as_value()).expect("a schema")
}

#[test]
fn the_published_schema_is_that_of_the_types() {
    let reports = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reports");
    let path = reports.join("schema/report.schema.json");
    if env::var_os("PHASEGATE_BLESS").is_some() {
        let text = serde_json::to_string_pretty(&json_schema()).expect("plain JSON");
        fs::write(&path, text + "\n").expect("writable");
    }
    let published: Value = serde_json::from_slice(&fs::read(path).expect("readable")).expect("JSON");
    assert!(published == *json_schema().as_value(), "report.schema.json is not the schema of the type; make it anew");
    let page = fs::read_to_string(reports.join("README.md")).expect("the page");
    assert!(page.contains("(schema/report.schema.json)"));
}

#[test]
fn what_is_printed_of_any_run_fits_the_schema() {
    let honest = [Sample::passed(), gate_failed(), phase_failed(), proved(), failed()].map(|sample| read(&sample));
    let validator = validator();
    for (_holder, record) in records().into_iter().chain(honest) {
        let document: Value = serde_json::from_str(&json(&record).expect("renderable")).expect("JSON");
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}

#[test]
fn what_is_left_out_added_or_of_another_kind_does_not_fit() {
    let (_holder, record) = read(&phase_failed());
    let document: Value = serde_json::from_str(&json(&record).expect("renderable")).expect("JSON");
    let phase = "/suites/0/phases/1";
    assert_eq!(document.pointer(&format!("{phase}/failure/detail")), Some(&value!("entry 7")));
    assert_eq!(document.pointer(&format!("{phase}/failure/catalog")), Some(&value!("unchanged")));
    assert_eq!(document.pointer("/suites/0/findings/0/finding"), Some(&value!("truncate-bypasses-guards")));
    assert_eq!(document.pointer("/suites/0/deviations/0/id"), Some(&value!("currency-not-null")));
    let validator = validator();
    for (place, wrong) in [
        ("/verdict".to_owned(), value!("skipped")),
        (format!("{phase}/failure/line"), value!("7")),
        (format!("{phase}/failure/catalog"), value!("lost")),
        (format!("{phase}/gates/0/checks/0/line"), value!(-1)),
        ("/suites/0/findings/0/severity".to_owned(), value!("grave")),
        ("/suites/0/deviations/0/reason".to_owned(), value!(null)),
        ("/totals/checks/passed".to_owned(), value!(1.5)),
    ] {
        let mut changed = document.clone();
        *changed.pointer_mut(&place).unwrap_or_else(|| panic!("no {place}")) = wrong;
        assert!(!validator.is_valid(&changed), "{place}");
    }
    for object in ["", "/suites/0", "/suites/0/phases/1", "/suites/0/phases/1/failure", "/suites/0/findings/0"] {
        let mut changed = document.clone();
        let map = changed.pointer_mut(object).and_then(Value::as_object_mut).unwrap_or_else(|| panic!("no {object}"));
        map.insert("unknown".to_owned(), value!(1));
        assert!(!validator.is_valid(&changed), "{object} takes more than is printed");
    }
    for key in ["/suites", "/suites/0/findings", "/suites/0/phases"] {
        let mut changed = document.clone();
        let (above, name) = key.rsplit_once('/').expect("a path");
        changed.pointer_mut(above).and_then(Value::as_object_mut).expect("an object").remove(name);
        assert!(!validator.is_valid(&changed), "{key} may be left out");
    }
}
