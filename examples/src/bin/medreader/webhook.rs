//! Receives results: prints each accepted payload as one line on stdout, then answers it.

use std::io::{self, Write};

use examples::failure::Failure;
use examples::signals::Signals;
use examples::{output, settings};
use medreader_client::Recorded;
use medreader_client::webhook::{Receiver, Verifier, WebhookEvent, router};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::server;

/// Serves `POST /` at this address until a signal comes.
pub(crate) async fn serve(address: &str) -> Result<(), Failure> {
    let verifier = Verifier::from_env().map_err(settings::wrong)?;
    if address.starts_with(':') {
        return Err(cannot_listen(&io::ErrorKind::InvalidInput.into()));
    }
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| cannot_listen(&error))?;
    let bound = listener
        .local_addr()
        .map_err(|error| cannot_listen(&error))?;
    // Before the note that it listens: whoever reads the note may send a signal.
    let mut signals = Signals::new().map_err(|error| Failure::file("signals", &error))?;

    let (failed, mut failing) = mpsc::unbounded_channel();
    let receiver = Receiver::new(verifier, move |event| {
        let failed = failed.clone();
        async move {
            let printed = print(event).await;
            if let Err(error) = &printed {
                let _ = failed.send(error.kind());
            }
            printed
        }
    });
    output::note(format_args!("listening on {bound}"));
    let ending = async {
        tokio::select! {
            _ = signals.wait() => Ok(()),
            Some(kind) = failing.recv() => {
                Err(Failure::file("stdout cannot be written", &kind.into()))
            }
        }
    };
    server::serve(listener, router(receiver), ending).await
}

/// Writes and flushes one line of JSON. This may block if stdout is a full pipe.
async fn print(event: Recorded<WebhookEvent>) -> io::Result<()> {
    let written = spawn_blocking(move || {
        let mut line = output::one_line_json(event.raw());
        line.push('\n');
        let mut stdout = io::stdout().lock();
        stdout.write_all(line.as_bytes())?;
        stdout.flush()
    });
    written.await.unwrap_or_else(|error| Err(error.into()))
}

fn cannot_listen(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::InvalidInput => Failure::settings("--listen is not an address with a port"),
        kind => {
            let failure = Failure::file("--listen: cannot listen there", error);
            match kind {
                io::ErrorKind::AddrInUse => failure.advise("another program uses that port"),
                _ => failure.advise(
                    "is it an address of this machine, and may this user listen on that port?",
                ),
            }
        }
    }
}
