use biologix_client::exams::{Change, Checkpoint};
use biologix_client::{BiologixClient, ErrorKind, Item, PartnerId};
use rusqlite::Connection;

type Result = std::result::Result<(), Box<dyn std::error::Error>>;

const BEGIN: &str = "BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS exams (id TEXT PRIMARY KEY, json TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS checkpoint AS SELECT 'null' AS json;";

const REFUSED: [ErrorKind; 2] = [ErrorKind::PermissionDenied, ErrorKind::Rejected];

pub async fn sync(client: &BiologixClient, centre: &PartnerId, db: Connection, to: &str) -> Result {
    db.execute_batch(BEGIN)?;
    let saved: String = db.query_row("SELECT json FROM checkpoint", [], |row| row.get(0))?;
    let checkpoint: Checkpoint = serde_json::from_str(&saved).unwrap_or_default();
    let mut ids = db.prepare("SELECT id FROM exams")?;
    let known: rusqlite::Result<Vec<String>> = ids.query_map([], |row| row.get(0))?.collect();
    let mut changes = client.exams(centre).changes(&checkpoint).known(known?);
    while let Some(change) = changes.next().await {
        match change? {
            Change::Listed(Item::Read(exam)) => {
                match client.reports().save_new(&exam, to).await {
                    Err(why) if REFUSED.contains(&why.kind()) => eprintln!("no report: {why}"),
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
    let centre = std::env::var("BIOLOGIX_PARTNER_ID")?.into();
    let db = Connection::open("exams.sqlite")?;
    sync(&client, &centre, db, "reports").await
}
