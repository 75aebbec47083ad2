//! What the page shows of outputs that are large, gone or damaged.

use std::fs;

use phasegate_evidence::{
    Event, OUTPUTS_FOLDER, Seen, Table,
    judge::{Observation, RowsSeen},
};
use phasegate_report::{Record, html};
use tempfile::TempDir;

use crate::{runs::read, sample::Sample};

/// A run whose check 1.1.2 saw a value of so many bytes, and the name of the output that holds it.
fn saw(bytes: usize) -> (TempDir, Record, String) {
    let mut sample = Sample::passed();
    let table = Table { columns: vec!["value".into()], rows: vec![vec![Some("<é>".repeat(bytes / 4))]] };
    let seen = sample.stored(&Observation::Rows(RowsSeen { table: Some(table), examined: None, error: None }));
    let Seen::Stored(digest) = seen.clone() else { unreachable!("stored") };
    for event in &mut sample.events {
        if let Event::CheckJudged { check, observation, .. } = event
            && check == "1.1.2"
        {
            *observation = seen.clone();
        }
    }
    let (holder, record) = read(&sample);
    (holder, record, digest.to_string())
}

#[test]
fn a_large_output_is_cut_between_letters_with_its_size_and_where_it_lies() {
    let (_holder, record, digest) = saw(1 << 20);
    let size = fs::metadata(record.folder.path().join(OUTPUTS_FOLDER).join(&digest)).expect("a file").len();
    let page = html(&record);
    assert!(page.contains(&format!("Cut here: {size} bytes in all.")), "{size}");
    assert!(page.contains(&format!("href=\"outputs/{digest}\"")));
    assert!(!page.contains('\u{fffd}') && page.len() < 750_000, "{}", page.len());
    let (_holder, record, _) = saw(800);
    let page = html(&record);
    assert!(page.contains(&"&lt;é&gt;".repeat(200)) && !page.contains("Cut here"));
}

#[test]
fn an_output_that_is_gone_or_no_text_breaks_nothing_and_is_said() {
    let (_holder, record, digest) = saw(800);
    let output = record.folder.path().join(OUTPUTS_FOLDER).join(&digest);
    fs::write(&output, b"{\"kind\":\"rows\",\"\xff<script>\"").expect("writable");
    let page = html(&record);
    assert!(page.contains(&format!("outputs/{digest}: ")) && !page.contains("\"<script>"), "{page}");
    fs::remove_file(&output).expect("removable");
    assert!(html(&record).contains(&format!("outputs/{digest}: is missing, or no file that can be read")));
}
