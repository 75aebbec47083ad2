//! Every gate, defect and scenario of every suite is a test of its own: `cargo test attribution_b03::phase_4`.
//!
//! The tests of one binary share one server, which is started by the first test that needs it and stopped when the last
//! is over; each test works on a clone of its own.

mod properties;
mod properties_phases;
mod properties_replay;
mod properties_trial;
mod suites;
mod world;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let world = match world::World::new() {
        Ok(world) => world,
        Err(why) => {
            eprintln!("error: {why}");
            return ExitCode::from(2);
        }
    };
    let mut trials = suites::trials(&world);
    trials.extend(properties::trials(&world));
    trials.extend(properties_phases::trials(&world));
    trials.extend(properties_replay::trials(&world));
    let conclusion = libtest_mimic::run(&arguments, trials);
    match world.close() {
        Ok(()) => conclusion.exit_code(),
        Err(why) => {
            eprintln!("error: the server of the tests was not stopped in order: {why}");
            ExitCode::FAILURE
        }
    }
}
