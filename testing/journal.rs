//! Collects the spans and events that crates emit through `tracing`.

use std::cell::RefCell;
use std::io;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, OnceLock};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

thread_local! {
    static OPEN: RefCell<Option<Journal>> = const { RefCell::new(None) };
}

/// Collected spans and events, as text.
#[derive(Clone, Default)]
pub struct Journal(Arc<Mutex<Vec<u8>>>);

/// Guard of a journal: it records until the guard is dropped.
pub struct Kept(PhantomData<*const ()>);

impl Journal {
    /// Records what this thread emits until the guard is dropped.
    ///
    /// The directives filter it: `trace` records everything,
    /// `common_http=trace,gensoft_client=trace` everything from two crates.
    ///
    /// # Panics
    /// The directives are malformed, or differ from those of an earlier journal in this process.
    /// All threads share one subscriber: with one per thread, `tracing` can lose events of tests
    /// that run at the same time.
    #[must_use = "the journal ends when the guard is dropped"]
    pub fn keep(&self, directives: &str) -> Kept {
        static DIRECTIVES: OnceLock<String> = OnceLock::new();
        let first = DIRECTIVES.get_or_init(|| {
            let filter = EnvFilter::try_new(directives).expect("valid filter directives");
            tracing_subscriber::fmt()
                .with_env_filter(filter)
                .with_span_events(FmtSpan::FULL)
                .with_ansi(false)
                .with_writer(|| OfThread)
                .init();
            directives.to_owned()
        });
        assert_eq!(first, directives, "all journals need the same directives");
        OPEN.replace(Some(self.clone()));
        Kept(PhantomData)
    }

    /// The text recorded so far.
    ///
    /// # Panics
    /// It is not UTF-8.
    pub fn text(&self) -> String {
        let bytes = self.0.lock().expect("not poisoned");
        String::from_utf8(bytes.clone()).expect("UTF-8")
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        OPEN.take();
    }
}

/// Writes to the journal that records this thread, if there is one.
struct OfThread;

impl io::Write for OfThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        OPEN.with_borrow(|open| {
            if let Some(Journal(written)) = open {
                let mut written = written.lock().expect("not poisoned");
                written.extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
