use jiff::Timestamp;

/// A time to the second, as in `2026-01-02 03:04:05 UTC`, from milliseconds since 1970. Damaged evidence may name a time
/// beyond the calendar.
pub(crate) fn utc(unix_ms: u64) -> String {
    written(unix_ms, "%F %T UTC")
}

/// The same as ISO 8601 has it: `2026-01-02T03:04:05Z`.
pub(crate) fn iso(unix_ms: u64) -> String {
    written(unix_ms, "%FT%TZ")
}

fn written(unix_ms: u64, form: &str) -> String {
    let time = i64::try_from(unix_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    time.map_or_else(|| format!("{unix_ms} ms after 1970"), |time| time.strftime(form).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_to_the_second_and_one_beyond_the_calendar_as_a_number() {
        assert_eq!(utc(1_767_323_045_999), "2026-01-02 03:04:05 UTC");
        assert_eq!(iso(1_767_323_045_999), "2026-01-02T03:04:05Z");
        assert_eq!(utc(u64::MAX), "18446744073709551615 ms after 1970");
    }
}
