//! Commands in outline: the verbs and the options exist.

use std::process::Command;

/// Every command that a block outlines is one, with options that it has.
pub(crate) fn usage(lines: &[&str]) -> Result<(), String> {
    let text = lines.join("\n").replace("\\\n", " ");
    let commands: Vec<&str> = text.lines().filter_map(outlined).collect();
    if commands.is_empty() {
        return Err("it outlines no command".to_owned());
    }
    commands.into_iter().try_for_each(|command| {
        let verb = command.split(' ').next().unwrap_or_default();
        let help = help(verb).ok_or_else(|| format!("there is no `phasegate {verb}`"))?;
        let is_option = |c: char| c.is_ascii_lowercase() || c == '-';
        let mut options =
            command.split(|c: char| !is_option(c)).filter(|word| word.starts_with("--") && word.len() > 2);
        match options.find(|option| !help.split(|c: char| !is_option(c)).any(|known| known == *option)) {
            None => Ok(()),
            Some(option) => Err(format!("`phasegate {verb}` has no option {option}")),
        }
    })
}

/// What follows the name of the command.
fn outlined(line: &str) -> Option<&str> {
    let line = line.strip_prefix("$ ").unwrap_or(line);
    line.strip_prefix("cargo ").unwrap_or(line).strip_prefix("phasegate ")
}

fn help(verb: &str) -> Option<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_phasegate")).args([verb, "--help"]).output().expect("it runs");
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
