//! Migrations that nobody wants to judge any more: the state that they lead to is the baseline.

use super::{InitError, Migrations, Way, project::below};

/// Takes the migrations up to this one for the state before the first phase.
pub(super) fn split(migrations: &mut Migrations, through: &str) -> Result<(), InitError> {
    let refused = |why: String| InitError::Refused { tool: migrations.tool, why };
    let Some(last) = migrations.steps.iter().position(|step| step.revision == through) else {
        let known: Vec<&str> = migrations.steps.iter().map(|step| step.revision.as_str()).collect();
        let ends = [known.first(), known.last()].map(|end| end.copied().unwrap_or_default());
        return Err(refused(format!("no migration is `{through}`: the first is {}, the last {}", ends[0], ends[1])));
    };
    if last + 1 == migrations.steps.len() {
        return Err(refused(format!("no migration comes after {through}, so that there would be no phase")));
    }
    if let Way::Command(_) = &migrations.steps[last].up {
        if !migrations.ups_go_through {
            return Err(refused(format!(
                "each of its commands runs one migration alone: put what those up to {through} lead to into a baseline.sql"
            )));
        }
        if let Some(file) = migrations.baseline.first() {
            return Err(refused(format!("the command that leads to {through} would run before {file}")));
        }
    }
    let phases = migrations.steps.split_off(last + 1);
    migrations.history = std::mem::replace(&mut migrations.steps, phases);
    // Copies of ways back that nobody walks are not made.
    let back = migrations.history.iter().filter_map(|step| match &step.down {
        Some(Way::File(file)) => Some(below(&migrations.folder, file)),
        _ => None,
    });
    let back: Vec<String> = back.collect();
    migrations.made.retain(|(path, _)| !back.contains(&below(super::FOLDER, path)));
    Ok(())
}
