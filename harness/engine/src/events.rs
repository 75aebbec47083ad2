//! Where events go as they happen: first into the run folder, then to whoever listens.

use phasegate_evidence::{Digest, Event, OUTPUTS_FOLDER, RunFolder, Seen, canonical_bytes, judge::Observation};
use serde::Serialize;

use crate::{RunError, record::Recorder};

/// Receives every event, in order.
pub type Listener<'a> = dyn FnMut(&Event) + Send + 'a;

/// Where events go.
pub struct Events<'a> {
    /// The run folder; without one, events go to the listener alone.
    recorder: Option<&'a mut Recorder>,
    listener: &'a mut Listener<'a>,
    /// The scenario that is being played, with what happened in it so far.
    within: Option<Within>,
}

struct Within {
    suite: String,
    scenario: String,
    events: Vec<Event>,
}

impl<'a> Events<'a> {
    /// Events that are recorded.
    pub(crate) fn recorded(recorder: &'a mut Recorder, listener: &'a mut Listener<'a>) -> Self {
        Self { recorder: Some(recorder), listener, within: None }
    }

    /// Events that are only listened to, as tests do.
    #[must_use]
    pub fn unrecorded(listener: &'a mut Listener<'a>) -> Self {
        Self { recorder: None, listener, within: None }
    }

    /// From now on everything happens within this scenario.
    pub(crate) fn enter(&mut self, suite: &str, scenario: &str) {
        let (suite, scenario) = (suite.to_owned(), scenario.to_owned());
        self.within = Some(Within { suite, scenario, events: Vec::new() });
    }

    /// The scenario is over; gives everything that happened in it.
    pub(crate) fn leave(&mut self) -> Vec<Event> {
        self.within.take().map(|within| within.events).unwrap_or_default()
    }

    /// Something happened.
    pub(crate) fn emit(&mut self, event: Event) -> Result<(), RunError> {
        let event = match &mut self.within {
            None => event,
            Some(within) => {
                within.events.push(event.clone());
                let (suite, scenario) = (within.suite.clone(), within.scenario.clone());
                Event::InScenario { suite, scenario, event: Box::new(event) }
            }
        };
        match &mut self.recorder {
            Some(recorder) => (self.listener)(recorder.event(event)?),
            None => (self.listener)(&event),
        }
        Ok(())
    }

    /// Keeps an output of an earlier run.
    pub(crate) fn take_over(&mut self, folder: &RunFolder, digest: &Digest) -> Result<(), RunError> {
        let damaged = |why: &dyn std::fmt::Display| RunError::NotResumed(format!("its output {digest} {why}"));
        let bytes = folder.read(&format!("{OUTPUTS_FOLDER}/{digest}")).map_err(|error| damaged(&error))?;
        match &mut self.recorder {
            Some(recorder) if recorder.output_bytes(&bytes)? != *digest => {
                Err(damaged(&"holds what is a secret by now, and cannot be taken over"))
            }
            _ => Ok(()),
        }
    }

    /// Keeps an observation: a small one in its event, a large one among the outputs.
    pub(crate) fn observed(&mut self, seen: Observation) -> Result<Seen, RunError> {
        let bytes = canonical_bytes(&seen).map_err(crate::record::RecordError::from)?;
        match &mut self.recorder {
            Some(recorder) if bytes.len() > Seen::HERE_BYTES_MAX => Ok(Seen::Stored(recorder.output_bytes(&bytes)?)),
            _ => Ok(Seen::Here(Box::new(seen))),
        }
    }

    /// Keeps a text among the outputs.
    pub(crate) fn text(&mut self, text: &str) -> Result<Digest, RunError> {
        match &mut self.recorder {
            Some(recorder) => Ok(recorder.output_bytes(text.as_bytes())?),
            None => Ok(Digest::of(text.as_bytes())),
        }
    }

    /// Keeps a value among the outputs.
    pub(crate) fn output<T: Serialize>(&mut self, value: &T) -> Result<Digest, RunError> {
        let bytes = canonical_bytes(value).map_err(crate::record::RecordError::from)?;
        match &mut self.recorder {
            Some(recorder) => Ok(recorder.output_bytes(&bytes)?),
            None => Ok(Digest::of(&bytes)),
        }
    }
}
