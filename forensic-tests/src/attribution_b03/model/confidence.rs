//! The confidence of an allocation, `numeric(4,3)` between 0 and 1 (invariant 9).

use super::Decimal;

/// What becomes of a confidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidence {
    /// It is stored, in thousandths.
    Stored(i64),
    /// It does not fit four digits, three of them after the point: 22003.
    Overflow,
    /// It fits, but is not between 0 and 1: 23514.
    OutOfBounds,
}

impl Confidence {
    /// Rounding comes before the check: 1.0004 is stored as 1, -0.0004 as 0.
    #[must_use]
    pub fn of(value: Decimal) -> Self {
        match value.rounded(3) {
            thousandths @ 0..=1000 => Self::Stored(thousandths),
            -9999..=9999 => Self::OutOfBounds,
            _ => Self::Overflow,
        }
    }

    /// Thousandths as the server writes them.
    #[must_use]
    pub fn text(thousandths: i64) -> String {
        Decimal { units: thousandths, scale: 3 }.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(units: i64, scale: u32) -> Confidence {
        Confidence::of(Decimal { units, scale })
    }

    #[test]
    fn what_rounds_into_the_bounds_is_stored() {
        assert_eq!(of(10_004, 4), Confidence::Stored(1000));
        assert_eq!(of(-4, 4), Confidence::Stored(0));
        assert_eq!(of(5, 1), Confidence::Stored(500));
        assert_eq!(Confidence::text(400), "0.400");
    }

    #[test]
    fn what_rounds_out_of_them_is_not() {
        assert_eq!(of(10_005, 4), Confidence::OutOfBounds);
        assert_eq!(of(-5, 4), Confidence::OutOfBounds);
        assert_eq!(of(9_9994, 4), Confidence::OutOfBounds);
        assert_eq!(of(9_9995, 4), Confidence::Overflow);
        assert_eq!(of(-10, 0), Confidence::Overflow);
    }
}
