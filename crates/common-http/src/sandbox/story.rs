//! Runs examples of the documentation.

use std::error::Error;

use crate::sandbox::handle::Sandbox;
use crate::sandbox::vendor::Vendor;

impl<S: Vendor> Sandbox<S> {
    /// Runs an example with a sandbox that has the default settings.
    ///
    /// # Panics
    /// If the example fails.
    #[doc(hidden)]
    #[allow(clippy::expect_used, reason = "an example that fails must say so")]
    pub fn story(run: impl AsyncFnOnce(Self) -> Result<(), Box<dyn Error>>) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime
            .block_on(async { run(Self::start().await?).await })
            .expect("the example to succeed");
    }
}
