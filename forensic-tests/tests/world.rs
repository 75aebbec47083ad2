//! What the tests of this binary share: the suites, a runtime and, from the first test that needs it, a server.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use libtest_mimic::Failed;
use phasegate_engine::{
    Limits, States,
    suite::{self, Suite},
};
use phasegate_server::{Server, Shared};
use tokio::runtime::Runtime;

/// Shared by all tests; cheap to clone.
#[derive(Clone)]
pub(crate) struct World {
    inner: Arc<Inner>,
}

struct Inner {
    runtime: Runtime,
    suites: Vec<Suite>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    server: Option<Arc<Shared>>,
    states_of: BTreeMap<String, Arc<States>>,
}

impl World {
    pub(crate) fn new() -> Result<Self, String> {
        let runtime = Runtime::new().map_err(|error| format!("no runtime: {error}"))?;
        let mut suites = Vec::new();
        for folder in ["suites", "../fixtures/example/suites"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
            suites.extend(suite::load(&folder, &[]).map_err(|error| error.to_string())?);
        }
        Ok(Self { inner: Arc::new(Inner { runtime, suites, state: Mutex::default() }) })
    }

    pub(crate) fn suites(&self) -> &[Suite] {
        &self.inner.suites
    }

    /// Runs a test of a suite to its end.
    pub(crate) fn test(
        &self,
        suite: &str,
        test: impl AsyncFnOnce(Arc<States>) -> Result<(), Failed>,
    ) -> Result<(), Failed> {
        let states = self.states(suite)?;
        self.inner.runtime.block_on(test(states))
    }

    /// Runs a test of a suite that starts a server of its own to its end.
    pub(crate) fn with_suite(
        &self,
        name: &str,
        test: impl AsyncFnOnce(&Suite) -> Result<(), Failed>,
    ) -> Result<(), Failed> {
        let suite = self.suites().iter().find(|suite| suite.name == name);
        let suite = suite.ok_or_else(|| Failed::from(format!("there is no suite {name}")))?;
        self.inner.runtime.block_on(test(suite))
    }

    /// Runs a test on the server to its end.
    pub(crate) fn on_the_server<T>(&self, test: impl AsyncFnOnce(&Server) -> Result<T, Failed>) -> Result<T, Failed> {
        let server = self.server(&mut self.inner.state.lock().unwrap_or_else(PoisonError::into_inner))?;
        self.inner.runtime.block_on(test(&server))
    }

    /// The server, which the first test that needs it starts.
    fn server(&self, state: &mut State) -> Result<Arc<Shared>, Failed> {
        if let Some(server) = &state.server {
            return Ok(server.clone());
        }
        let request = server_request()?;
        let mut notice = |line: &str| eprintln!("{line}");
        let start = phasegate_server::shared(&request, &mut notice);
        let server = Arc::new(self.inner.runtime.block_on(start).map_err(|e| e.to_string())?);
        state.server = Some(server.clone());
        Ok(server)
    }

    /// The states of a suite, and the server if it needs one.
    fn states(&self, name: &str) -> Result<Arc<States>, Failed> {
        let mut state = self.inner.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(states) = state.states_of.get(name) {
            return Ok(states.clone());
        }
        let suite = self.inner.suites.iter().find(|suite| suite.name == name);
        let suite = suite.ok_or_else(|| Failed::from(format!("there is no suite {name}")))?;
        let server = if suite.kind.capabilities().server { Some(self.server(&mut state)?) } else { None };
        let server = server.as_ref().map(|server| &***server);
        let states = States::kept(suite, server, &format!("test{}", std::process::id()), Limits::default());
        let mut states = states.map_err(|error| error.to_string())?;
        if is_one_of_many_processes() {
            states = states.shared_between_processes();
        }
        let states = Arc::new(states);
        state.states_of.insert(name.to_owned(), states.clone());
        Ok(states)
    }

    /// Drops the databases of the tests where the server outlives them; a server of this process's own goes with it.
    pub(crate) fn close(self) -> Result<(), String> {
        let mut state = self.inner.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = std::mem::take(&mut *state);
        let is_external =
            state.server.as_ref().is_some_and(|server| server.description().kind == phasegate_server::Kind::External);
        if !is_external && !is_one_of_many_processes() {
            return Ok(());
        }
        self.inner.runtime.block_on(async {
            for states in state.states_of.into_values().filter_map(Arc::into_inner) {
                states.close().await.map_err(|error| error.to_string())?;
            }
            Ok(())
        })
    }
}

/// Whether cargo-nextest runs each test in a process of its own.
fn is_one_of_many_processes() -> bool {
    std::env::var_os("NEXTEST_RUN_ID").is_some()
}

/// The server that `PHASEGATE_SERVER` asks for. `DATABASE_URL` counts only when that asks for an external server: it may
/// well be set for another program, and tests should not surprise its owner.
fn server_request() -> Result<phasegate_server::Request, Failed> {
    let choice = match std::env::var("PHASEGATE_SERVER") {
        Ok(name) => name.parse().map_err(|error: phasegate_server::UnknownChoice| error.to_string())?,
        Err(_) => phasegate_server::Choice::Auto,
    };
    let external = choice == phasegate_server::Choice::External;
    Ok(phasegate_server::Request {
        choice,
        database_url: std::env::var("DATABASE_URL").ok().filter(|_| external),
        needs_timescaledb: true,
        ..phasegate_server::Request::default()
    })
}
