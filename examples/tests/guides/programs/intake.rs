use std::{future::ready, io, path::PathBuf};

use axum::http::{StatusCode, header::CONTENT_TYPE};
use axum::{Router, body::Body, extract::Path, routing::get};
use biologix_client::{BiologixClient, ExamKey};
use medreader_client::webhook::{Receiver, Verifier, WebhookEvent, router};
use medreader_client::{FolderStore, Recorded};
use rusqlite::{Connection, Result};

/// Keeps a result. After a crash it may be called again for the same event.
fn save(db: PathBuf, event: &Recorded<WebhookEvent>) -> Result<()> {
    let db = Connection::open(db)?;
    db.execute_batch("CREATE TABLE IF NOT EXISTS results (id TEXT PRIMARY KEY, json TEXT)")?;
    let row = (event.id.as_str(), event.raw().as_str());
    let saved = db.execute("INSERT OR REPLACE INTO results VALUES (?1, ?2)", row);
    saved.map(drop)
}

pub async fn app(client: BiologixClient, verifier: Verifier, dir: PathBuf) -> io::Result<Router> {
    let handled = FolderStore::new(dir.join("handled"));
    handled.check().await?;
    let save = move |event| ready(save(dir.join("results.sqlite"), &event));
    let receiver = Receiver::new(verifier, save).store(&handled);
    let report = async move |Path(key): Path<String>| {
        let pdf = client.reports().get(&ExamKey::from(key)).await;
        let pdf = pdf.map(|pdf| ([(CONTENT_TYPE, "application/pdf")], Body::from_stream(pdf)));
        pdf.map_err(|error| error.status().unwrap_or(StatusCode::BAD_GATEWAY))
    };
    let app = Router::new().route("/reports/{key}", get(report));
    Ok(app.nest_service("/medreader", router(receiver)))
}

#[tokio::main]
pub async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, verifier) = (BiologixClient::from_env()?, Verifier::from_env()?);
    let app = app(client, verifier, PathBuf::from("intake")).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    Ok(axum::serve(listener, app).await?)
}
