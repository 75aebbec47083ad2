//! What `verify` says of forgeries that were sealed again as a whole.

use std::collections::BTreeSet;

use phasegate_evidence::{
    FaultCode,
    sign::{Meaning, PrivateKey, Role, Signing, TrustedKeys},
};

use crate::{
    forged::Forged,
    forgeries::{CONSISTENT, contradictory, whole},
    kinds::proved,
    sample::catalog_after,
};

#[test]
fn the_honest_folders_verify_when_they_are_sealed_again() {
    assert_eq!(catalog_after(3).0.len(), 5);
    for sample in [whole(), proved()].into_iter().chain(contradictory().map(|(sample, _)| sample)) {
        assert_eq!(Forged::of(&sample).faults(), Vec::<String>::new());
    }
}

#[test]
fn what_contradicts_itself_is_named_however_well_it_is_sealed() {
    let mut wrong = Vec::new();
    let mut codes = BTreeSet::new();
    let all = contradictory();
    for (sample, forgeries) in &all {
        let honest = Forged::of(sample);
        for (name, edit, named) in *forgeries {
            let mut forged = honest.clone();
            edit(&mut forged);
            let verification = forged.verification();
            codes.extend(verification.faults.iter().map(|fault| fault.code));
            let faults: Vec<String> =
                verification.faults.iter().map(|fault| format!("{}: {}", fault.file, fault.what)).collect();
            if !faults.iter().any(|fault| fault.contains(named)) {
                wrong.push(format!("{name}: {faults:#?}, expected `{named}`"));
            }
        }
    }
    let tried: usize = all.iter().map(|(_, forgeries)| forgeries.len()).sum();
    println!("{tried} forgeries tried, {} consistent lies", CONSISTENT.len());
    assert!(tried >= 75);
    let sealed = [
        FaultCode::Clock,
        FaultCode::Contradiction,
        FaultCode::OutOfOrder,
        FaultCode::OutputDamaged,
        FaultCode::WrongVerdict,
    ];
    assert!(sealed.iter().all(|code| codes.contains(code)), "{codes:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn forged_again(honest: &Forged, edit: fn(&mut Forged)) -> Forged {
    let mut forged = honest.clone();
    edit(&mut forged);
    forged
}

/// What an implementer signed of the honest run.
fn signature_of(honest: &Forged) -> (String, Vec<u8>) {
    let signing = Signing {
        role: Role::Implementer,
        name: "Ada".into(),
        meaning: Meaning::Authorship,
        signed_at: "2026-02-03T04:05:06Z".into(),
        phase: None,
        notes: None,
        exception: None,
    };
    let key = PrivateKey::generate().expect("random numbers");
    let signature = honest.clone().verification().sign(signing, &key).expect("may sign");
    let brought = honest.clone().verification_with(&signature);
    assert!(brought.holds(), "{:?}", brought.faults);
    assert_eq!(brought.signed.len(), 1);
    signature
}

#[test]
fn a_lie_that_contradicts_nothing_has_another_head_and_run_digest_than_the_honest_run_printed() {
    let honest = Forged::of(&whole());
    let printed = honest.clone().verification();
    let printed = [printed.result_digest, printed.head, printed.run_digest].map(|digest| digest.expect("a digest"));
    let signature = signature_of(&honest);
    for (name, edit, kept) in CONSISTENT {
        let mut forged = honest.clone();
        edit(&mut forged);
        let verification = forged.verification();
        assert!(verification.holds(), "{name}: {:?}", verification.faults);
        // Nobody signed it, and no signature of the honest run can be brought here.
        let mut unsigned = forged_again(&honest, *edit).verification();
        unsigned.trust(&TrustedKeys::default());
        assert!(!unsigned.holds(), "{name}");
        let brought = forged_again(&honest, *edit).verification_with(&signature);
        let foreign = ["signature-foreign", "wrong-migration"];
        assert!(brought.faults.iter().any(|fault| foreign.contains(&fault.code.as_str())), "{name}");
        let met: Vec<&str> = printed.iter().filter_map(|digest| verification.recognise(digest)).collect();
        assert_eq!(met.join(""), *kept, "{name}");
    }
}
