//! What a slip in writing was meant to be.

/// How alike two names must be for one to be taken for a slip in writing the other.
const LIKENESS_MIN: f64 = 0.8;

/// The name that is most like this one, if one is like enough.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |known: &str| strsim::jaro_winkler(known, name);
    let nearest = known.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    nearest.filter(|nearest| likeness(nearest) >= LIKENESS_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_has_a_nearest_name_and_another_word_has_none() {
        assert_eq!(nearest("titel", ["suite", "title", "source"]), Some("title"));
        assert_eq!(nearest("colour", ["suite", "title", "source"]), None);
        assert_eq!(nearest("titel", []), None);
    }
}
