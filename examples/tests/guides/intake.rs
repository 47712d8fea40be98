use biologix_client::sandbox::Sandbox as Biologix;
use medreader_client::prescriptions::PrescriptionFile;
use medreader_client::sandbox::{Processing, Sandbox as MedReader, Settings};
use medreader_client::webhook::Verifier;
use rusqlite::Connection;
use tokio::net::TcpListener;

use crate::intake::app;

#[tokio::test]
async fn an_event_is_handled_once_across_a_restart() -> Result<(), Box<dyn std::error::Error>> {
    let processing = Processing::Polls(0); // it ends at once, and sends no webhook by itself
    let settings = Settings {
        processing,
        ..Settings::default()
    };
    let (biologix, medreader) = (Biologix::start().await?, MedReader::with(settings).await?);
    let folder = tempfile::tempdir()?;
    let db = Connection::open(folder.path().join("results.sqlite"))?;
    let client = medreader.client();
    let group = client.folders().create("Pacientes Exemplo").await?;
    let file = PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 EXAMPLE");
    let upload = client.prescriptions().upload(&group.id, file).await?;
    for (webhooks, results) in [(1, 1), (2, 0)] {
        let verifier = Verifier::new("user", "EXAMPLE-PASSWORD");
        let app = app(biologix.client(), verifier, folder.path().into()).await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/medreader", listener.local_addr()?);
        medreader.set_webhook(&url, "user", "EXAMPLE-PASSWORD");
        let server = tokio::spawn(axum::serve(listener, app).into_future());
        medreader.send_webhook(upload.id.as_str())?;
        let sent = medreader.wait_for_webhooks(webhooks).await;
        assert!(sent.iter().all(|webhook| webhook.is_confirmed()));
        assert_eq!(db.execute("DELETE FROM results", [])?, results); // none comes back
        server.abort();
    }
    Ok(())
}

mod when_something_breaks {
    use std::path::Path;

    use biologix_client::{Item, PartnerId};
    use medreader_client::sandbox::WebhookEnd;

    use super::{Biologix, Connection, MedReader, PrescriptionFile, TcpListener, Verifier, app};

    /// Serves the program. Returns its address.
    async fn serve(biologix: &Biologix, folder: &Path) -> String {
        let verifier = Verifier::new("user", "EXAMPLE-PASSWORD");
        let app = app(biologix.client(), verifier, folder.into())
            .await
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, app).into_future());
        url
    }

    /// Whether the last of so many webhooks was taken.
    async fn sent_last(medreader: &MedReader, attempts: usize) -> bool {
        let sent = medreader.wait_for_webhooks(attempts).await;
        sent.last().is_some_and(|webhook| webhook.is_confirmed())
    }

    #[tokio::test]
    async fn a_report_is_passed_on_and_so_is_the_vendors_refusal() {
        let (biologix, folder) = (
            Biologix::start().await.unwrap(),
            tempfile::tempdir().unwrap(),
        );
        let centre = PartnerId::from(&biologix.settings.partner_id);
        let page = biologix.client().exams(&centre).list().await.unwrap();
        let mut exams = page.items.into_iter().filter_map(Item::into_value);
        let exam = exams.find(|exam| exam.is_done()).unwrap();
        let key = exam.report_key().unwrap();
        let expected = biologix
            .client()
            .reports()
            .get(&key)
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap();

        let url = serve(&biologix, folder.path()).await;
        let answer = reqwest::get(format!("{url}/reports/{}", key.as_str()))
            .await
            .unwrap();
        assert_eq!(answer.headers()["content-type"], "application/pdf");
        assert_eq!(answer.bytes().await.unwrap(), expected);
        let unknown = reqwest::get(format!("{url}/reports/UNKNOWN"))
            .await
            .unwrap();
        assert_eq!(unknown.status().as_u16(), 404);
        biologix.stop().await;
        let down = reqwest::get(format!("{url}/reports/{}", key.as_str()))
            .await
            .unwrap();
        assert_eq!(down.status().as_u16(), 502);
    }

    #[tokio::test]
    async fn an_event_that_cannot_be_kept_is_sent_again() {
        let (biologix, folder) = (
            Biologix::start().await.unwrap(),
            tempfile::tempdir().unwrap(),
        );
        let medreader = MedReader::start().await.unwrap();
        let url = serve(&biologix, folder.path()).await;
        medreader.set_webhook(&format!("{url}/medreader"), "user", "EXAMPLE-PASSWORD");
        let db = Connection::open(folder.path().join("results.sqlite")).unwrap();
        // A table that takes nothing.
        db.execute_batch("CREATE TABLE results (id TEXT CHECK (0), json TEXT)")
            .unwrap();

        let client = medreader.client();
        let group = client.folders().create("Pacientes Exemplo").await.unwrap();
        let file = PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 EXAMPLE");
        client
            .prescriptions()
            .upload(&group.id, file)
            .await
            .unwrap();
        let sent = medreader.wait_for_webhooks(1).await;
        assert_eq!(
            sent[0].end,
            WebhookEnd::Answered(http::StatusCode::SERVICE_UNAVAILABLE)
        );
        db.execute_batch("DROP TABLE results").unwrap();
        // It is sent again until it is taken.
        let mut attempts = 1;
        while !sent_last(&medreader, attempts).await {
            attempts += 1;
        }
    }
}
