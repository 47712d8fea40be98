//! The setting that puts another storage behind the ERP.

use std::sync::Arc;

use super::SandboxBuilder;

/// Makes the address that is handed out of the one that the sandbox would hand out.
pub(in crate::sandbox) type MakeAddress = Arc<dyn Fn(&str) -> String + Send + Sync>;

impl SandboxBuilder {
    /// Makes the addresses that initialize hands out: for a real object store, or a proxy, behind the sandbox's ERP (default:
    /// the sandbox's own storage takes the files).
    ///
    /// `make` is given the address at the sandbox's own storage, whose path, `/storage/EXAMPLE-0001/result.pdf` say, is another
    /// one for every name of an analysis. What became of an upload elsewhere the sandbox cannot see: with this setting a finalize takes
    /// the client's word for it, and a file that went elsewhere is listed with a size of 0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use erp_files_client::ErrorKind;
    /// use erp_files_client::sandbox::Sandbox;
    ///
    /// // A storage that the program under test must refuse to send files to.
    /// let private = |_: &str| "https://192.168.0.1/result.pdf".to_owned();
    /// let sandbox = Sandbox::builder().upload_addresses(private).start().await?;
    /// let files = sandbox.client().files(&7.into(), &12.into());
    /// let error = files.initialize("result.pdf").send().await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Config);
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload_addresses(
        mut self,
        make: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Self {
        self.settings.make_address = Some(Arc::new(make));
        self
    }
}
