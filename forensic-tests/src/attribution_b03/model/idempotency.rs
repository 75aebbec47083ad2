//! The key that phase 5 gives a legacy event (section 3.2; invariant 16).

use super::varchar;

/// The longest external id whose key fits 255 characters: 36 are the tenant, 5 the marker.
pub const EXTERNAL_ID_CHARACTERS_MAX: usize = 214;

/// The key, or `None` where it does not fit and the phase must abort. An empty external id counts as present. Unlike an
/// assignment of the server, the phase cuts nothing, not even spaces: two keys would become one.
#[must_use]
pub fn idempotency_key(tenant: &str, external: Option<&str>, correlation: Option<&str>, id: &str) -> Option<String> {
    let key = match (external, correlation) {
        (Some(external), _) => format!("{tenant}:ext:{external}"),
        (None, Some(correlation)) => format!("{tenant}:cor:{correlation}"),
        (None, None) => format!("{tenant}:id:{id}"),
    };
    varchar(&key, 255).filter(|kept| kept.len() == key.len())?;
    Some(key)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const A: &str = "a0000000-0000-4000-8000-000000000001";
    const B: &str = "a0000000-0000-4000-8000-000000000002";

    #[test]
    fn the_external_id_comes_first_and_the_own_id_last() {
        assert_eq!(idempotency_key(A, Some("x"), Some(B), B), Some(format!("{A}:ext:x")));
        assert_eq!(idempotency_key(A, Some(""), Some(B), B), Some(format!("{A}:ext:")));
        assert_eq!(idempotency_key(A, None, Some(B), A), Some(format!("{A}:cor:{B}")));
        assert_eq!(idempotency_key(A, None, None, B), Some(format!("{A}:id:{B}")));
    }

    #[test]
    fn the_longest_id_fits_and_one_character_more_does_not_even_if_it_is_a_space() {
        let longest = "é".repeat(EXTERNAL_ID_CHARACTERS_MAX);
        assert!(idempotency_key(A, Some(&longest), None, B).is_some());
        for more in ["é", " "] {
            assert_eq!(idempotency_key(A, Some(&format!("{longest}{more}")), None, B), None);
        }
    }

    type Sender = (bool, Option<String>, Option<bool>, bool);

    /// What makes two events the same: the tenant, the form of the key, and the value in it.
    fn identity((tenant, external, correlation, id): &Sender) -> (bool, u8, String) {
        match (external, correlation) {
            (Some(external), _) => (*tenant, 0, external.clone()),
            (None, Some(correlation)) => (*tenant, 1, correlation.to_string()),
            (None, None) => (*tenant, 2, id.to_string()),
        }
    }

    fn key((tenant, external, correlation, id): &Sender) -> Option<String> {
        let uuid = |second: bool| if second { B } else { A };
        let correlation = correlation.map(uuid);
        idempotency_key(uuid(*tenant), external.as_deref(), correlation, uuid(*id))
    }

    fn sender() -> impl Strategy<Value = Sender> {
        let imitation = prop_oneof![Just(format!(":cor:{A}")), Just(format!(":id:{B}")), Just(A.to_owned())];
        let external = prop_oneof![imitation, ":{0,1}(ext|cor|id){0,1}:{0,1}[ab ]{0,2}"];
        (any::<bool>(), proptest::option::of(external), any::<Option<bool>>(), any::<bool>())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn two_events_share_a_key_exactly_when_they_are_the_same(one in sender(), other in sender()) {
            prop_assert_eq!(key(&one) == key(&other), identity(&one) == identity(&other));
        }
    }
}
