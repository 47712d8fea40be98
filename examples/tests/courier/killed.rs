//! Whatever kills a worker, each job arrives once, or is in doubt and arrived at most once.

use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;

use crate::points::{Databases, at_each_point, under_each_fault};

/// A new file for each run.
struct Files {
    folder: TempDir,
    count: AtomicUsize,
}

impl Files {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            count: AtomicUsize::new(0),
        }
    }
}

impl Databases for Files {
    async fn empty(&self) -> String {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.path().join(format!("{number}.db"));
        format!("sqlite://{}", path.display())
    }
}

#[tokio::test]
async fn at_each_step_and_request() {
    at_each_point(&Files::new()).await;
}

#[tokio::test]
async fn at_some_steps_under_each_fault() {
    under_each_fault(&Files::new(), 13).await;
}

#[tokio::test]
#[ignore = "takes minutes: see CONTRIBUTING"]
async fn at_each_step_under_each_fault() {
    under_each_fault(&Files::new(), 1).await;
}
