//! PostgreSQL's binary COPY: the forms of its values, and its tuples read from a stream.

use crate::{Decimal, Field, time::digits};

/// 2000-01-01 in microseconds since 1970-01-01: from there PostgreSQL counts.
pub(crate) const POSTGRES_EPOCH_US: i64 = 946_684_800_000_000;

/// What every binary COPY begins with: its signature, no flags, no extension.
pub(crate) const HEADER: &[u8; 19] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// What it ends with, in place of a number of fields.
pub(crate) const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();

const GROUPS_AFTER_POINT: usize = 5;
const POSITIVE: u16 = 0;
const NEGATIVE: u16 = 0x4000;

/// A value that is none of the type it should be of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DecodeError(String);

impl DecodeError {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

pub(crate) fn present(bytes: Option<&[u8]>) -> Result<&[u8], DecodeError> {
    bytes.ok_or_else(|| DecodeError::new("NULL where a value must be"))
}

pub(crate) fn exactly<const N: usize>(bytes: Option<&[u8]>, what: &str) -> Result<[u8; N], DecodeError> {
    let bytes = present(bytes)?;
    bytes.try_into().map_err(|_| DecodeError::new(format!("{} bytes are not {what} of {N}", bytes.len())))
}

pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, DecodeError> {
    std::str::from_utf8(bytes).map_err(|_| DecodeError::new("text that is not UTF-8"))
}

/// Splits a decimal into sign, whole part and the 18 digits after the point.
fn parts(decimal: Decimal) -> (bool, u128, u64) {
    const ONE: u128 = 10_u128.pow(Decimal::PLACES);
    let units = decimal.units().unsigned_abs();
    if let Ok(units) = u64::try_from(units) {
        return (decimal.units() < 0, u128::from(units / ONE as u64), units % ONE as u64);
    }
    // What a rest of 10^18 leaves fits 64 bits.
    (decimal.units() < 0, units / ONE, (units % ONE) as u64)
}

/// The token of a preimage: always 18 places.
pub(crate) fn decimal_token(decimal: Decimal, out: &mut Vec<u8>) {
    const NINE_DIGITS: u128 = 1_000_000_000;
    let (is_negative, whole, rest) = parts(decimal);
    let mut text = [b'0'; 40];
    // Nine digits at a time fit 32 bits; of the twenty before the point there are two and a rest of two digits.
    let (high, whole) = match u64::try_from(whole) {
        Ok(whole) => (whole / NINE_DIGITS as u64, whole % NINE_DIGITS as u64),
        Err(_) => ((whole / NINE_DIGITS) as u64, (whole % NINE_DIGITS) as u64),
    };
    let groups = [high / NINE_DIGITS as u64, high % NINE_DIGITS as u64, whole];
    digits(&mut text[1..3], groups[0] as u32);
    digits(&mut text[3..12], groups[1] as u32);
    digits(&mut text[12..21], groups[2] as u32);
    text[21] = b'.';
    digits(&mut text[22..31], (rest / NINE_DIGITS as u64) as u32);
    digits(&mut text[31..40], (rest % NINE_DIGITS as u64) as u32);
    let zeros = text[1..20].iter().take_while(|digit| **digit == b'0').count();
    let mut start = zeros + 1;
    if is_negative {
        start -= 1;
        text[start] = b'-';
    }
    out.extend_from_slice(&text[start..]);
}

/// PostgreSQL's numeric: digits to the base 10000, the weight of the first, sign, places.
pub(crate) fn decimal_binary(decimal: Decimal, out: &mut Vec<u8>) {
    let (is_negative, mut whole, rest) = parts(decimal);
    let mut groups = [0_u16; 10];
    // 18 digits fill four and a half groups.
    let mut rest = u128::from(rest) * 100;
    for place in groups[5..].iter_mut().rev() {
        *place = (rest % 10_000) as u16;
        rest /= 10_000;
    }
    for place in groups[..5].iter_mut().rev() {
        *place = (whole % 10_000) as u16;
        whole /= 10_000;
    }
    let first = groups.iter().position(|group| *group != 0);
    let (first, last) = match first {
        Some(first) => (first, groups.iter().rposition(|group| *group != 0).unwrap_or(first) + 1),
        None => (0, 0),
    };
    // Both lie between 0 and 10.
    let (count, weight) = ((last - first) as u16, if last == 0 { 0 } else { 4 - first as i16 });
    out.extend_from_slice(&count.to_be_bytes());
    out.extend_from_slice(&weight.to_be_bytes());
    out.extend_from_slice(&(if is_negative { NEGATIVE } else { POSITIVE }).to_be_bytes());
    out.extend_from_slice(&(Decimal::PLACES as u16).to_be_bytes());
    for group in &groups[first..last] {
        out.extend_from_slice(&group.to_be_bytes());
    }
}

/// What a group stands for at each place, in units of 10^-18; at the first it stands for less.
const PLACES: [i128; 10] = {
    let mut places = [0; 10];
    let mut place = 1;
    while place < 10 {
        places[place] = 10_i128.pow(4 * place as u32 - 2);
        place += 1;
    }
    places
};

pub(crate) fn decimal_read(bytes: &[u8]) -> Result<Decimal, DecodeError> {
    let not_finite = || DecodeError::new("no number of NUMERIC(38,18)");
    let short = |index: usize| {
        bytes.get(index * 2..index * 2 + 2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).ok_or_else(not_finite)
    };
    let (count, weight, sign) = (usize::from(short(0)?), i32::from(short(1)?.cast_signed()), short(2)?);
    if !matches!(sign, POSITIVE | NEGATIVE) || bytes.len() != 8 + count * 2 {
        return Err(not_finite());
    }
    // Counted from 10^-20 upwards, a group stands so many groups from the right.
    let mut units = 0_i128;
    let mut below = 0_u16;
    for index in 0..count {
        let group = short(4 + index)?;
        let place = weight - index as i32 + GROUPS_AFTER_POINT as i32;
        match place {
            1..=9 => units += i128::from(group) * PLACES[place as usize],
            0 => {
                units += i128::from(group / 100);
                below = group % 100;
            }
            _ if group == 0 => {}
            _ => return Err(not_finite()),
        }
    }
    let signed = if sign == NEGATIVE { -units } else { units };
    Decimal::from_units(signed).filter(|_| below == 0).ok_or_else(not_finite)
}

/// Appends one field with its length.
pub(crate) fn put(field: &impl Field, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&(-1_i32).to_be_bytes());
    if field.binary(out) {
        // A value of ours is never as long as 2 GB.
        let length = (out.len() - start - 4) as i32;
        out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }
}

