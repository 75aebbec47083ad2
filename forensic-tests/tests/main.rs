//! Every gate, defect, finding and scenario of every suite is a test of its own: `cargo test attribution_b03::phase_4`.
//!
//! The tests of one binary share one server, which is started by the first test that needs it and goes with the process
//! (under cargo-nextest: with the run); each test works on a clone of its own.

mod checks;
mod cutover;
mod existing_database;
mod existing_file;
mod existing_trading;
mod gates_alone;
mod interleavings;
mod properties;
mod properties_notes;
mod properties_phases;
mod properties_replay;
mod properties_sessions;
mod properties_trading;
mod properties_trial;
mod requirements;
mod resume;
mod runs;
mod sessions;
mod suites;
mod timescaledb;
mod trading_verify;
mod untouched;
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
    trials.extend(checks::trials(&world));
    trials.extend(properties::trials(&world));
    trials.extend(properties_phases::trials(&world));
    trials.extend(properties_replay::trials(&world));
    trials.extend(properties_notes::trials(&world));
    trials.extend(properties_trading::trials(&world));
    trials.extend(properties_sessions::trials(&world));
    trials.extend(interleavings::trials(&world));
    trials.extend(trading_verify::trials(&world));
    trials.extend(cutover::trials(&world));
    trials.extend(timescaledb::trials(&world));
    trials.extend(untouched::trials(&world));
    trials.extend(sessions::trials(&world));
    trials.extend(existing_database::trials(&world));
    trials.extend(existing_file::trials(&world));
    trials.extend(existing_trading::trials(&world));
    trials.extend(runs::trials());
    trials.extend(resume::trials(&world));
    let named = trials.iter().map(|trial| trial.name().to_owned()).collect();
    trials.extend(requirements::trials(&world, named));
    let conclusion = libtest_mimic::run(&arguments, trials);
    match world.close() {
        Ok(()) => conclusion.exit_code(),
        Err(why) => {
            eprintln!("error: the databases of the tests were not dropped: {why}");
            ExitCode::FAILURE
        }
    }
}
