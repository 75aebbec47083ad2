//! The entries of a table or a list as they stand in a file: between brackets, or each on a line of its own.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{notation::within, text::Text};

/// The key of an entry, and its value.
pub(super) type Entry<'v, 't> = (&'v Spanned<std::borrow::Cow<'t, str>>, &'v Spanned<DeValue<'t>>);

/// The entries of a table in the order in which they are written.
pub(super) fn in_order<'v, 't>(table: &'v DeTable<'t>) -> Vec<Entry<'v, 't>> {
    let mut entries: Vec<Entry<'v, 't>> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

/// Where the entries stand.
#[derive(Debug)]
pub(super) struct Entries {
    pub(super) places: Vec<Range<usize>>,
    pub(super) form: Form,
}

/// How they are written.
#[derive(Debug)]
pub(super) enum Form {
    /// Within these brackets, parted by commas.
    Brackets(Range<usize>),
    /// Each on a line of its own, the first below the line that holds this byte.
    Lines(usize),
}

impl Entries {
    /// Those of a list.
    pub(super) fn of_list(list: &Spanned<DeValue<'_>>) -> Option<Self> {
        let places = list.get_ref().as_array()?.iter().map(Spanned::span).collect();
        Some(Self { places, form: Form::Brackets(list.span()) })
    }

    /// Those of a table that is written in braces or below a header of its own.
    pub(super) fn of_table(text: &str, value: &Spanned<DeValue<'_>>) -> Option<Self> {
        let table = value.get_ref().as_table()?;
        let span = value.span();
        let form = match text.as_bytes().get(span.start)? {
            b'{' => Form::Brackets(span),
            b'[' => Form::Lines(span.end),
            _ => return None,
        };
        let places = in_order(table).into_iter().map(|(key, value)| key.span().start..value.span().end);
        Some(Self { places: places.collect(), form })
    }

    /// Puts `added` in place of those that are `removed`, and what is left of them behind `last`.
    pub(super) fn change(&self, text: &mut Text<'_>, removed: &[usize], added: &[String], last: Option<usize>) {
        let pairs = removed.len().min(added.len());
        for (index, with) in removed.iter().zip(added) {
            text.replace(self.places[*index].clone(), with);
        }
        for index in &removed[pairs..] {
            self.remove(text, *index);
        }
        if pairs < added.len() {
            self.insert(text, removed.last().copied().or(last), &added[pairs..]);
        }
    }

    fn remove(&self, text: &mut Text<'_>, index: usize) {
        let place = self.places[index].clone();
        let end = self.comma_after(text.text, index).map_or(place.end, |comma| comma + 1);
        text.remove(place.start..end);
    }

    /// Where the comma stands behind an entry.
    fn comma_after(&self, text: &str, index: usize) -> Option<usize> {
        let Form::Brackets(brackets) = &self.form else { return None };
        let from = self.places[index].end;
        let to = self.places.get(index + 1).map_or(brackets.end, |next| next.start);
        let mut in_comment = false;
        for (at, letter) in text[from..to].char_indices() {
            match letter {
                '#' => in_comment = true,
                '\n' => in_comment = false,
                ',' if !in_comment => return Some(from + at),
                _ => {}
            }
        }
        None
    }

    /// Puts entries behind one, or before the first.
    fn insert(&self, text: &mut Text<'_>, after: Option<usize>, added: &[String]) {
        match (&self.form, after) {
            (Form::Brackets(brackets), None) => self.begin(text, brackets, added),
            (Form::Brackets(_), Some(after)) => self.go_on(text, after, added),
            (Form::Lines(header), after) => {
                let at = after.map_or(*header, |after| self.places[after].end);
                let indent = after.map_or("", |after| text.indent(self.places[after].start));
                let lines: String = added.iter().map(|entry| format!("\n{indent}{entry}")).collect();
                text.insert(text.line_end(at), lines);
            }
        }
    }

    fn begin(&self, text: &mut Text<'_>, brackets: &Range<usize>, added: &[String]) {
        if let Some(first) = self.places.first() {
            let between = &text.text[brackets.start + 1..first.start];
            // A comment before the first stays before it, and a line break goes on.
            let part = between.rfind('\n').map_or(" ", |at| &between[at..]);
            return text.insert(first.start, added.iter().map(|entry| format!("{entry},{part}")).collect::<String>());
        }
        let inner = brackets.start + 1..brackets.end - 1;
        let indent = text.indent(brackets.start);
        if text.text[inner.clone()].trim().is_empty() {
            let open = text.text[brackets.clone()].chars().next().unwrap_or('[');
            let close = if open == '{' { '}' } else { ']' };
            text.replace(brackets.clone(), within([open, close], added, indent));
        } else {
            // There is nothing but a comment, which ends with its line.
            let lines: String = added.iter().map(|entry| format!("{indent}    {entry},\n")).collect();
            let at = text.line_start(inner.end);
            text.insert(at, lines);
        }
    }

    fn go_on(&self, text: &mut Text<'_>, after: usize, added: &[String]) {
        let place = self.places[after].clone();
        let comma = self.comma_after(text.text, after);
        if comma.is_none() {
            text.insert(place.end, ",");
        }
        let end = comma.map_or(place.end, |comma| comma + 1);
        let line_end = text.line_end(end);
        let has_comment = text.text[end..line_end].trim_start().starts_with('#');
        let begins_line = text.text[text.line_start(place.start)..place.start].trim().is_empty();
        let part = match has_comment || begins_line {
            true if begins_line => format!("\n{}", text.indent(place.start)),
            true => format!("\n{}    ", text.indent(place.start)),
            false => " ".to_owned(),
        };
        let last = if comma.is_some() { "," } else { "" };
        let entries = added.join(&format!(",{part}"));
        text.insert(if has_comment { line_end } else { end }, format!("{part}{entries}{last}"));
    }
}
