// What a test does that needs a server of its own.

use sqlx::ConnectOptions;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = phasegate_server::embedded().start().await?;
    let mut connection = server.options("postgres").connect().await?;
    sqlx::raw_sql("CREATE TABLE item (id int); INSERT INTO item VALUES (1), (2)").execute(&mut connection).await?;
    let items: i64 = sqlx::query_scalar("SELECT count(*) FROM item").fetch_one(&mut connection).await?;
    assert_eq!(items, 2);
    server.stop().await?;
    Ok(())
}
