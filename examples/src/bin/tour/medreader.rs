//! Chapter 2: a prescription, from its folder to the webhook and the result.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use common_http::{Error, ErrorKind, Recorded, Secret};
use examples::failure::Failure;
use examples::{built_in, output};
use medreader_client::prescriptions::{PrescriptionFile, ResultStatus};
use medreader_client::sandbox::Sandbox;
use medreader_client::webhook::{Events, Receiver, Verifier, WebhookEvent, router};
use medreader_client::{FolderId, MedReaderClient, OPERATIONS, UploadId};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::stage::Stage;
use crate::summary::Visits;

const WEBHOOK_USER: &str = "EXAMPLE-WEBHOOK-USER";
const WEBHOOK_PASSWORD: &str = "EXAMPLE-WEBHOOK-PASSWORD";
/// How long the webhook may take; the sandbox sends it after a quarter of a second.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

pub(crate) async fn chapter(stage: &Stage) -> Result<Visits, Failure> {
    stage.chapter("2. MedReader: a prescription is read")?;
    let sandbox = built_in::started(Sandbox::start().await)?;
    let client = sandbox.client();
    let mut inbox = Inbox::open().await.map_err(no_receiver)?;

    stage.doing("logging in");
    client.sessions().open().await?;
    stage.done("medreader.sessions.open", "logged in to the tenant")?;
    configure(stage, &client, &inbox).await?;
    let folder = folder(stage, &client).await?;
    let upload = upload(stage, &client, &folder).await?;

    stage.doing("waiting for the webhook");
    let event = inbox.next().await?;
    let received = match event.prescription_confidence_score {
        Some(score) => format!("received, credentials checked: score {score}"),
        None => "received, credentials checked".to_owned(),
    };
    stage.done("(webhook)", received)?;
    results(stage, &client, &folder, &upload).await?;
    Ok(Visits::of("medreader", OPERATIONS, &sandbox))
}

async fn configure(stage: &Stage, client: &MedReaderClient, inbox: &Inbox) -> Result<(), Failure> {
    stage.doing("reading the tenant's settings");
    let before = client.configuration().get().await?;
    let webhook = match before.webhook_url {
        Some(_) => "the tenant has a webhook",
        None => "the tenant has no webhook yet",
    };
    stage.done("medreader.configuration.get", webhook)?;

    stage.doing("setting the webhook");
    let update = client.configuration().update();
    update
        .webhook_url(inbox.url.as_str())
        .webhook_user(WEBHOOK_USER)
        .webhook_password(Secret::from(WEBHOOK_PASSWORD))
        .await?;
    let changed = "webhooks now go to this program, with credentials";
    stage.done("medreader.configuration.update", changed)
}

async fn folder(stage: &Stage, client: &MedReaderClient) -> Result<FolderId, Failure> {
    let name = "Pacientes Exemplo";
    stage.doing("creating a folder");
    let created = client.folders().create(name).await?;
    let normalised = output::one_line(created.folder_name.as_deref().unwrap_or("-"));
    let made = format!("\"{name}\" is created, as {normalised}");
    stage.done("medreader.folders.create", made)?;

    stage.doing("getting the folder");
    let folder = client.folders().get(&created.id).await?;
    let files = folder.prescription_files_count.unwrap_or_default();
    stage.done(
        "medreader.folders.get",
        format_args!("it contains {files} files"),
    )?;
    Ok(created.id.clone())
}

async fn upload(
    stage: &Stage,
    client: &MedReaderClient,
    folder: &FolderId,
) -> Result<UploadId, Failure> {
    let file = PrescriptionFile::from_path(stage.report()).await?;
    let options = stage.sending_report("uploading the prescription");
    let call = client.prescriptions().upload(folder, file).options(options);
    let upload = call.await?;
    let uploaded = "the sleep report is uploaded as a prescription";
    stage.done("medreader.prescriptions.upload", uploaded)?;
    Ok(upload.id.clone())
}

async fn results(
    stage: &Stage,
    client: &MedReaderClient,
    folder: &FolderId,
    upload: &UploadId,
) -> Result<(), Failure> {
    stage.doing("getting the result");
    // The vendor does not promise that the two ids are the same. In this sandbox they are.
    let id = upload.assume_prescription_id();
    let result = client.prescriptions().result(&id).await?;
    let status = result.status.as_ref().map_or("-", ResultStatus::as_str);
    let notes = result.prescription_confidence_notes.as_deref();
    let read = output::one_line(&format!("{status}: {}", notes.unwrap_or("-")));
    stage.done("medreader.prescriptions.result", read)?;

    stage.doing("getting the folder's results");
    let results = client.prescriptions().results(folder).await?;
    let count = format!("{} result in the folder", results.results.len());
    stage.done("medreader.prescriptions.results", count)
}

/// Receives webhooks on the loopback interface until it is dropped.
struct Inbox {
    url: String,
    events: Events,
    _server: JoinSet<io::Result<()>>,
}

impl Inbox {
    async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let verifier = Verifier::new(WEBHOOK_USER, Secret::from(WEBHOOK_PASSWORD));
        let (receiver, events) = Receiver::channel(verifier, 1);
        let mut server = JoinSet::new();
        server.spawn(axum::serve(listener, router(receiver)).into_future());
        Ok(Self {
            url,
            events,
            _server: server,
        })
    }

    async fn next(&mut self) -> Result<Recorded<WebhookEvent>, Failure> {
        match timeout(LONGEST_WAIT, self.events.next()).await {
            Ok(Some(event)) => Ok(event),
            Ok(None) => Err(no_receiver(io::ErrorKind::Other.into())),
            Err(_) => {
                let error = Error::new(ErrorKind::Timeout);
                Err(Failure::from(error.with_detail("no webhook came")))
            }
        }
    }
}

fn no_receiver(error: io::Error) -> Failure {
    Failure::file("the webhook's receiver", &error)
}
