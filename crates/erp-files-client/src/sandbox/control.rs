//! Faults, actions and the log, of the ERP and of its storage as one.

use common_http::sandbox::{Fault, RecordedRequest, SandboxError, Server};

use super::{Clinic, FILES_TRANSFER, Sandbox};

impl Sandbox {
    /// Does something to the clinic just before the `nth` request of an operation, counted from now (1 is the next one), is
    /// acted upon. The action must not block.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// use erp_files_client::sandbox::FILES_LIST;
    ///
    /// // The file that the program has just uploaded is gone when it looks.
    /// sandbox.on_request(FILES_LIST, 1, |clinic| {
    ///     for file in clinic.files("7", "12") {
    ///         clinic.remove_file(&file.id).expect("it is listed");
    ///     }
    /// })?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The sandbox has no such operation, or `nth` is 0.
    pub fn on_request(
        &self,
        operation: &str,
        nth: usize,
        action: impl FnOnce(&Clinic) + Send + 'static,
    ) -> Result<(), SandboxError> {
        let clinic = self.clinic.clone();
        self.server_of(operation)
            .before_request(operation, nth, move || action(&clinic))
    }

    /// Plays a fault on the next request of this operation: [`Server::fail_next`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// use erp_files_client::sandbox::{FILES_TRANSFER, Fault};
    ///
    /// sandbox.fail_next(FILES_TRANSFER, Fault::ResetAfterRequest)?; // at the storage
    /// assert!(sandbox.fail_next("erp.files.upload", Fault::Garbage).is_err()); // no such operation
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The sandbox has no such operation, or a header of the fault cannot be sent.
    pub fn fail_next(&self, operation: &str, fault: Fault) -> Result<(), SandboxError> {
        self.server_of(operation).fail_next(operation, fault)
    }

    /// Plays a fault on the next `times` requests of this operation: [`Server::fail_times`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// use erp_files_client::sandbox::{Fault, OAUTH_TOKEN};
    ///
    /// sandbox.fail_times(OAUTH_TOKEN, 2, Fault::Unavailable { retry_after: None })?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The sandbox has no such operation, or a header of the fault cannot be sent.
    pub fn fail_times(
        &self,
        operation: &str,
        times: usize,
        fault: Fault,
    ) -> Result<(), SandboxError> {
        self.server_of(operation)
            .fail_times(operation, times, fault)
    }

    /// Plays a fault on every request of this operation: [`Server::fail_always`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// use erp_files_client::sandbox::{FILES_LIST, Fault};
    ///
    /// sandbox.fail_always(FILES_LIST, Fault::Drift)?;
    /// sandbox.clear_faults();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The sandbox has no such operation, or a header of the fault cannot be sent.
    pub fn fail_always(&self, operation: &str, fault: Fault) -> Result<(), SandboxError> {
        self.server_of(operation).fail_always(operation, fault)
    }

    /// Forgets all faults that have not been played, of both servers: [`Server::clear_faults`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// use erp_files_client::sandbox::{FILES_TRANSFER, Fault};
    ///
    /// sandbox.fail_always(FILES_TRANSFER, Fault::StallHead)?;
    /// sandbox.clear_faults(); // the line is mended
    /// # Ok(())
    /// # }
    /// ```
    pub fn clear_faults(&self) {
        self.erp.clear_faults();
        self.storage.clear_faults();
    }

    /// The requests of one operation: [`Server::requests_for`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// use erp_files_client::sandbox::FILES_TRANSFER;
    ///
    /// // No credential of the ERP goes to the storage.
    /// for transfer in sandbox.requests_for(FILES_TRANSFER) {
    ///     assert_eq!(transfer.header("authorization"), None);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn requests_for(&self, operation: &str) -> Vec<RecordedRequest> {
        self.server_of(operation).requests_for(operation)
    }

    /// How many requests of one operation came: [`Server::count`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// use erp_files_client::sandbox::FILES_INITIALIZE;
    ///
    /// assert_eq!(sandbox.count(FILES_INITIALIZE), 0);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn count(&self, operation: &str) -> usize {
        self.server_of(operation).count(operation)
    }

    /// Waits until `count` requests of one operation are in the log: [`Server::wait_for`]. It waits without end when they do
    /// not come: put a time limit around it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// use erp_files_client::sandbox::FILES_TRANSFER;
    ///
    /// // A program is killed as soon as its file is there; here none comes.
    /// let wait = sandbox.wait_for(FILES_TRANSFER, 1);
    /// assert!(tokio::time::timeout(std::time::Duration::ZERO, wait).await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The sandbox has no such operation.
    pub async fn wait_for(
        &self,
        operation: &str,
        count: usize,
    ) -> Result<Vec<RecordedRequest>, SandboxError> {
        self.server_of(operation).wait_for(operation, count).await
    }

    /// Empties the request logs of both servers: [`Server::clear_requests`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// sandbox.clear_requests(); // what the test had to set up is not its subject
    /// assert!(sandbox.requests().is_empty() && sandbox.storage().requests().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn clear_requests(&self) {
        self.erp.clear_requests();
        self.storage.clear_requests();
    }

    /// Stops both servers in order: [`Server::stop`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// sandbox.stop().await;
    /// assert_eq!(sandbox.open_connections(), 0);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn stop(&self) {
        self.erp.stop().await;
        self.storage.stop().await;
    }

    /// The server that has this operation; the ERP for what neither has, which then says so.
    fn server_of(&self, operation: &str) -> &Server {
        match operation {
            FILES_TRANSFER => &self.storage,
            _ => &self.erp,
        }
    }
}
