//! The name of a run, which is that of its folder.

/// The name of a run that began at this time, in milliseconds since 1970, in this process: `20251120T093000.123Z-4711`. Names
/// sort by time.
#[must_use]
pub fn run_name(at_unix_ms: u64, process: u32) -> String {
    format!("{}-{process}", time(at_unix_ms))
}

/// Whether a run that began at this time can have this name.
pub(crate) fn is_run_name(name: &str, at_unix_ms: u64) -> bool {
    let process = name.strip_prefix(&time(at_unix_ms)).and_then(|rest| rest.strip_prefix('-'));
    process.and_then(|process| process.parse().ok()).is_some_and(|process| run_name(at_unix_ms, process) == name)
}

/// A time in milliseconds since 1970 as a moment to the second, `2026-01-02T03:04:05Z`. Moments sort as text.
#[must_use]
pub fn moment(unix_ms: u64) -> String {
    let time = time(unix_ms);
    let part = |from: usize, to: usize| time.get(from..to).unwrap_or_default();
    let [date, clock] =
        [[part(0, 4), part(4, 6), part(6, 8)].join("-"), [part(9, 11), part(11, 13), part(13, 15)].join(":")];
    format!("{date}T{clock}Z")
}

fn time(at_unix_ms: u64) -> String {
    let (seconds, ms) = (at_unix_ms / 1000, at_unix_ms % 1000);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // The Gregorian calendar repeats itself every 400 years, which are 146 097 days. A year is best taken to begin in March.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{:02}.{ms:03}Z", second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_to_the_second() {
        assert_eq!(moment(1_709_251_199_999), "2024-02-29T23:59:59Z");
        assert_eq!(moment(0), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn a_name_tells_the_time_to_the_millisecond_and_the_process() {
        for (at, name) in [
            (0, "19700101T000000.000Z-7"),
            (951_782_399_999, "20000228T235959.999Z-7"),
            (951_868_799_000, "20000229T235959.000Z-7"),
            (1_709_251_199_001, "20240229T235959.001Z-7"),
            (4_107_542_400_000, "21000301T000000.000Z-7"),
            (1_798_761_599_123, "20261231T235959.123Z-7"),
        ] {
            assert_eq!(run_name(at, 7), name);
            assert!(is_run_name(name, at));
            assert!(!is_run_name(name, at + 1));
        }
        for name in
            ["", "19700101T000000.000Z", "19700101T000000.000Z-", "19700101T000000.000Z-07", "19700101T000000.000Z-x"]
        {
            assert!(!is_run_name(name, 0), "{name}");
        }
    }
}
