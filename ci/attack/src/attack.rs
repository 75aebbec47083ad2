//! What an attack is: numbered cases, each with random choices of its own, so that any one can be made again alone.

use phasegate_engine::fuzz::Seed;

use crate::{chance::Chance, failure::Failure, phasegate::Phasegate};

/// One way to attack the command.
pub(crate) struct Attack {
    pub(crate) name: &'static str,
    /// What is done, in a few words.
    pub(crate) what: &'static str,
    pub(crate) tries: fn(&Options, &mut Tally<'_>) -> Result<(), Failure>,
}

/// What the user asked for.
pub(crate) struct Options {
    pub(crate) phasegate: Phasegate,
    pub(crate) seed: Seed,
    pub(crate) short: bool,
    pub(crate) case: Option<u32>,
}

impl Options {
    /// How many cases: few in the short form, many otherwise.
    pub(crate) fn cases(&self, few: u32, many: u32) -> u32 {
        if self.short { few } else { many }
    }
}

/// Why the command did not hold.
pub(crate) type Broken = String;

/// How an attack went so far.
pub(crate) struct Tally<'o> {
    attack: &'static str,
    options: &'o Options,
    next: u32,
    pub(crate) tried: u32,
    /// Each case that did not hold, with the command that makes it again.
    pub(crate) broken: Vec<String>,
}

impl<'o> Tally<'o> {
    pub(crate) fn new(attack: &'static str, options: &'o Options) -> Self {
        Self { attack, options, next: 0, tried: 0, broken: Vec::new() }
    }

    /// Whether the next case is asked for at all: what it needs is made only then.
    pub(crate) fn wanted(&self) -> bool {
        self.options.case.is_none_or(|case| case == self.next)
    }

    /// Makes the next case. A failure is of the attack; that the command did not hold is its result.
    pub(crate) fn case(
        &mut self,
        attempt: impl FnOnce(&mut Chance) -> Result<Result<(), Broken>, Failure>,
    ) -> Result<(), Failure> {
        let wanted = self.wanted();
        let case = self.next;
        self.next += 1;
        if !wanted {
            return Ok(());
        }
        self.tried += 1;
        let outcome = attempt(&mut Chance::of(self.options.seed, self.attack, case))
            .map_err(|failure| Failure::new(format!("case {case} of {}: {failure}", self.attack)))?;
        if let Err(why) = outcome {
            let short = if self.options.short { " --short" } else { "" };
            let again =
                format!("ci/attack/run{short} --seed {} --only {} --case {case}", self.options.seed, self.attack);
            self.broken.push(format!("DID NOT HOLD: {}: {why}\n  again: {again}", self.attack));
        }
        Ok(())
    }

    pub(crate) fn held(&self) -> usize {
        self.tried as usize - self.broken.len()
    }
}
