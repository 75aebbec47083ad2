//! Random damage to real files: what a fuzzer does to bytes, as a strategy that makes what fails smaller.

use std::ops::Range;

use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};

/// Words that mean something to a reader of TOML.
pub const TOML: &[&[u8]] = &[
    b"[",
    b"]",
    b"[[check]]\n",
    b"[[phase]]\n",
    b"{",
    b"}",
    b"=",
    b"\n",
    b"\"",
    b"'''",
    b"\"\"\"",
    b"\\",
    b"#",
    b"${",
    b"$${",
    b"id = \"1.1\"\n",
    b"each = [{}]\n",
    b"1e999",
    b"0x",
    b"-",
    b"true",
    b"1979-05-27",
    b"..",
    b"*",
];
/// Words that mean something to a reader of SQL.
pub const SQL: &[&[u8]] = &[
    b";",
    b"'",
    b"\"",
    b"`",
    b"[",
    b"$$",
    b"$a$",
    b"--",
    b"/*",
    b"/*/",
    b"/* /* */ */",
    b"*/",
    b"\n",
    b"\\",
    b"\n\\i x\n",
    b"E'",
    b"U&'",
    b"(",
    b")",
    b" BEGIN ",
    b" END ",
    b" CASE ",
    b"CREATE TRIGGER ",
    b"COPY t FROM STDIN",
    b" ROLLBACK TO ",
    b"::",
    b"?",
];
/// Words that mean something to a reader of JSON.
pub const JSON: &[&[u8]] = &[
    b"[",
    b"]",
    b"{",
    b"}",
    b",",
    b":",
    b"\"",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"null",
    b"true",
    b"1e999",
    b"-0",
    b"0.0",
    b"\n",
    b"\r\n",
    b" ",
    b"\"format\":2,",
];
/// What no text file should hold, or holds only by accident.
const STRANGE: &[&[u8]] = &[
    b"\0",
    b"\xff",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\x1b[2J",
    b"\r",
    "\u{202e}".as_bytes(),
    "\u{85}".as_bytes(),
    "é".as_bytes(),
    b"99999999999999999999999999999999999999999",
    b"-9223372036854775809",
];
/// How deep one edit nests at most: what a reader on a small stack must bear.
const DEPTH_MAX: usize = 20_000;

/// One thing that is done to bytes. Places are shares of the length, so that it can be done to any file.
#[derive(Debug, Clone)]
enum Edit {
    Flip {
        at: Index,
        bit: u8,
    },
    Remove {
        from: Index,
        to: Index,
    },
    Duplicate {
        from: Index,
        to: Index,
    },
    /// Puts a piece of another file here.
    Splice {
        from: Index,
        to: Index,
        at: Index,
    },
    Insert {
        at: Index,
        token: &'static [u8],
    },
    Nest {
        at: Index,
        pair: (u8, u8),
        depth: usize,
    },
    Truncate {
        at: Index,
    },
    RemoveLine {
        at: Index,
    },
    DuplicateLine {
        at: Index,
    },
    Replace {
        with: Vec<u8>,
    },
}

/// What is done to the bytes of one file.
#[derive(Debug, Clone)]
pub struct Damage(Vec<Edit>);

/// Some damage to a file in which these words mean something.
pub fn damage(tokens: &'static [&'static [u8]]) -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    let words: Vec<&'static [u8]> = tokens.iter().chain(STRANGE).copied().collect();
    let edit = prop_oneof![
        4 => (at(), 0..8_u8).prop_map(|(at, bit)| Edit::Flip { at, bit }),
        2 => (at(), at()).prop_map(|(from, to)| Edit::Remove { from, to }),
        1 => (at(), at()).prop_map(|(from, to)| Edit::Duplicate { from, to }),
        2 => (at(), at(), at()).prop_map(|(from, to, at)| Edit::Splice { from, to, at }),
        6 => (at(), select(words)).prop_map(|(at, token)| Edit::Insert { at, token }),
        1 => (at(), select(vec![(b'(', b')'), (b'[', b']'), (b'{', b'}')]), 1..DEPTH_MAX)
            .prop_map(|(at, pair, depth)| Edit::Nest { at, pair, depth }),
        1 => at().prop_map(|at| Edit::Truncate { at }),
        2 => at().prop_map(|at| Edit::RemoveLine { at }),
        2 => at().prop_map(|at| Edit::DuplicateLine { at }),
        1 => vec(any::<u8>(), 0..200).prop_map(|with| Edit::Replace { with }),
    ];
    vec(edit, 1..4).prop_map(Damage)
}

impl Damage {
    /// The damaged bytes; pieces are taken from `other`.
    #[must_use]
    pub fn to(&self, bytes: &[u8], other: &[u8]) -> Vec<u8> {
        let mut damaged = bytes.to_vec();
        for edit in &self.0 {
            edit.apply(&mut damaged, other);
        }
        damaged
    }
}

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>, other: &[u8]) {
        // Places lie between bytes, or after the last one.
        let place = |at: &Index, bytes: &[u8]| at.index(bytes.len() + 1);
        match self {
            Self::Flip { at, bit } if !bytes.is_empty() => {
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
            }
            Self::Flip { .. } => {}
            Self::Remove { from, to } => drop(bytes.drain(range(from, to, bytes.len()))),
            Self::Duplicate { from, to } => {
                let range = range(from, to, bytes.len());
                let piece = bytes[range.clone()].to_vec();
                bytes.splice(range.end..range.end, piece);
            }
            Self::Splice { from, to, at } => {
                let at = place(at, bytes);
                bytes.splice(at..at, other[range(from, to, other.len())].iter().copied());
            }
            Self::Insert { at, token } => {
                let at = place(at, bytes);
                bytes.splice(at..at, token.iter().copied());
            }
            Self::Nest { at, pair: (open, close), depth } => {
                let at = place(at, bytes);
                let nest = vec![*open; *depth].into_iter().chain(vec![*close; *depth]);
                bytes.splice(at..at, nest);
            }
            Self::Truncate { at } => bytes.truncate(place(at, bytes)),
            Self::RemoveLine { at } => drop(bytes.drain(line(at, bytes))),
            Self::DuplicateLine { at } => {
                let range = line(at, bytes);
                let copy = bytes[range.clone()].to_vec();
                bytes.splice(range.start..range.start, copy);
            }
            Self::Replace { with } => with.clone_into(bytes),
        }
    }
}

/// From one place to another, whichever comes first.
fn range(one: &Index, other: &Index, length: usize) -> Range<usize> {
    let (one, other) = (one.index(length + 1), other.index(length + 1));
    one.min(other)..one.max(other)
}

/// The line that holds this place, with its break.
fn line(at: &Index, bytes: &[u8]) -> Range<usize> {
    let at = at.index(bytes.len() + 1);
    let start = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |before| before + 1);
    let end = bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |within| at + within + 1);
    start..end
}
