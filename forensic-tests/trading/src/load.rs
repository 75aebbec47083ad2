//! Loads a history into a migrated database by binary COPY, while more of it is generated.

use std::collections::BTreeMap;

use sqlx::{Connection as _, PgConnection};
use tokio::sync::{Mutex, mpsc};

use crate::{
    Record,
    copy::{HEADER, TRAILER},
    history::{Era, History, Shape, Sink},
    sql::LOAD_ORDER,
};

/// A batch is handed over when it has come to so many bytes; two wait at most, so memory stays the same.
const BATCH_BYTES: usize = 8 << 20;

/// What is loaded, and how.
#[derive(Debug, Clone)]
pub struct Load {
    /// The history.
    pub shape: Shape,
    /// It ends with the hour in which so many rows have been written.
    pub rows: u64,
    /// Only these tables; none means all.
    pub tables: Vec<String>,
    /// Whether triggers and references are left out (`session_replication_role = replica`, a superuser's right): then no row
    /// has to wait for its parents, and two sessions write.
    pub unchecked: bool,
}

/// Why rows could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The database refused, or broke off.
    #[error("failed to load: {0}")]
    Database(#[from] sqlx::Error),
    /// The generator ended early.
    #[error("failed to generate: {0}")]
    Generator(#[from] tokio::task::JoinError),
}

/// Tuples of one table.
#[derive(Debug)]
struct Tuples {
    statement: String,
    bytes: Vec<u8>,
}

/// Encodes rows, and hands them over in batches.
struct Encoder {
    tables: Vec<String>,
    pending: BTreeMap<&'static str, Tuples>,
    bytes: usize,
    rows: u64,
    rows_of: BTreeMap<&'static str, u64>,
}

impl Sink for Encoder {
    fn row<R: Record>(&mut self, row: &R, _era: Era) {
        if !self.tables.is_empty() && !self.tables.iter().any(|table| table == R::TABLE) {
            return;
        }
        let tuples = self.pending.entry(R::TABLE).or_insert_with(|| Tuples {
            statement: format!("COPY {} ({}) FROM STDIN (FORMAT binary)", R::TABLE, R::COLUMNS.join(", ")),
            bytes: HEADER.to_vec(),
        });
        let before = tuples.bytes.len();
        row.encode(R::COLUMNS.len(), &mut tuples.bytes);
        self.bytes += tuples.bytes.len() - before;
        self.rows += 1;
        *self.rows_of.entry(R::TABLE).or_default() += 1;
    }
}

/// Loads a history; gives the rows of each table.
///
/// # Errors
/// When the database cannot be reached or refuses a row; what was loaded before is committed.
pub async fn load(url: &str, load: Load) -> Result<BTreeMap<&'static str, u64>, LoadError> {
    let (sender, batches) = mpsc::channel(2);
    let batches = Mutex::new(batches);
    let is_unchecked = load.unchecked;
    let generator = tokio::task::spawn_blocking(move || generate(load, &sender));
    let write = async |is_there: bool| if is_there { write_batches(url, is_unchecked, &batches).await } else { Ok(()) };
    let (one, other) = tokio::join!(write(true), write(is_unchecked));
    one.and(other)?;
    // The generator ends with the last batch, or with the last receiver.
    drop(batches);
    Ok(generator.await?)
}

/// Writes batches, each in a transaction, until there are no more.
async fn write_batches(url: &str, unchecked: bool, batches: &Mutex<mpsc::Receiver<Batch>>) -> Result<(), sqlx::Error> {
    let mut database = PgConnection::connect(url).await?;
    if unchecked {
        sqlx::raw_sql("SET session_replication_role = replica").execute(&mut database).await?;
    }
    loop {
        let batch = batches.lock().await.recv().await;
        match batch {
            Some(batch) => copy(&mut database, batch).await?,
            None => return database.close().await,
        }
    }
}

type Batch = BTreeMap<&'static str, Tuples>;

/// A receiver that is gone has met an error, which it reports.
fn generate(load: Load, sender: &mpsc::Sender<Batch>) -> BTreeMap<&'static str, u64> {
    let mut encoder =
        Encoder { tables: load.tables, pending: BTreeMap::new(), bytes: 0, rows: 0, rows_of: BTreeMap::new() };
    let mut history = History::new(load.shape);
    history.write_reference(&mut encoder);
    while encoder.rows < load.rows {
        history.write_hour(&mut encoder);
        if encoder.bytes >= BATCH_BYTES {
            encoder.bytes = 0;
            if sender.blocking_send(std::mem::take(&mut encoder.pending)).is_err() {
                return encoder.rows_of;
            }
        }
    }
    let _ = sender.blocking_send(encoder.pending);
    encoder.rows_of
}

async fn copy(database: &mut PgConnection, mut batch: Batch) -> Result<(), sqlx::Error> {
    let mut transaction = database.begin().await?;
    for table in LOAD_ORDER {
        let Some(mut tuples) = batch.remove(table) else { continue };
        tuples.bytes.extend_from_slice(&TRAILER);
        let mut copy = transaction.copy_in_raw(&tuples.statement).await?;
        copy.send(tuples.bytes).await?;
        copy.finish().await?;
    }
    transaction.commit().await
}
