//! What crates tell a subscriber that wants to know everything.

use std::cell::RefCell;
use std::io;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, OnceLock};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

thread_local! {
    static OPEN: RefCell<Option<Journal>> = const { RefCell::new(None) };
}

/// Spans and events, as text.
#[derive(Clone, Default)]
pub struct Journal(Arc<Mutex<Vec<u8>>>);

/// Keeps a journal until it is dropped.
pub struct Kept(PhantomData<*const ()>);

impl Journal {
    /// Keeps a journal of this thread until the guard is dropped, of what these directives let pass: `trace` for all,
    /// `common_http=trace,gensoft_client=trace` for all of two crates.
    ///
    /// # Panics
    /// They are no directives, or others than those of an earlier journal of this process: there is one subscriber for
    /// all its threads. With one a thread, `tracing` can lose events of tests that run at the same time.
    #[must_use = "the journal ends when the guard is dropped"]
    pub fn keep(&self, directives: &str) -> Kept {
        static DIRECTIVES: OnceLock<String> = OnceLock::new();
        let first = DIRECTIVES.get_or_init(|| {
            let filter = EnvFilter::try_new(directives).expect("directives of a filter");
            tracing_subscriber::fmt()
                .with_env_filter(filter)
                .with_span_events(FmtSpan::FULL)
                .with_ansi(false)
                .with_writer(|| OfThread)
                .init();
            directives.to_owned()
        });
        assert_eq!(first, directives, "the directives of this process");
        OPEN.replace(Some(self.clone()));
        Kept(PhantomData)
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

impl Drop for Kept {
    fn drop(&mut self) {
        OPEN.take();
    }
}

/// Writes to the journal that is kept of this thread, if there is one.
struct OfThread;

impl io::Write for OfThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        OPEN.with_borrow(|open| {
            if let Some(Journal(written)) = open {
                let mut written = written.lock().expect("no panic while it is held");
                written.extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
