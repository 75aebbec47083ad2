//! NUMERIC(38,18): exact decimals, rounded half away from zero as PostgreSQL rounds.
//!
//! All that the type holds fits 128 bits when counted in units of the last place, so sums and comparisons are those of an
//! integer; products and quotients are taken in 256 bits.

use std::{
    fmt,
    ops::{Add, AddAssign, Neg, Sub},
};

use ethnum::I256;

/// A value of NUMERIC(38,18) in units of 10^-18. Rates and fractions with fewer places are held the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(i128);

/// An exact product of two decimals, in units of 10^-36.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Product(I256);

const ONE: i128 = 10_i128.pow(Decimal::PLACES);

impl Decimal {
    /// Places after the point.
    pub const PLACES: u32 = 18;
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One.
    pub const ONE: Self = Self(ONE);
    /// The largest value of NUMERIC(38,18).
    pub const MAX: Self = Self(10_i128.pow(38) - 1);

    /// `digits` divided by ten to the power of `places`, of which there are at most 18.
    #[must_use]
    pub const fn new(digits: i64, places: u32) -> Self {
        Self(digits as i128 * 10_i128.pow(Self::PLACES - places))
    }

    /// So many units of 10^-18; `None` outside NUMERIC(38,18), which PostgreSQL refuses with 22003.
    #[must_use]
    pub const fn from_units(units: i128) -> Option<Self> {
        if units.unsigned_abs() <= Self::MAX.0.unsigned_abs() { Some(Self(units)) } else { None }
    }

    /// The value in units of 10^-18.
    #[must_use]
    pub const fn units(self) -> i128 {
        self.0
    }

    /// The sum, or `None` outside NUMERIC(38,18).
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).and_then(Self::from_units)
    }

    /// The difference, or `None` outside NUMERIC(38,18).
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).and_then(Self::from_units)
    }

    /// The exact product.
    #[must_use]
    pub fn times(self, other: Self) -> Product {
        Product(I256::from(self.0) * I256::from(other.0))
    }

    /// `self * numerator / denominator`, rounded once to so many places; `None` when dividing by nothing or out of range.
    #[must_use]
    pub fn share(self, numerator: Self, denominator: Self, places: u32) -> Option<Self> {
        if denominator.0 == 0 {
            return None;
        }
        let step = 10_i128.pow(Self::PLACES - places);
        let product = self.times(numerator).0;
        let divisor = I256::from(denominator.0) * I256::from(step);
        let rounded = divided(product, divisor);
        i128::try_from(rounded).ok()?.checked_mul(step).and_then(Self::from_units)
    }

    /// Rounded to so many places.
    #[must_use]
    pub fn rounded(self, places: u32) -> Self {
        let step = 10_i128.pow(Self::PLACES - places);
        let (whole, rest) = (self.0 / step, self.0 % step);
        let away = if rest.abs() * 2 >= step { rest.signum() } else { 0 };
        Self((whole + away) * step)
    }

    /// Cut off after so many places, towards zero.
    #[must_use]
    pub fn truncated(self, places: u32) -> Self {
        Self(self.0 - self.0 % 10_i128.pow(Self::PLACES - places))
    }
}

impl Product {
    /// The product as a decimal where 18 places hold it: what a CHECK on an unrounded product compares with.
    #[must_use]
    pub fn exact(self) -> Option<Decimal> {
        let one = I256::from(ONE);
        (self.0 % one == 0)
            .then_some(self.0 / one)
            .and_then(|units| i128::try_from(units).ok())
            .and_then(Decimal::from_units)
    }

    /// The product rounded to 18 places, as a column of NUMERIC(38,18) stores it.
    #[must_use]
    pub fn rounded(self) -> Option<Decimal> {
        i128::try_from(divided(self.0, I256::from(ONE))).ok().and_then(Decimal::from_units)
    }
}

/// The quotient, half away from zero.
fn divided(dividend: I256, divisor: I256) -> I256 {
    let (whole, rest) = (dividend / divisor, dividend % divisor);
    let is_half_or_more = rest.abs() >= divisor.abs() - rest.abs();
    if is_half_or_more { whole + dividend.signum() * divisor.signum() } else { whole }
}

