//! The number that all random choices of a hunt come from.

use std::{
    fmt,
    hash::{BuildHasher, Hasher, RandomState},
    str::FromStr,
};

use proptest::test_runner::{RngAlgorithm, TestRng};

/// A seed, written `0x` and sixteen hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed(pub u64);

impl Seed {
    /// The one that `PHASEGATE_SEED` asks for, or else a new one.
    ///
    /// # Errors
    /// When that is no number.
    pub fn from_environment() -> Result<Self, BadSeed> {
        match std::env::var("PHASEGATE_SEED") {
            Ok(text) => text.parse(),
            Err(_) => Ok(Self::random()),
        }
    }

    /// One that nobody can foresee: the keys of a new hash map are random too.
    pub(crate) fn random() -> Self {
        Self(RandomState::new().build_hasher().finish())
    }

    /// The random choices of this seed.
    #[must_use]
    pub fn rng(self) -> TestRng {
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_exact_mut(8) {
            chunk.copy_from_slice(&self.0.to_le_bytes());
        }
        TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#018x}", self.0)
    }
}

/// A seed that is no number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("PHASEGATE_SEED is `{0}`: write a number, decimal or hexadecimal after `0x`")]
pub struct BadSeed(String);

impl FromStr for Seed {
    type Err = BadSeed;

    fn from_str(text: &str) -> Result<Self, BadSeed> {
        let number = match text.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16),
            None => text.parse(),
        };
        number.map(Self).map_err(|_| BadSeed(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::Seed;

    #[test]
    fn a_seed_reads_back_what_it_writes() {
        for seed in [Seed(0), Seed(0xfeed_0000_0000_0001), Seed::random()] {
            assert_eq!(seed.to_string().parse(), Ok(seed));
        }
        assert_eq!("17".parse(), Ok(Seed(17)));
    }

    #[test]
    fn what_is_no_number_is_refused_with_the_name_of_the_variable() {
        let refused = "banana".parse::<Seed>().unwrap_err();
        assert!(refused.to_string().starts_with("PHASEGATE_SEED is `banana`"));
    }
}