/// The fields of one tuple, in order.
#[derive(Debug)]
pub struct Fields<'a> {
    bytes: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The next field.
    ///
    /// # Errors
    /// When there is none, or it is no value of this type.
    pub fn read<T: Field>(&mut self) -> Result<T, DecodeError> {
        T::read(self.next()?)
    }

    fn next(&mut self) -> Result<Option<&'a [u8]>, DecodeError> {
        let cut = || DecodeError::new("a tuple that ends too early");
        let (length, rest) = self.bytes.split_first_chunk().ok_or_else(cut)?;
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
            self.bytes = rest;
            return Ok(None);
        };
        let (value, rest) = rest.split_at_checked(length).ok_or_else(cut)?;
        self.bytes = rest;
        Ok(Some(value))
    }
}

/// Cuts what the server sends into tuples: each message holds one at most, the first also the header.
#[derive(Debug, Default)]
pub struct TupleReader {
    is_begun: bool,
}

impl TupleReader {
    /// The tuple of a message; `None` where it holds none.
    ///
    /// # Errors
    /// When it is none.
    pub fn tuple<'a>(&mut self, message: &'a [u8]) -> Result<Option<Fields<'a>>, DecodeError> {
        let mut bytes = message;
        if !self.is_begun {
            self.is_begun = true;
            bytes = bytes.strip_prefix(HEADER).ok_or_else(|| DecodeError::new("no binary COPY"))?;
        }
        match bytes.split_first_chunk() {
            Some((count, rest)) if *count != TRAILER => Ok(Some(Fields { bytes: rest })),
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_decimal_is_read_as_it_was_sent(units in prop_oneof![any::<i64>().prop_map(i128::from), -Decimal::MAX.units()..=Decimal::MAX.units()]) {
            let decimal = Decimal::from_units(units).unwrap();
            let mut bytes = Vec::new();
            decimal_binary(decimal, &mut bytes);
            prop_assert_eq!(decimal_read(&bytes), Ok(decimal));
            let mut token = Vec::new();
            decimal_token(decimal, &mut token);
            prop_assert_eq!(String::from_utf8(token).unwrap(), format!("{decimal:.18}"));
        }
    }

    #[test]
    fn what_the_type_does_not_hold_is_refused() {
        // NaN, a nineteenth place, a hundred digits.
        assert!(decimal_read(&[0, 0, 0, 0, 0xc0, 0, 0, 0]).is_err());
        assert!(decimal_read(&[0, 1, 0xff, 0xfb, 0, 0, 0, 20, 0, 1]).is_err());
        assert!(decimal_read(&[0, 1, 0, 24, 0, 0, 0, 0, 0, 1]).is_err());
        assert_eq!(decimal_read(&[0, 1, 0, 0, 0, 0, 0, 0, 0, 7]), Ok(Decimal::new(7, 0)));
    }
}
