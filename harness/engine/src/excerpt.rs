//! What a program writes, read to its end, of which the beginning and the end are kept: memory does not grow with it.

use std::{collections::VecDeque, io};

use tokio::io::{AsyncRead, AsyncReadExt};

/// How many bytes are kept of the beginning, and of the end.
const KEPT_BYTES_MAX: usize = 256 << 10;

/// The beginning and the end of what a program wrote.
#[derive(Debug, Default)]
pub(crate) struct Excerpt {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    left_out_bytes: u64,
}

impl Excerpt {
    /// Reads all that is written from here on. Whoever stops waiting has what was read until then.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) async fn read(&mut self, from: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
        let mut buffer = vec![0; 64 << 10];
        loop {
            match from.read(&mut buffer).await? {
                0 => return Ok(()),
                read => self.push(&buffer[..read]),
            }
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        let room = (KEPT_BYTES_MAX - self.head.len()).min(bytes.len());
        let (head, rest) = bytes.split_at(room);
        self.head.extend(head);
        // Of these, only the last can stay.
        let last = &rest[rest.len().saturating_sub(KEPT_BYTES_MAX)..];
        let before = self.tail.len() + rest.len();
        self.tail.extend(last);
        self.tail.drain(..self.tail.len().saturating_sub(KEPT_BYTES_MAX));
        self.left_out_bytes += (before - self.tail.len()) as u64;
    }

    /// It as text, with how many bytes were left out between.
    pub(crate) fn text(&self) -> String {
        let tail: Vec<u8> = self.tail.iter().copied().collect();
        if self.left_out_bytes == 0 {
            let whole = [self.head.as_slice(), &tail].concat();
            return String::from_utf8_lossy(&whole).trim_end().to_owned();
        }
        let [head, tail] = [self.head.as_slice(), &tail].map(|part| String::from_utf8_lossy(part));
        format!("{head}\n[{} bytes left out]\n{}", self.left_out_bytes, tail.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn text(mut bytes: &[u8]) -> String {
        let mut excerpt = Excerpt::default();
        excerpt.read(&mut bytes).await.expect("readable");
        excerpt.text()
    }

    #[tokio::test]
    async fn what_fits_is_kept_whole() {
        let whole = format!("{}{}", "a".repeat(KEPT_BYTES_MAX), "b".repeat(KEPT_BYTES_MAX));
        assert_eq!(text(whole.as_bytes()).await, whole);
        assert_eq!(text(b"why\n").await, "why");
    }

    #[tokio::test]
    async fn of_what_does_not_fit_the_beginning_and_the_end_are_kept() {
        for between in [1, 10, 1_000_000] {
            let [head, tail] = ["a", "c"].map(|letter| letter.repeat(KEPT_BYTES_MAX));
            let met = text(format!("{head}{}{tail}", "b".repeat(between)).as_bytes()).await;
            assert_eq!(met, format!("{head}\n[{between} bytes left out]\n{tail}"));
        }
    }
}
