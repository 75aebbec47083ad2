//! A server with a database that holds one of everything, and clones of it to alter.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};

use phasegate_database::{Database, Host, Kind, Place, PostgresAddress};
use phasegate_evidence::Catalog;
use phasegate_server::{Server, Version, embedded, provision};
use tokio::sync::Mutex;

use crate::{
    alterations::{Alteration, SeenBy},
    dump,
};

/// What belongs to the server as a whole: made once.
const CLUSTER: &str = include_str!("cluster.sql");
/// What the databases of a ground begin with, and what is tried on them.
pub(crate) struct Base {
    pub(crate) schema: &'static str,
    pub(crate) alterations: &'static str,
    pub(crate) timescaledb: bool,
    /// How many there are at least.
    pub(crate) alterations_min: usize,
    /// How many random pairs of them are tried unless `PHASEGATE_CASES` says otherwise.
    pub(crate) pairs: u32,
}

/// The server and the database that clones are made of.
pub(crate) struct Ground {
    pub(crate) host: Host,
    bin: PathBuf,
    pub(crate) base: Database,
    /// As it is before any alteration.
    pub(crate) unaltered: State,
    /// Dropped last.
    _server: Server,
}

/// What is known about a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) catalog: Catalog,
    pub(crate) dump: String,
}

impl State {
    /// Who tells this state from another.
    pub(crate) fn told_from(&self, other: &Self) -> SeenBy {
        SeenBy::of(self.catalog != other.catalog, self.dump != other.dump)
    }
}

impl Ground {
    pub(crate) async fn lay(version: Version, base: &Base) -> Result<Self, String> {
        let mut notice = |line: &str| eprintln!("{line}");
        let request = embedded().version(version);
        let installation = provision(&request, &mut notice).await.map_err(|error| error.to_string())?;
        let server = phasegate_server::start(&request, &mut notice).await.map_err(|error| error.to_string())?;
        let address = address(&server, base.timescaledb);
        let place = Place { server: Some(&address), folder: None, prefix: "catalog" };
        let host = Kind::Postgres.host(place).map_err(|error| error.to_string())?;
        let database = host.create().await.map_err(|error| error.to_string())?;
        let mut ground = Self {
            host,
            bin: installation.bin,
            base: database,
            unaltered: State { catalog: Catalog::default(), dump: String::new() },
            _server: server,
        };
        // A tablespace is not made in a transaction, which several statements in one message are.
        let statements: Vec<&str> = CLUSTER.split(";\n").chain([base.schema]).collect();
        ground.run(&ground.base, &statements).await?;
        ground.host.freeze(&ground.base).await.map_err(|error| error.to_string())?;
        ground.unaltered = ground.altered(&[]).await?;
        Ok(ground)
    }

    /// The state of a clone after these statements.
    pub(crate) async fn altered(&self, alterations: &[&str]) -> Result<State, String> {
        let clone = self.host.clone_of(&self.base).await.map_err(|error| error.to_string())?;
        let state = self.state_after(&clone, alterations).await;
        self.host.drop_database(&clone).await.map_err(|error| error.to_string())?;
        state
    }

    async fn state_after(&self, clone: &Database, alterations: &[&str]) -> Result<State, String> {
        let mut session = self.host.connect(clone).await.map_err(|error| error.to_string())?;
        for sql in alterations {
            session.run(sql).await.map_err(|error| error.to_string())?;
        }
        let catalog = session.catalog().await.map_err(|error| error.to_string())?;
        session.close().await.map_err(|error| error.to_string())?;
        let dump = dump::of_database(&self.bin, &self.host.url(clone), &clone.0).await?;
        Ok(State { catalog, dump })
    }

    /// A clone of a database that these statements altered, and a clone of that: the catalog of each and of their source.
    pub(crate) async fn clones_of_altered(&self, statements: &[&str]) -> Result<[Catalog; 3], String> {
        let failed = |error: phasegate_database::Error| error.to_string();
        let source = self.host.clone_of(&self.base).await.map_err(failed)?;
        let statements: Vec<String> = statements.iter().map(|sql| sql.replace("${database}", &source.0)).collect();
        self.run(&source, &statements.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        self.host.alone(&source).await.map_err(failed)?;
        let clone = self.host.clone_of(&source).await.map_err(failed)?;
        let second = self.host.clone_of(&clone).await.map_err(failed)?;
        let mut catalogs = Vec::new();
        for database in [source, clone, second] {
            let mut session = self.host.connect(&database).await.map_err(failed)?;
            catalogs.push(session.catalog().await.map_err(failed)?);
            session.close().await.map_err(failed)?;
            self.host.drop_database(&database).await.map_err(failed)?;
        }
        catalogs.try_into().map_err(|_| "not three catalogs".to_owned())
    }

    /// Who sees an alteration of the whole server, which is then undone.
    pub(crate) async fn altered_server(&self, alteration: &Alteration) -> Result<SeenBy, String> {
        let clone = self.host.clone_of(&self.base).await.map_err(|error| error.to_string())?;
        let url = self.host.url(&clone);
        let before = dump::of_server(&self.bin, &url).await?;
        let sql = alteration.sql.replace("${database}", &clone.0);
        let state = self.state_after(&clone, &[&sql]).await?;
        let after = dump::of_server(&self.bin, &url).await?;
        if let Some(undo) = &alteration.undo {
            self.run(&clone, &[&undo.replace("${database}", &clone.0)]).await?;
        }
        let catalog_differs = state.catalog != self.unaltered.catalog;
        let seen_by = SeenBy::of(catalog_differs, state.dump != self.unaltered.dump || before != after);
        self.host.drop_database(&clone).await.map_err(|error| error.to_string())?;
        if dump::of_server(&self.bin, &self.host.url(&Database("postgres".to_owned()))).await? != before {
            return Err("it has not been undone".to_owned());
        }
        Ok(seen_by)
    }

    /// Runs statements, one message each, in one session.
    async fn run(&self, database: &Database, statements: &[&str]) -> Result<(), String> {
        let mut session = self.host.connect(database).await.map_err(|error| error.to_string())?;
        for sql in statements {
            session.run(sql).await.map_err(|error| error.to_string())?;
        }
        session.close().await.map_err(|error| error.to_string())
    }
}

fn address(server: &Server, timescaledb: bool) -> PostgresAddress {
    const NAME: &str = "name_of_the_database";
    let extensions = if timescaledb { vec!["timescaledb".to_owned()] } else { Vec::new() };
    PostgresAddress {
        options: server.options(server.maintenance()),
        url: (server.url(NAME), NAME.to_owned()),
        maintenance: server.maintenance().to_owned(),
        template: None,
        extensions,
        background_workers: false,
        presence: "phasegate".to_owned(),
    }
}

/// Runs `work` for each item, as many at a time as there are processors; gives the results in the order of the items.
pub(crate) async fn side_by_side<T: Sync, R: Send>(items: &[T], work: impl AsyncFn(&T) -> R) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(items.len()));
    let worker = async || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(number) else { return };
            let result = work(item).await;
            done.lock().await.push((number, result));
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    futures_util::future::join_all((0..workers + 1).map(|_| worker())).await;
    let mut done = done.into_inner();
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}
