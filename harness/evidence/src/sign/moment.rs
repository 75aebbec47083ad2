//! Times as a signed statement holds them: a date, or a moment to the second in UTC, in the one form that sorts as text.

/// Whether the text is a date, `2026-01-02`.
#[must_use]
pub fn is_date(text: &str) -> bool {
    let number = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse::<u32>().ok());
    let shape = fits(text, "0000-00-00");
    let leap = |year: u32| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    shape
        && match (number(0, 4), number(5, 7), number(8, 10)) {
            (Some(year), Some(month), Some(day)) => {
                let days = match month {
                    1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
                    4 | 6 | 9 | 11 => 30,
                    2 => 28 + u32::from(leap(year)),
                    _ => 0,
                };
                (1..=days).contains(&day)
            }
            _ => false,
        }
}

/// Whether the text is a moment, `2026-01-02T03:04:05Z`.
#[must_use]
pub fn is_moment(text: &str) -> bool {
    let below = |from: usize, limit: u32| {
        text.get(from..from + 2).and_then(|digits| digits.parse::<u32>().ok()).is_some_and(|number| number < limit)
    };
    fits(text, "0000-00-00T00:00:00Z")
        && text.get(..10).is_some_and(is_date)
        && below(11, 24)
        && below(14, 60)
        && below(17, 60)
}

/// The date of a moment.
pub(super) fn date_of(moment: &str) -> &str {
    moment.get(..10).unwrap_or_default()
}

fn fits(text: &str, shape: &str) -> bool {
    text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(met, wanted)| match wanted {
            b'0' => met.is_ascii_digit(),
            other => met == other,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dates_of_the_calendar_and_times_of_the_day_are_read() {
        for date in ["2026-01-02", "2024-02-29", "2000-02-29"] {
            assert!(is_date(date) && is_moment(&format!("{date}T23:59:59Z")), "{date}");
        }
        for date in ["", "2026-1-2", "2026-02-29", "1900-02-29", "2026-13-01", "2026-04-31", "2026-00-10", "2026-01-0+"]
        {
            assert!(!is_date(date) && !is_moment(&format!("{date}T00:00:00Z")), "{date}");
        }
        for time in ["24:00:00Z", "00:60:00Z", "00:00:60Z", "00:00:00", "00:00:00+01:00"] {
            assert!(!is_moment(&format!("2026-01-02T{time}")), "{time}");
        }
    }
}
