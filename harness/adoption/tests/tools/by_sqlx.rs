//! sqlx's own migrator, as a library.

use sqlx::{Connection as _, PgConnection};
use sqlx_core::migrate::Migrator;

use crate::agreement::{Agreement, run};

pub(crate) fn agrees() {
    run(async {
        let agreement = Agreement::on("sqlx").await;
        let migrator = Migrator::new(agreement.project.path().join("migrations")).await.expect("migrations");
        let mut connection = PgConnection::connect(&agreement.url()).await.expect("a connection");
        migrator.run_direct(None, &mut connection, false).await.expect("they apply");
        connection.close().await.expect("it closes");
        agreement.holds("_sqlx_migrations").await;
    });
}
