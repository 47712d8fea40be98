use biologix_client::exams::{Change, Checkpoint};
use biologix_client::{BiologixClient, Item, PartnerId};
use rusqlite::Connection;

type Result = std::result::Result<(), Box<dyn std::error::Error>>;

const BEGIN: &str = "BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS exams (id TEXT PRIMARY KEY, json TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS checkpoint AS SELECT 'null' AS json;";

pub async fn sync(client: &BiologixClient, centre: &str, db: Connection, folder: &str) -> Result {
    db.execute_batch(BEGIN)?;
    let saved: String = db.query_row("SELECT json FROM checkpoint", [], |row| row.get(0))?;
    let checkpoint: Option<Checkpoint> = serde_json::from_str(&saved).unwrap_or_default();
    let mut ids = db.prepare("SELECT id FROM exams")?;
    let known: rusqlite::Result<Vec<String>> = ids.query_map([], |row| row.get(0))?.collect();
    let exams = client.exams(&PartnerId::from(centre));
    let mut changes = exams.changes(&checkpoint.unwrap_or_default()).known(known?);
    while let Some(change) = changes.next().await {
        match change? {
            Change::Listed(Item::Read(exam)) => {
                match client.reports().save_new(&exam, folder).await {
                    Err(error) if !error.is_transient() => eprintln!("no report: {error}"),
                    saved => drop(saved?),
                }
                let row = (&exam.exam_id, exam.raw().as_str());
                db.execute("INSERT OR REPLACE INTO exams VALUES (?1, ?2)", row)?;
            }
            Change::Listed(Item::Rejected(item)) => eprintln!("not readable: {}", item.error),
            Change::Gone(id) => drop(db.execute("DELETE FROM exams WHERE id = ?1", [id])?),
        }
    }
    let saved = serde_json::to_string(&changes.checkpoint())?;
    db.execute("UPDATE checkpoint SET json = ?1", [saved])?;
    Ok(db.execute_batch("COMMIT")?)
}

#[tokio::main]
pub async fn main() -> Result {
    let client = BiologixClient::from_env()?;
    let centre = std::env::var("BIOLOGIX_PARTNER_ID")?;
    let db = Connection::open("exams.sqlite")?;
    sync(&client, &centre, db, "reports").await
}
