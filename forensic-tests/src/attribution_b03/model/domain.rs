//! Columns that hold one of a few words (invariant 1, and the statuses of sections 3.2 and 3.5).

use super::varchar;

/// Such a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Domain {
    /// Its table.
    pub table: &'static str,
    /// Its name.
    pub column: &'static str,
    /// How many characters it holds.
    pub characters_max: usize,
    /// The words.
    pub words: &'static [&'static str],
    /// The constraint that refuses others.
    pub constraint: &'static str,
}

/// All of them.
pub const DOMAINS: [Domain; 3] = [
    Domain {
        table: "revenue_ledger",
        column: "state",
        characters_max: 50,
        words: &["authorized", "captured", "refunded", "chargeback"],
        constraint: "ck_revenue_ledger_state_valid",
    },
    Domain {
        table: "attribution_events",
        column: "processing_status",
        characters_max: 20,
        words: &["pending", "processed", "failed"],
        constraint: "ck_attribution_events_processing_status_valid",
    },
    Domain {
        table: "dead_events",
        column: "remediation_status",
        characters_max: 20,
        words: &["pending", "in_progress", "resolved", "ignored"],
        constraint: "ck_dead_events_remediation_status_valid",
    },
];

impl Domain {
    /// What is stored, or the SQLSTATE and the constraint of the refusal. Length is looked at before the words.
    ///
    /// # Errors
    /// When the text is too long or none of the words.
    pub fn store<'t>(&self, text: &'t str) -> Result<&'t str, (&'static str, &'static str)> {
        match varchar(text, self.characters_max) {
            None => Err(("22001", "")),
            Some(kept) if self.words.contains(&kept) => Ok(kept),
            Some(_) => Err(("23514", self.constraint)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_stored_and_no_other() {
        for domain in DOMAINS {
            for word in domain.words {
                assert_eq!(domain.store(word), Ok(*word));
                let upper = word.to_uppercase();
                assert_eq!(domain.store(&upper), Err(("23514", domain.constraint)));
                let spaced = format!("{word} ");
                assert_eq!(domain.store(&spaced), Err(("23514", domain.constraint)));
            }
            assert_eq!(domain.store(""), Err(("23514", domain.constraint)));
        }
    }

    #[test]
    fn a_word_that_is_too_long_is_refused_for_its_length() {
        for domain in DOMAINS {
            let long = "x".repeat(domain.characters_max + 1);
            assert_eq!(domain.store(&long), Err(("22001", "")));
        }
    }
}
