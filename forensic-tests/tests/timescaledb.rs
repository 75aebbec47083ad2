//! What is particular to TimescaleDB: a hypertable's rows lie in chunks, and a chunk refuses in its own name.

use libtest_mimic::{Failed, Trial};
use phasegate_database::{Session, refusal_of};
use phasegate_engine::{Migration, States};
use phasegate_evidence::{Cause, Definition};

use crate::world::World;

const HYPERTABLE: &str = "
    CREATE TABLE sensors (id int PRIMARY KEY);
    CREATE TABLE readings (
        at timestamptz NOT NULL,
        sensor int NOT NULL REFERENCES sensors (id),
        value int NOT NULL CONSTRAINT ck_readings_value CHECK (value >= 0),
        CONSTRAINT readings_pkey PRIMARY KEY (sensor, at)
    );
    SELECT create_hypertable('readings', 'at', chunk_time_interval => interval '1 day');
    CREATE UNIQUE INDEX idx_readings_value ON readings (value, at);
    INSERT INTO sensors VALUES (1), (2);
    INSERT INTO readings VALUES ('2025-01-01', 1, 10);
";

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    let trial = |name: &str, test: fn(&mut Session) -> Test<'_>| {
        let world = world.clone();
        Trial::test(name, move || world.test("attribution-b03", async |states| on_hypertable(&states, test).await))
    };
    vec![
        trial("timescaledb::a_chunk_refuses_in_the_name_of_its_hypertable", |session| Box::pin(chunks_refuse(session))),
        trial("timescaledb::a_hypertable_is_an_object_of_the_catalog", |session| Box::pin(catalog_lists(session))),
        trial("timescaledb::a_definition_that_does_not_parse_takes_none_along", |session| {
            Box::pin(unparsed_alone(session))
        }),
    ]
}

type Test<'s> = std::pin::Pin<Box<dyn Future<Output = Result<(), Failed>> + 's>>;

async fn on_hypertable(states: &States, test: fn(&mut Session) -> Test<'_>) -> Result<(), Failed> {
    let mut copy = states.working_copy(&Migration::of(states.suite()), 0).await?;
    copy.session.begin().await?;
    copy.session.run(HYPERTABLE).await?;
    test(&mut copy.session).await?;
    copy.session.rollback().await?;
    Ok(states.clear(copy).await?)
}

/// Where a definition does not even parse, the savepoint in its own message was not made: going back to the one before it
/// took the definition built last along.
async fn unparsed_alone(session: &mut Session) -> Result<(), Failed> {
    let declared =
        [("index idx_readings_value", "UNIQUE ON readings (value, at)"), ("trigger readings.t", "BEFORE FOR")]
            .map(|(key, words)| (key.to_owned(), words.to_owned()));
    match session.normalise(&declared).await?.as_slice() {
        [Definition::Known(index), Definition::Unresolved(_)] if index.contains("(value, at)") => Ok(()),
        others => Err(Failed::from(format!("{others:?}"))),
    }
}

async fn chunks_refuse(session: &mut Session) -> Result<(), Failed> {
    for (write, sqlstate, name) in [
        ("INSERT INTO readings VALUES ('2025-01-01', 1, 11)", "23505", "readings_pkey"),
        ("INSERT INTO readings VALUES ('2025-01-01', 2, 10)", "23505", "idx_readings_value"),
        ("INSERT INTO readings VALUES ('2025-01-01', 2, -1)", "23514", "ck_readings_value"),
        ("INSERT INTO readings VALUES ('2025-01-01', 3, 12)", "23503", "readings_sensor_fkey"),
        // The first row of a new chunk: the chunk goes with the refused statement.
        ("INSERT INTO readings VALUES ('2025-06-01', 3, 12)", "23503", "readings_sensor_fkey"),
    ] {
        session.begin().await?;
        let refused = refusal_of(session.run(write).await)?;
        session.rollback().await?;
        let Err(error) = refused else {
            return Err(Failed::from(format!("{write} was accepted")));
        };
        let expected = Cause::Constraint { name: name.to_owned() };
        if error.sqlstate.as_deref() != Some(sqlstate) || error.cause != Some(expected) {
            let met = error.summary();
            return Err(Failed::from(format!("{write} met {met}, expected {sqlstate} {name}")));
        }
    }
    Ok(())
}

async fn catalog_lists(session: &mut Session) -> Result<(), Failed> {
    let catalog = session.catalog().await?;
    let met = catalog.get("hypertable readings");
    let chunks: Vec<&String> = catalog.0.keys().filter(|key| key.contains("_chunk")).collect();
    if met == Some("time at 1 day") && chunks.is_empty() {
        Ok(())
    } else {
        Err(Failed::from(format!("met {met:?}, and of chunks {chunks:?}")))
    }
}
