//! Exact decimal numbers, rounded as `numeric` rounds.

use std::fmt;

/// `units` divided by ten to the power of `scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// The digits.
    pub units: i64,
    /// How many of them stand after the point; at most 18.
    pub scale: u32,
}

impl Decimal {
    /// The number rounded to so many places, half away from zero, in units of the last place.
    #[must_use]
    pub fn rounded(self, places: u32) -> i64 {
        if self.scale <= places {
            return self.units * 10_i64.pow(places - self.scale);
        }
        let divisor = 10_i64.pow(self.scale - places);
        let (whole, rest) = (self.units / divisor, self.units % divisor);
        if rest.abs() * 2 >= divisor { whole + rest.signum() } else { whole }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.units < 0 { "-" } else { "" };
        let divisor = 10_u64.pow(self.scale);
        let units = self.units.unsigned_abs();
        write!(f, "{sign}{}", units / divisor)?;
        if self.scale > 0 {
            let places = self.scale as usize;
            write!(f, ".{:0places$}", units % divisor)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn a_half_is_rounded_away_from_zero_and_less_than_a_half_towards_it() {
        for (units, thousandths) in [
            (0, 0),
            (49, 0),
            (50, 1),
            (-49, 0),
            (-50, -1),
            (150, 2),
            (250, 3),
            (39_999, 400),
            (99_949, 999),
            (99_950, 1000),
            (100_049, 1000),
            (100_050, 1001),
        ] {
            assert_eq!(Decimal { units, scale: 5 }.rounded(3), thousandths, "{units}");
        }
    }

    #[test]
    fn fewer_places_are_filled_up() {
        assert_eq!(Decimal { units: 7, scale: 0 }.rounded(3), 7000);
        assert_eq!(Decimal { units: -7, scale: 2 }.rounded(3), -70);
    }

    #[test]
    fn it_is_written_with_all_its_places() {
        assert_eq!(Decimal { units: -4, scale: 4 }.to_string(), "-0.0004");
        assert_eq!(Decimal { units: 12, scale: 0 }.to_string(), "12");
        assert_eq!(Decimal { units: 1005, scale: 3 }.to_string(), "1.005");
    }
}
