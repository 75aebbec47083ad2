//! Folders that were forged as a whole: every digest, every link and every closing verdict fits.

use std::{fs, path::Path};

use phasegate_evidence::{JUNIT_FILE, PAGE_FILE, REPORT_FILE, RunFolder, verify};
use phasegate_report::{Record, html, junit, markdown};

use crate::{
    attack::{Broken, Options, Tally},
    failure::Failure,
    forged::Forged,
    forgeries::{CONSISTENT, contradictory, whole},
    phasegate::Phasegate,
};

/// Every forgery is made, in the short form too: there is nothing random about them.
pub(crate) fn tries(options: &Options, tally: &mut Tally<'_>) -> Result<(), Failure> {
    for (sample, forgeries) in contradictory() {
        let honest = Forged::of(&sample);
        for (name, edit, named) in forgeries {
            tally.case(|_| {
                let mut forged = honest.clone();
                edit(&mut forged);
                contradicts_itself(&options.phasegate, forged, name, named)
            })?;
        }
    }
    let honest = Forged::of(&whole());
    let printed = honest.clone().verification();
    for (name, edit, _) in CONSISTENT {
        tally.case(|_| {
            let mut forged = honest.clone();
            edit(&mut forged);
            let head = printed.head.as_ref().ok_or_else(|| Failure::new("no head"))?;
            is_unmasked(&options.phasegate, forged, name, head.as_str())
        })?;
    }
    Ok(())
}

/// Writes the folder with the reports that fit.
fn written(mut forged: Forged, folder: &Path) -> Result<(), Failure> {
    fs::create_dir(folder)?;
    forged.seal(folder);
    // A folder that contradicts itself may have no report at all.
    if let Ok(record) = Record::read(folder) {
        fs::write(folder.join(REPORT_FILE), markdown(&record))?;
        fs::write(folder.join(PAGE_FILE), html(&record))?;
        fs::write(folder.join(JUNIT_FILE), junit(&record)?)?;
    }
    Ok(())
}

/// What contradicts something else that the folder holds is said, and in which words.
fn contradicts_itself(
    phasegate: &Phasegate,
    forged: Forged,
    name: &str,
    named: &str,
) -> Result<Result<(), Broken>, Failure> {
    let holder = tempfile::tempdir()?;
    written(forged, &holder.path().join("run"))?;
    let ran = phasegate.run_within(holder.path(), &["verify", "run"], None)?;
    Ok(if ran.code == 5 && ran.says(named) {
        Ok(())
    } else {
        Err(format!("{name}: not `{named}`, and {}", ran.shown()))
    })
}

/// A lie that contradicts nothing verifies; it is said to be unsigned, and the digest that the honest run printed is missed.
fn is_unmasked(phasegate: &Phasegate, forged: Forged, name: &str, head: &str) -> Result<Result<(), Broken>, Failure> {
    let holder = tempfile::tempdir()?;
    written(forged, &holder.path().join("run"))?;
    let folder = RunFolder::open(holder.path().join("run"))?;
    if !verify(&folder).holds() {
        return Err(Failure::new(format!("{name} is no consistent lie")));
    }
    let believed = phasegate.run_within(holder.path(), &["verify", "run"], None)?;
    let expected = phasegate.run_within(holder.path(), &["verify", "run", "--expect", head], None)?;
    if believed.code != 0 || !believed.says("consistent; not signed") {
        return Ok(Err(format!("{name}: {}", believed.shown())));
    }
    Ok(if expected.code == 5 && expected.says(head) { Ok(()) } else { Err(format!("{name}: {}", expected.shown())) })
}
