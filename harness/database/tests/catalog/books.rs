//! What is recorded of the books of migration tools is what they wrote there, and nothing that two honest runs write otherwise.

use std::{collections::BTreeMap, error::Error, fs};

use phasegate_evidence::{Size, Table};
use phasegate_server::Version;
use sqlx::{Connection as _, PgConnection};
use sqlx_core::migrate::Migrator;

use crate::{ground::Ground, oracle::PLAIN};

type Failed = Box<dyn Error + Send + Sync>;

/// What the books of a clone say, on which `write` was run first.
async fn said(
    ground: &Ground,
    write: impl AsyncFnOnce(&str) -> Result<(), Failed>,
) -> Result<BTreeMap<String, Table>, Failed> {
    let host = &ground.host;
    let clone = host.clone_of(&ground.base).await?;
    write(&host.url(&clone)).await?;
    let mut session = host.connect(&clone).await?;
    let catalog = session.catalog().await?;
    let said = session.revisions(&catalog, Size::default()).await?;
    session.close().await?;
    host.drop_database(&clone).await?;
    Ok(said)
}

fn table(columns: &[&str], rows: &[&[&str]]) -> Table {
    // No value of these is an empty text.
    let cell = |cell: &&str| Some((*cell).to_owned()).filter(|text| !text.is_empty());
    Table {
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        rows: rows.iter().map(|row| row.iter().map(cell).collect()).collect(),
    }
}

fn is(said: &BTreeMap<String, Table>, expected: &BTreeMap<String, Table>) -> Result<(), String> {
    if said == expected { Ok(()) } else { Err(format!("the books say {said:?}, and it is {expected:?}")) }
}

async fn after(url: &str, sql: &'static str) -> Result<(), Failed> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql(sql).execute(&mut connection).await?;
    Ok(connection.close().await?)
}

/// sqlx itself applies two migrations, and then a third that fails.
pub(crate) async fn of_sqlx() -> Result<(), String> {
    let ground = &Ground::lay(Version::default(), &PLAIN).await?;
    let walked = async {
        let folder = tempfile::tempdir()?;
        let put = |name: &str, sql: &str| fs::write(folder.path().join(name), sql);
        put("20260101000000_ledger.sql", "CREATE TABLE ledger (id int);")?;
        put("20260102000000_ledger_has_an_owner.sql", "ALTER TABLE ledger ADD owner text;")?;
        let migrate = async |url: &str| {
            let migrator = Migrator::new(folder.path().to_owned()).await?;
            let mut connection = PgConnection::connect(url).await?;
            let ran = migrator.run_direct(None, &mut connection, false).await;
            connection.close().await?;
            Ok::<_, Failed>(ran)
        };
        let columns = ["version", "description", "success"];
        let two: [&[&str]; 2] = [&["20260101000000", "ledger", "t"], &["20260102000000", "ledger has an owner", "t"]];
        let books = |rows: &[&[&str]]| BTreeMap::from([("_sqlx_migrations".to_owned(), table(&columns, rows))]);
        is(&said(ground, async |url| Ok(migrate(url).await??)).await?, &books(&two))?;
        // One that fails is no entry.
        put("20260103000000_broken.sql", "CREATE TABLE ledger (id int);")?;
        let broken = said(ground, async |url| match migrate(url).await? {
            Err(_) => Ok(()),
            Ok(()) => Err("the third migration was to fail".into()),
        });
        is(&broken.await?, &books(&two))?;
        Ok::<(), Failed>(())
    };
    walked.await.map_err(|error| error.to_string())
}

/// Flyway's table, made here by the columns that its documentation names: no Flyway has run.
pub(crate) async fn of_flyway() -> Result<(), String> {
    let ground = &Ground::lay(Version::default(), &PLAIN).await?;
    let history = "CREATE TABLE flyway_schema_history (installed_rank integer PRIMARY KEY, version varchar(50), \
        description varchar(200) NOT NULL, type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum integer, \
        installed_by varchar(100) NOT NULL, installed_on timestamp NOT NULL DEFAULT now(), execution_time integer NOT NULL, \
        success boolean NOT NULL);
        INSERT INTO flyway_schema_history VALUES
        (2, NULL, 'views', 'SQL', 'R__views.sql', -7, current_user, now(), 9, false),
        (1, '1', 'ledger', 'SQL', 'V1__ledger.sql', 1886, current_user, now(), 12, true)";
    // Somebody else's table of that name.
    let another = "CREATE TABLE flyway_schema_history (version text); INSERT INTO flyway_schema_history VALUES ('1')";
    let columns = ["installed_rank", "version", "description", "type", "script", "checksum", "success"];
    let rows: [&[&str]; 2] = [
        &["1", "1", "ledger", "SQL", "V1__ledger.sql", "1886", "t"],
        &["2", "", "views", "SQL", "R__views.sql", "-7", "f"],
    ];
    let books = BTreeMap::from([("flyway_schema_history".to_owned(), table(&columns, &rows))]);
    for (sql, expected) in [(history, books), (another, BTreeMap::new())] {
        let said = said(ground, async |url| after(url, sql).await).await.map_err(|error| error.to_string())?;
        is(&said, &expected)?;
    }
    Ok(())
}
