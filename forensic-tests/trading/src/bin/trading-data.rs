//! Loads a trading history into a migrated database, reads its ledger, or verifies it. Says in one JSON object what was done
//! and how long it took.
#![forbid(unsafe_code)]

use std::{process::ExitCode, time::Instant};

use clap::{Parser, Subcommand};
use serde_json::json;
use trading_model::{Load, history::Shape, load, verify};

#[derive(Parser)]
#[command(about, version)]
struct Arguments {
    /// The database.
    #[arg(long, env = "DATABASE_URL")]
    database_url: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Generate, hash and load a history.
    Load {
        /// The history ends with the hour in which so many rows have been written.
        #[arg(long)]
        rows: u64,
        /// The seed of all chance.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Hardly anything but the ledger.
        #[arg(long)]
        ledger: bool,
        /// Only these tables, separated by commas.
        #[arg(long, value_delimiter = ',')]
        tables: Vec<String>,
        /// Without triggers and references; a superuser may.
        #[arg(long)]
        unchecked: bool,
    },
    /// Read the ledger and let it go.
    Read,
    /// Verify every hash, parent, chain and replay root.
    Verify {
        /// The ledger alone.
        #[arg(long)]
        ledger: bool,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let begun = Instant::now();
    match run(&arguments.database_url, arguments.command).await {
        Ok((mut said, is_sound)) => {
            said["ms"] = json!(begun.elapsed().as_secs_f64() * 1000.0);
            said["memory_max_kb"] = json!(memory_max_kb());
            println!("{said}");
            if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("trading-data: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run(url: &str, command: Command) -> Result<(serde_json::Value, bool), Box<dyn std::error::Error>> {
    Ok(match command {
        Command::Load { rows, seed, ledger, tables, unchecked } => {
            let shape = if ledger { Shape::ledger(seed) } else { Shape::large(seed) };
            let rows_of = load(url, Load { shape, rows, tables, unchecked }).await?;
            (json!({ "rows": rows_of.values().sum::<u64>(), "rows_of": rows_of }), true)
        }
        Command::Read => (json!({ "bytes": verify::read_ledger(url).await? }), true),
        Command::Verify { ledger } => {
            let verified =
                if ledger { verify::verify_ledger(url, None).await? } else { verify::verify(url, None).await? };
            let breaks: Vec<String> = verified.breaks.iter().map(ToString::to_string).collect();
            let is_sound = breaks.is_empty() && verified.rows > 0;
            (json!({ "rows": verified.rows, "breaks": breaks }), is_sound)
        }
    })
}

/// The most memory that this process has held, where the system says so.
fn memory_max_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