impl Add for Decimal {
    type Output = Self;

    /// # Panics
    /// Outside NUMERIC(38,18); where the values are not our own, see [`Decimal::checked_add`].
    fn add(self, other: Self) -> Self {
        self.checked_add(other).expect("a sum within NUMERIC(38,18)")
    }
}

impl AddAssign for Decimal {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Decimal {
    type Output = Self;

    /// # Panics
    /// Outside NUMERIC(38,18); where the values are not our own, see [`Decimal::checked_sub`].
    fn sub(self, other: Self) -> Self {
        self.checked_sub(other).expect("a difference within NUMERIC(38,18)")
    }
}

impl Neg for Decimal {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

/// Without zeros at the end, or cut off after the places that `{:.10}` asks for.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let units = self.0.unsigned_abs();
        let (whole, rest) = (units / ONE.unsigned_abs(), units % ONE.unsigned_abs());
        let places = format!("{rest:018}");
        let places = match f.precision() {
            Some(precision) => &places[..precision.min(places.len())],
            None => places.trim_end_matches('0'),
        };
        let point = if places.is_empty() { "" } else { "." };
        write!(f, "{sign}{whole}{point}{places}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str) -> Decimal {
        Decimal::from_units(text.parse().unwrap()).unwrap()
    }

    #[test]
    fn a_product_is_rounded_half_away_from_zero_at_the_eighteenth_place() {
        let unit = units("1");
        for (factor, rounded) in [(4, 0), (5, 1), (-4, 0), (-5, -1), (14, 1), (15, 2), (25, 3), (-25, -3)] {
            let product = unit.times(Decimal::new(factor, 1));
            assert_eq!(product.rounded().map(Decimal::units), Some(rounded), "{factor}");
            assert_eq!(product.exact(), None, "{factor}");
        }
        let product = Decimal::new(12_345, 4).times(Decimal::new(3, 8));
        assert_eq!(product.exact(), product.rounded());
    }

    #[test]
    fn what_thirty_eight_digits_do_not_hold_is_refused() {
        assert_eq!(Decimal::MAX.checked_add(units("1")), None);
        assert_eq!((-Decimal::MAX).checked_sub(units("1")), None);
        assert_eq!(Decimal::MAX.times(Decimal::MAX).rounded(), None);
        assert_eq!(Decimal::MAX.times(Decimal::ONE).exact(), Some(Decimal::MAX));
        assert_eq!(Decimal::from_units(10_i128.pow(38)), None);
    }

    #[test]
    fn a_share_is_rounded_once() {
        let third = Decimal::ONE.share(Decimal::ONE, Decimal::new(3, 0), 18).unwrap();
        assert_eq!(third.units(), 333_333_333_333_333_333);
        assert_eq!(
            Decimal::new(2, 0).share(Decimal::ONE, Decimal::new(3, 0), 10),
            Some(Decimal::new(6_666_666_667, 10))
        );
        assert_eq!(Decimal::ONE.share(Decimal::ONE, Decimal::new(-8, 0), 2), Some(Decimal::new(-13, 2)));
        assert_eq!(Decimal::ONE.share(Decimal::ONE, Decimal::ZERO, 2), None);
    }

    #[test]
    fn it_is_written_with_all_its_places_or_without_zeros() {
        assert_eq!(format!("{:.18}", Decimal::new(-15, 1)), "-1.500000000000000000");
        assert_eq!(Decimal::new(-15, 1).to_string(), "-1.5");
        assert_eq!(Decimal::ZERO.to_string(), "0");
        assert_eq!((-Decimal::ZERO).to_string(), "0");
        assert_eq!(Decimal::MAX.to_string(), "99999999999999999999.999999999999999999");
    }

    #[test]
    fn places_are_rounded_or_cut() {
        assert_eq!(Decimal::new(125, 3).rounded(2), Decimal::new(13, 2));
        assert_eq!(Decimal::new(-125, 3).rounded(2), Decimal::new(-13, 2));
        assert_eq!(Decimal::new(-129, 3).truncated(2), Decimal::new(-12, 2));
    }
}
