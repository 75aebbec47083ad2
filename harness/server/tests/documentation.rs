//! What the documentation says is what happens.

use libtest_mimic::{Failed, Trial};

use crate::claim;

pub(crate) fn trials() -> Vec<Trial> {
    vec![claim("the_example_of_the_documentation_runs", example)]
}

mod text {
    // The documentation shows this file, and its text alone.
    include!("example.rs");

    pub(super) fn run() -> Result<(), Box<dyn std::error::Error>> {
        main()
    }
}

fn example() -> Result<(), Failed> {
    text::run().map_err(|error| error.to_string().into())
}
