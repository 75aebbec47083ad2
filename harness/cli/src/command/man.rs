//! `phasegate man`.

use std::{fs, path::Path};

use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::{
    args::{Args, ManArgs, display_path},
    console,
    exit::{Exit, Failure},
};

/// Prints the manual page, or writes that of each verb into a folder.
pub(super) fn man(asked: &ManArgs) -> Result<Exit, Failure> {
    match &asked.dir {
        Some(folder) => written(folder)?,
        None => {
            let mut page = Vec::new();
            let rendered = Man::new(Args::command()).render(&mut page);
            rendered.map_err(|error| Failure::usage(format!("failed to render the manual page: {error}")))?;
            console::print_exactly(&String::from_utf8_lossy(&page))?;
        }
    }
    Ok(Exit::Passed)
}

fn written(folder: &Path) -> Result<(), Failure> {
    let pages = fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(Args::command(), folder));
    pages
        .map_err(|error| Failure::usage(format!("failed to write manual pages into {}: {error}", folder.display())))?;
    console::print(&format!("read them: man -l {}/phasegate-run.1\n", display_path(folder)))
}
