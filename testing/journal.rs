//! What crates tell a subscriber that wants to know everything.

use std::io;
use std::sync::{Arc, Mutex};

use tracing::subscriber::DefaultGuard;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::util::SubscriberInitExt;

/// Spans and events, as text.
#[derive(Clone, Default)]
pub struct Journal(Arc<Mutex<Vec<u8>>>);

impl Journal {
    /// Keeps a journal of this thread until the guard is dropped, of what these directives let pass: `trace` for all,
    /// `common_http=trace,gensoft_client=trace` for all of two crates.
    ///
    /// # Panics
    /// They are no directives.
    #[must_use = "the journal ends when the guard is dropped"]
    pub fn keep(&self, directives: &str) -> DefaultGuard {
        let filter = EnvFilter::try_new(directives).expect("directives of a filter");
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(self.clone())
            .set_default()
    }

    /// What was written so far.
    ///
    /// # Panics
    /// It is not UTF-8.
    pub fn text(&self) -> String {
        let bytes = self.0.lock().expect("no panic while it is held");
        String::from_utf8(bytes.clone()).expect("text")
    }
}

impl io::Write for Journal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = self.0.lock().expect("no panic while it is held");
        written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Journal {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
