//! What was seen, as far as a report holds it. The page holds all of it where there is little, and of large outputs the beginning.

use std::collections::BTreeSet;

use phasegate_evidence::{Digest, Event, OUTPUTS_FOLDER, RunFolder, Seen, judge::Observation};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    record::Record,
    visible::{may_hide, visible, visible_value},
};

/// How many bytes of outputs the page holds at most, about: a browser shows such a page at once.
const PAGE_BYTES_MAX: usize = 8 << 20;
/// How many bytes of one output it holds however many there are, and however few.
const OUTPUT_BYTES: [usize; 2] = [512, 256 << 10];
/// How many bytes a catalog or a difference may have that is laid out object by object.
const CATALOG_BYTES_MAX: u64 = 16 << 20;

/// The outputs of a run.
pub(crate) struct Outputs<'a> {
    folder: &'a RunFolder,
    bytes_max: usize,
}

/// A value among the outputs.
pub(crate) enum Shown<T> {
    /// All of it.
    Whole(T),
    /// It is too large for the page: how it begins, and how many bytes it has.
    Begins(String, u64),
    /// It cannot be read.
    Unread(String),
}

impl<'a> Outputs<'a> {
    /// The outputs of a run. The more there are, the less of each is shown.
    pub(crate) fn of(record: &'a Record) -> Self {
        let named: BTreeSet<&Digest> =
            record.events().filter(|event| is_observed(event)).flat_map(Event::outputs).collect();
        let [least, most] = OUTPUT_BYTES;
        Self { folder: &record.folder, bytes_max: (PAGE_BYTES_MAX / named.len().max(1)).clamp(least, most) }
    }

    /// The outputs of a run, each of them whole.
    pub(crate) fn whole(record: &'a Record) -> Self {
        Self { folder: &record.folder, bytes_max: CATALOG_BYTES_MAX as usize }
    }

    /// What was seen.
    pub(crate) fn observation(&self, seen: &Seen) -> Shown<Observation> {
        match seen {
            // The record has been made visible.
            Seen::Here(observation) => Shown::Whole((**observation).clone()),
            Seen::Stored(digest) => self.read(digest, self.bytes_max),
        }
    }

    /// A catalog, or the difference between two.
    pub(crate) fn catalog<T: Serialize + DeserializeOwned>(&self, digest: &Digest) -> Shown<T> {
        self.read(digest, CATALOG_BYTES_MAX as usize)
    }

    fn read<T: Serialize + DeserializeOwned>(&self, digest: &Digest, bytes_max: usize) -> Shown<T> {
        // What the error says names the folder, and the page is the same wherever that lies.
        let Ok((bytes, size)) = self.folder.output_head(digest, bytes_max) else {
            return unread(digest, "is missing, or no file that can be read");
        };
        let text = String::from_utf8_lossy(&bytes);
        if size > bytes.len() as u64 {
            let whole = text.trim_end_matches('\u{fffd}');
            let begins = &whole[..whole.floor_char_boundary(self.bytes_max)];
            return Shown::Begins(visible(begins).into_owned(), size);
        }
        match serde_json::from_str(&text) {
            Ok(value) if may_hide(&text) => Shown::Whole(visible_value(value)),
            Ok(value) => Shown::Whole(value),
            Err(error) => unread(digest, &error.to_string()),
        }
    }
}

fn is_observed(event: &Event) -> bool {
    matches!(event, Event::CheckJudged { .. })
}

fn unread<T>(digest: &Digest, why: &str) -> Shown<T> {
    Shown::Unread(visible(&format!("{OUTPUTS_FOLDER}/{digest}: {why}")).into_owned())
}
