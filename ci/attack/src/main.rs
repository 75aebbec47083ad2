//! Attacks the built command from outside, with random cases that a seed tells again: forged run folders, kills, full disks,
//! bad input, statements that try to outlast a check. `ci/attack/run` builds both and starts it.
#![forbid(unsafe_code)]

mod attack;
mod chance;
mod disks;
mod failure;
#[path = "../../../harness/evidence/tests/verify/forged.rs"]
#[expect(dead_code, reason = "shared with the tests of the evidence, which ask `verify` itself")]
mod forged;
#[path = "../../../harness/evidence/tests/verify/forgeries/mod.rs"]
mod forgeries;
mod input;
mod kills;
#[path = "../../../harness/evidence/tests/verify/kinds.rs"]
#[expect(dead_code, reason = "shared with the tests of the schemas")]
mod kinds;
mod left;
mod phasegate;
#[path = "../../../harness/evidence/tests/verify/sample.rs"]
mod sample;
mod sealed;
mod server;
#[path = "../../../harness/cli/tests/cli/settings.rs"]
mod settings;
mod statements;
mod tampered;
#[path = "../../../harness/cli/tests/cli/unfinished.rs"]
mod unfinished;
#[path = "../../../harness/cli/tests/cli/workspace.rs"]
mod workspace;

use std::process::ExitCode;

use clap::Parser;
use phasegate_engine::fuzz::Seed;

use attack::{Attack, Options, Tally};
use failure::Failure;
use phasegate::Phasegate;

/// Attacks the command from outside, and says of each attack how often it was tried and how often the command held.
#[derive(Debug, Parser)]
#[command(name = "ci/attack/run")]
struct Args {
    /// Try as much as fits into a minute
    #[arg(long)]
    short: bool,
    /// The number that all random choices come from [default: a new one]
    #[arg(long, value_name = "N")]
    seed: Option<Seed>,
    /// Only this attack
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Only this case of it
    #[arg(long, value_name = "N", requires = "only")]
    case: Option<u32>,
}

const ATTACKS: [Attack; 6] = [
    Attack { name: "tampered", what: "files of a run folder changed, added, taken away", tries: tampered::tries },
    Attack { name: "sealed", what: "forgeries sealed again as a whole", tries: sealed::tries },
    Attack { name: "kills", what: "SIGKILL in the middle of a run or a proof", tries: kills::tries },
    Attack { name: "disks", what: "full disks", tries: disks::tries },
    Attack { name: "input", what: "damaged suites, SQL and run folders", tries: input::tries },
    Attack { name: "statements", what: "statements that try to outlast a check", tries: statements::tries },
];

fn main() -> ExitCode {
    match attacks(&Args::parse()) {
        Ok(exit) => exit,
        Err(failure) => {
            eprintln!("ci/attack/run: {failure}");
            ExitCode::from(2)
        }
    }
}

fn attacks(args: &Args) -> Result<ExitCode, Failure> {
    let known = ATTACKS.map(|attack| attack.name);
    if let Some(name) = args.only.as_deref().filter(|name| !known.contains(name)) {
        return Err(Failure::new(format!("no attack `{name}`; there is {}", known.join(", "))));
    }
    let seed = match args.seed {
        Some(seed) => seed,
        None => Seed::from_environment()?,
    };
    let options = Options { phasegate: Phasegate::beside_us()?, seed, short: args.short, case: args.case };
    println!("seed {seed}\n");
    println!("{:<12} {:>6} {:>6}", "attack", "tried", "held");
    let mut broken = Vec::new();
    for attack in ATTACKS.iter().filter(|attack| args.only.as_deref().is_none_or(|only| only == attack.name)) {
        let mut tally = Tally::new(attack.name, &options);
        (attack.tries)(&options, &mut tally)?;
        if tally.tried == 0 {
            return Err(Failure::new(format!("nothing was tried of {}", attack.name)));
        }
        println!("{:<12} {:>6} {:>6}  {}", attack.name, tally.tried, tally.held(), attack.what);
        broken.extend(tally.broken);
    }
    for line in &broken {
        println!("\n{line}");
    }
    Ok(if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
