//! TIMESTAMPTZ: microseconds in UTC.

use std::fmt;

/// Microseconds of an hour.
pub const HOUR_US: i64 = 3_600_000_000;

const DAY_US: i64 = 24 * HOUR_US;

/// Microseconds since 1970-01-01 00:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// 2026-01-01 00:00 UTC, where histories begin.
    pub const START: Self = Self(1_767_225_600_000_000);

    /// So many hours later.
    #[must_use]
    pub fn hours_later(self, hours: i64) -> Self {
        Self(self.0 + hours * HOUR_US)
    }

    /// So many seconds later.
    #[must_use]
    pub fn seconds_later(self, seconds: i64) -> Self {
        Self(self.0 + seconds * 1_000_000)
    }

    /// The hour it lies in.
    #[must_use]
    pub fn hour(self) -> Self {
        Self(self.0 - self.0.rem_euclid(HOUR_US))
    }

    /// `YYYY-MM-DDTHH:MM:SS.ffffffZ`; years of four digits, which is all that histories reach.
    #[must_use]
    pub fn iso(self) -> [u8; 27] {
        let (days, us) = (self.0.div_euclid(DAY_US), self.0.rem_euclid(DAY_US));
        let (year, month, day) = civil(days);
        // A day has fewer seconds than 32 bits count, which divide faster than 64.
        let (second, us) = ((us / 1_000_000) as u32, (us % 1_000_000) as u32);
        let mut text = *b"0000-00-00T00:00:00.000000Z";
        digits(&mut text[0..4], year as u32);
        digits(&mut text[5..7], month as u32);
        digits(&mut text[8..10], day as u32);
        digits(&mut text[11..13], second / 3_600);
        digits(&mut text[14..16], second / 60 % 60);
        digits(&mut text[17..19], second % 60);
        digits(&mut text[20..26], us);
        text
    }
}

/// Writes a number with zeros before it.
pub(crate) fn digits(text: &mut [u8], mut value: u32) {
    for place in text.iter_mut().rev() {
        // A remainder of ten is one digit.
        *place = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

/// Year, month and day of a number of days since 1970-01-01, in the proleptic Gregorian calendar: years are counted from
/// March, so that the day of the leap year is the last one.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.iso()).map_err(|_| fmt::Error)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc_with_microseconds() {
        for (us, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (4_107_542_399_000_000, "2100-02-28T23:59:59.000000Z"),
            (Timestamp::START.0 + 300_000_001, "2026-01-01T00:05:00.000001Z"),
        ] {
            assert_eq!(Timestamp(us).to_string(), text);
        }
    }

    #[test]
    fn an_hour_begins_before_each_time_in_it_also_before_1970() {
        assert_eq!(Timestamp(-1).hour(), Timestamp(-HOUR_US));
        assert_eq!(Timestamp(HOUR_US).hour(), Timestamp(HOUR_US));
        assert_eq!(Timestamp(HOUR_US + 1).hour(), Timestamp(HOUR_US));
    }
}
