//! What puts legacy rows outside the limits of invariant 15.

use proptest::{collection::vec, prelude::*};

use super::{Event, Legacy, Share, Split};
use crate::attribution_b03::model::EXTERNAL_ID_CHARACTERS_MAX;

/// One thing wrong with one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It has no session.
    NoSession,
    /// Its external id is too long by so many characters, which may all be spaces.
    LongId {
        /// How many.
        characters: usize,
        /// Whether they are spaces.
        is_blank: bool,
    },
    /// One more model version gives away so many cents too many.
    Drift(i64),
}

/// One or two of them, each with the number of the event that it is injected into.
pub fn faults() -> impl Strategy<Value = Vec<(usize, Fault)>> {
    let fault = prop_oneof![
        Just(Fault::NoSession),
        (1_usize..30, any::<bool>()).prop_map(|(characters, is_blank)| Fault::LongId { characters, is_blank }),
        prop_oneof![2_i64..5, 2_i64..1_000_000].prop_map(Fault::Drift),
    ];
    vec((0_usize..6, fault), 1..3)
}

impl Fault {
    /// Makes an event faulty; the event is made if there is none.
    pub fn inject_into(&self, legacy: &mut Legacy, number: usize) {
        legacy.tenants = legacy.tenants.max(1);
        if legacy.events.is_empty() {
            legacy.events.push(Event {
                tenant: 0,
                external_id: None,
                correlation: None,
                has_session: true,
                revenue_cents: 0,
                minute: 0,
                splits: Vec::new(),
            });
        }
        let number = number % legacy.events.len();
        let event = &mut legacy.events[number];
        match self {
            Self::NoSession => event.has_session = false,
            Self::LongId { characters, is_blank } => {
                let more = if *is_blank { " " } else { "z" };
                // The number keeps two long ids of one tenant apart.
                let start = format!("{number:0>EXTERNAL_ID_CHARACTERS_MAX$}");
                event.external_id = Some(start + &more.repeat(*characters));
            }
            Self::Drift(cents) => {
                // Beside a revenue of all that the column holds there is no room for more.
                event.revenue_cents = event.revenue_cents.min(1_000_000);
                event.splits.push(Split { drift_cents: *cents, shares: vec![Share { ratio: 0, posting: None }] });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution_b03::legacy::abort;

    #[test]
    fn each_fault_alone_makes_a_phase_abort() {
        for fault in [Fault::NoSession, Fault::LongId { characters: 1, is_blank: true }, Fault::Drift(2)] {
            let mut legacy = Legacy::default();
            fault.inject_into(&mut legacy, 3);
            assert!(abort(&legacy).is_some(), "{fault:?}");
        }
    }
}
