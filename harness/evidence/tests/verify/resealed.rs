//! What `verify` says of forgeries that were sealed again as a whole.

use crate::{
    forged::Forged,
    forgeries::{CONSISTENT, contradictory, whole},
    kinds::proved,
    sample::catalog_after,
};

#[test]
fn the_honest_folders_verify_when_they_are_sealed_again() {
    assert_eq!(catalog_after(3).0.len(), 5);
    for sample in [whole(), proved()] {
        assert_eq!(Forged::of(&sample).faults(), Vec::<String>::new());
    }
}

#[test]
fn what_contradicts_itself_is_named_however_well_it_is_sealed() {
    let mut wrong = Vec::new();
    let all = contradictory();
    for (sample, forgeries) in &all {
        let honest = Forged::of(sample);
        for (name, edit, named) in *forgeries {
            let mut forged = honest.clone();
            edit(&mut forged);
            let faults = forged.faults();
            if !faults.iter().any(|fault| fault.contains(named)) {
                wrong.push(format!("{name}: {faults:#?}, expected `{named}`"));
            }
        }
    }
    let tried: usize = all.iter().map(|(_, forgeries)| forgeries.len()).sum();
    println!("{tried} forgeries tried, {} consistent lies", CONSISTENT.len());
    assert!(tried >= 75);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_lie_that_contradicts_nothing_has_another_head_and_run_digest_than_the_honest_run_printed() {
    let honest = Forged::of(&whole());
    let printed = honest.clone().verification();
    let printed = [printed.result_digest, printed.head, printed.run_digest].map(|digest| digest.expect("a digest"));
    for (name, edit, kept) in CONSISTENT {
        let mut forged = honest.clone();
        edit(&mut forged);
        let verification = forged.verification();
        assert!(verification.holds(), "{name}: {:?}", verification.faults);
        let met: Vec<&str> = printed.iter().filter_map(|digest| verification.recognise(digest)).collect();
        assert_eq!(met.join(""), *kept, "{name}");
    }
}
