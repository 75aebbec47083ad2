use std::time::Duration;

use clap::Args;
use jiff::SignedDuration;
use phasegate_engine::Limits;
use phasegate_evidence::Size;

/// How long things may take, and how much they may give. What outlives its limit ends as an error, and the run stops there;
/// what gives too much is an error too, and the run goes on.
#[derive(Debug, Args)]
pub(crate) struct LimitArgs {
    /// How long a statement of a check may take, such as 90s or 5m; a check's own `timeout` goes before it
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = duration)]
    statement_timeout: Duration,
    /// How long a statement, or the command, of a phase may take
    #[arg(long, value_name = "DURATION", default_value = "30m", value_parser = duration)]
    phase_timeout: Duration,
    /// How many rows a query or a step of a check may give; one that gives more is `error` (too-large)
    #[arg(long, value_name = "ROWS", default_value_t = Size::default().rows)]
    max_rows: usize,
    /// How many bytes the values may have that a query or a step of a check gives; more is `error` (too-large)
    #[arg(long, value_name = "BYTES", default_value_t = Size::default().bytes)]
    max_bytes: usize,
}

impl LimitArgs {
    /// The limits of a run.
    pub(crate) fn limits(&self) -> Limits {
        let size = Size { rows: self.max_rows, bytes: self.max_bytes };
        Limits { check: self.statement_timeout, phase: self.phase_timeout, size, ..Limits::default() }
    }
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let parsed: SignedDuration = text.parse().map_err(|_| "expected a duration such as 500ms, 90s or 5m".to_owned())?;
    match Duration::try_from(parsed) {
        Ok(duration) if duration >= Duration::from_millis(1) => Ok(duration),
        _ => Err("expected at least 1ms".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them_and_nothing_else_is() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        for text in ["", "90", "0s", "-1s", "soon"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
