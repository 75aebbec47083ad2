//! The migration tools that tests run. `ci/tools` makes them ready.

use std::{env, process::Command};

/// Set where there must be the tools, so that a test that needs one is not left out but fails.
const MANDATORY: &str = "PHASEGATE_TEST_TOOLS";

/// Why no Python migrates here, if none does: it needs these modules.
pub(crate) fn without_python(modules: &str) -> Option<String> {
    let asked = || Command::new("python3").args(["-c", &format!("import {modules}")]).output();
    let at_hand = env::var_os(MANDATORY).is_some() || asked().is_ok_and(|output| output.status.success());
    (!at_hand).then(|| format!("needs a Python with {modules}: put what ci/tools prints on the PATH"))
}

/// Why no Rails migrates here, if none does.
pub(crate) fn without_rails() -> Option<String> {
    let asked = || Command::new("ruby").args(["-e", "require 'rails'; require 'active_record'; require 'pg'"]).output();
    let at_hand = env::var_os(MANDATORY).is_some() || asked().is_ok_and(|output| output.status.success());
    (!at_hand).then(|| "needs a Ruby with Rails and pg: ci/tools installs them".to_owned())
}
