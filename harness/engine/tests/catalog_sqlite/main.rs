fn main() {}
#[tokio::test]
async fn show() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let c = rusqlite::Connection::open(&path).unwrap();
    c.execute_batch(include_str!("schema.sql")).unwrap();
    drop(c);
    let mut session: phasegate_engine::session::Session =
        phasegate_engine::sqlite::SqliteSession::open_scratch(&path).unwrap().into();
    let catalog = session.catalog().await.unwrap();
    for (k, v) in &catalog.0 {
        println!("{k} = {v}");
    }
    let declared: Vec<_> = catalog.0.clone().into_iter().collect();
    let n = session.normalise(&declared).await.unwrap();
    for ((k, v), d) in declared.iter().zip(n) {
        if d != phasegate_engine::catalog::Definition::Known(v.clone()) {
            println!("!! {k}: {v}\n   {d:?}");
        }
    }
}
