use gensoft_client::{Delivery, ErrorKind, GensoftClient};
use rusqlite::{Connection, OptionalExtension};

type Result = std::result::Result<(), Box<dyn std::error::Error>>;

pub const TABLE: &str = "CREATE TABLE IF NOT EXISTS orders (
    number TEXT PRIMARY KEY, json TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'new')";

/// From before it is sent until its fate is known, an order is 'unknown'.
const TAKE: &str = "UPDATE orders SET state = 'unknown'
    WHERE number = (SELECT number FROM orders WHERE state = 'new' ORDER BY rowid LIMIT 1)
    RETURNING number, json";

/// The order is at fault, so that it would be refused again.
const AT_FAULT: [ErrorKind; 3] = [
    ErrorKind::Rejected,
    ErrorKind::Conflict,
    ErrorKind::InvalidInput,
];

/// Sends the new orders. Stops at the first failure, since the next orders could meet the same.
pub async fn send_new(client: &GensoftClient, db: &Connection) -> Result {
    db.execute_batch(TABLE)?;
    let mut take = db.prepare(TAKE)?;
    let mut settle = db.prepare("UPDATE orders SET state = ?2 WHERE number = ?1")?;
    let mut next = || take.query_row([], |row| <(String, String)>::try_from(row));
    while let Some((number, json)) = next().optional()? {
        let sent = client.attendances().send_text(json).await;
        let state = match &sent {
            Ok(_) => "accepted",
            Err(error) if error.delivery() == Delivery::Unknown => "unknown",
            Err(error) if error.status().is_some_and(|status| status.is_success()) => "accepted",
            Err(error) if AT_FAULT.contains(&error.kind()) => "refused",
            Err(_) => "new",
        };
        settle.execute((number, state))?;
        sent?;
    }
    Ok(())
}

#[tokio::main]
pub async fn main() -> Result {
    let db = Connection::open("orders.sqlite")?;
    send_new(&GensoftClient::from_env()?, &db).await
}
