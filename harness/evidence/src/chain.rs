//! The chain of events: each line carries the SHA-256 of the line before.
//!
//! A chain alone proves nothing against someone who recomputes it; that is why the digest of the last line is printed,
//! and signed.

use serde::{Deserialize, Serialize};

use crate::{CanonicalError, Digest, Event, canonical::read_canonical, canonical_bytes};

/// One line of `events.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The ordinal of the line, from 0.
    pub seq: u64,
    /// The digest of the line before, without its line end; that of nothing for the first.
    pub previous: Digest,
    /// When it was written, in milliseconds since 1970-01-01T00:00:00Z.
    pub at_unix_ms: u64,
    /// What happened.
    pub event: Event,
}

/// The writing end of a chain.
#[derive(Debug)]
pub struct Chain {
    next: u64,
    head: Digest,
}

/// A chain that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// A line is no event.
    #[error("line {line} is no event: {message}")]
    Unreadable {
        /// The line, from 1.
        line: usize,
        /// What the parser said.
        message: String,
    },
    /// A line does not follow from the one before.
    #[error("line {line} does not follow from the line before it")]
    Broken {
        /// The line, from 1.
        line: usize,
    },
    /// The file does not end with the end of a line.
    #[error("the last line is cut off")]
    CutOff,
}

impl Default for Chain {
    fn default() -> Self {
        Self { next: 0, head: Digest::of(b"") }
    }
}

impl Chain {
    /// The next line in canonical JSON, with its line end.
    ///
    /// # Errors
    /// When the event cannot be written as JSON.
    pub fn append(&mut self, at_unix_ms: u64, event: Event) -> Result<Vec<u8>, CanonicalError> {
        let link = Link { seq: self.next, previous: self.head.clone(), at_unix_ms, event };
        let mut line = canonical_bytes(&link)?;
        self.next += 1;
        self.head = Digest::of(&line);
        line.push(b'\n');
        Ok(line)
    }
}

/// Reads a whole chain and proves that each line follows from the one before. Returns the links and the head digest.
///
/// # Errors
/// At the first line that is no event or does not follow.
pub fn read_chain(text: &str) -> Result<(Vec<Link>, Digest), ChainError> {
    if !text.is_empty() && !text.ends_with('\n') {
        return Err(ChainError::CutOff);
    }
    let mut links = Vec::new();
    let mut head = Digest::of(b"");
    // Not `lines`, which would let a carriage return through that no digest covers.
    for (index, line) in text.split_terminator('\n').enumerate() {
        let link: Link =
            read_canonical(line.as_bytes()).map_err(|message| ChainError::Unreadable { line: index + 1, message })?;
        if link.seq != index as u64 || link.previous != head {
            return Err(ChainError::Broken { line: index + 1 });
        }
        head = Digest::of(line.as_bytes());
        links.push(link);
    }
    Ok((links, head))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three_lines() -> Vec<String> {
        let mut chain = Chain::default();
        ["a", "b", "c"]
            .map(|suite| {
                let event = Event::SuiteStarted { suite: suite.to_owned() };
                String::from_utf8(chain.append(0, event).expect("plain JSON")).expect("UTF-8")
            })
            .to_vec()
    }

    fn text(lines: &[String]) -> String {
        lines.concat()
    }

    #[test]
    fn a_chain_reads_back() {
        let (links, head) = read_chain(&text(&three_lines())).expect("whole");
        assert_eq!(links.len(), 3);
        assert_eq!(head, Digest::of(three_lines()[2].trim_end().as_bytes()));
    }

    #[test]
    fn a_changed_removed_or_swapped_line_breaks_it() {
        let mut changed = three_lines();
        changed[1] = changed[1].replace("\"b\"", "\"x\"");
        assert_eq!(read_chain(&text(&changed)), Err(ChainError::Broken { line: 3 }));

        let mut removed = three_lines();
        removed.remove(0);
        assert_eq!(read_chain(&text(&removed)), Err(ChainError::Broken { line: 1 }));

        let mut swapped = three_lines();
        swapped.swap(1, 2);
        assert_eq!(read_chain(&text(&swapped)), Err(ChainError::Broken { line: 2 }));
    }

    #[test]
    fn a_cut_off_line_is_seen() {
        let whole = text(&three_lines());
        assert_eq!(read_chain(&whole[..whole.len() - 1]), Err(ChainError::CutOff));
    }
}
