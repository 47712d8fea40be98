//! An in-process ERP to test against (feature `sandbox`).
//!
//! [`Sandbox`] is two real HTTP servers on the loopback interface: the clinic's ERP with its token endpoint, and the storage
//! that the signed upload addresses lead to, which is another host as it is at the vendor. They speak the ERP as the vendor's
//! document has it, play each of our readings of what the document leaves open, keep state (tokens, uploads that were begun,
//! files), refuse what the vendor and its storage would refuse, and fail in the ways that you ask for. They share no type with
//! the client, so that a mistake in the client's models shows.
//!
//! The ERP knows every patient and every analysis. All data is synthetic.
//!
//! **Exempt from semver**: this module may change in any release. It is meant for tests only.
//!
//! ```
//! use std::time::Duration;
//! use erp_files_client::sandbox::{FILES_FINALIZE, FILES_TRANSFER, Fault, Sandbox, StorageKind};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::builder().storage(StorageKind::Azure).start().await?;
//! // Point the program under test at sandbox.url() and .token_url(), with .client_id() and .client_secret() ...
//! sandbox.add_file("7", "12", "old.pdf", "%PDF-1.7 EXAMPLE");
//!
//! // ... let a transfer break, at the storage, and the answer to the last step get lost:
//! sandbox.fail_next(FILES_TRANSFER, Fault::ResetBeforeEffect)?;
//! sandbox.fail_next(FILES_FINALIZE, Fault::ResetAfterRequest)?;
//! // ... let all tokens and addresses expire:
//! sandbox.clock().advance(Duration::from_secs(3600));
//! // ... and see what there is, and what was really sent:
//! assert_eq!(sandbox.files("7", "12")[0].name, "old.pdf");
//! assert!(sandbox.requests_for(FILES_TRANSFER).is_empty());
//! # Ok(())
//! # }
//! ```

mod address;
mod builder;
mod clinic;
mod control;
mod errors;
mod files;
mod ledger;
mod readings;
mod storage;
mod tokens;
mod uploads;
mod vendor;

use crate::client::{ErpFilesClient, ErpFilesClientBuilder};
use std::{io, ops::Deref};

use bytes::Bytes;

pub use builder::SandboxBuilder;
pub use clinic::{Clinic, StoredFile};
#[doc(inline)]
pub use common_http::sandbox::{
    Fault, HeaderCase, RecordedRequest, SandboxClock, SandboxError, Server,
};
pub use readings::{
    AddressShape, Casing, ErrorShape, FileIds, ListShape, NothingUploaded, RepeatedInitialize,
    SendFlag, StorageKind,
};
pub use vendor::{
    FILES_DELETE, FILES_FINALIZE, FILES_INITIALIZE, FILES_LIST, FILES_SET_SEND, FILES_TRANSFER,
    OAUTH_TOKEN,
};

/// A running ERP sandbox with its storage. Dropping it stops both.
///
/// It derefs to the [`Server`] that is the ERP: its URL, the clock and the rest of the log are there. What is asked for by an
/// operation ([`fail_next`](Self::fail_next), [`requests_for`](Self::requests_for) and their like) goes to the server that has
/// that operation; all else of the storage is at [`storage`](Self::storage).
#[derive(Debug)]
pub struct Sandbox {
    erp: Server,
    storage: Server,
    token_url: String,
    clinic: Clinic,
    client: ErpFilesClient,
}

impl Deref for Sandbox {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.erp
    }
}

impl Sandbox {
    /// Starts a sandbox with the default settings; see [`SandboxBuilder`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::start().await?;
    /// assert!(sandbox.files("7", "12").is_empty()); // it knows every patient and analysis
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// No port of the loopback interface can be had.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// A client of this sandbox, with the default settings. All of them share one token.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = erp_files_client::sandbox::Sandbox::start().await?;
    /// let files = sandbox.client().files(&7.into(), &12.into());
    /// assert!(files.list().send().await?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn client(&self) -> ErpFilesClient {
        self.client.clone()
    }

    /// A builder with this sandbox's addresses and credentials, for a client with settings and a token of its own.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use erp_files_client::{HttpOptions, RetryPolicy};
    ///
    /// let sandbox = erp_files_client::sandbox::Sandbox::start().await?;
    /// let impatient = sandbox
    ///     .client_builder()
    ///     .http(HttpOptions::default().retry(RetryPolicy::never()))
    ///     .build()?;
    /// # impatient.files(&7.into(), &12.into()).list().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn client_builder(&self) -> ErpFilesClientBuilder {
        builder::client_builder(self.erp.url(), &self.token_url, &self.clinic)
    }

    /// Starts the settings of a sandbox.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use erp_files_client::sandbox::{Casing, ListShape, Sandbox};
    ///
    /// let shape = ListShape::Wrapped("items".to_owned());
    /// let sandbox = Sandbox::builder().list_shape(shape).casing(Casing::Camel).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::new()
    }

    /// The address of the token endpoint.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::start().await?;
    /// // What the program under test reads from its environment.
    /// let settings = [("ERP_BASE_URL", sandbox.url()), ("ERP_TOKEN_URL", sandbox.token_url())];
    /// # assert_eq!(settings[1].1, format!("{}/connect/token", settings[0].1));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn token_url(&self) -> &str {
        &self.token_url
    }

    /// The client id that the sandbox accepts, by default `EXAMPLE-CLIENT`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::start().await?;
    /// let settings = ("ERP_CLIENT_ID", sandbox.client_id());
    /// # assert_eq!(settings.1, "EXAMPLE-CLIENT");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.clinic.settings().client_id
    }

    /// The client secret that the sandbox accepts, by default `EXAMPLE-SECRET`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::start().await?;
    /// let settings = ("ERP_CLIENT_SECRET", sandbox.client_secret());
    /// # assert_eq!(settings.1, "EXAMPLE-SECRET");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn client_secret(&self) -> &str {
        &self.clinic.settings().client_secret
    }

    /// A token with the scope `gambit:erp` that does not end by the clock. For one with other scopes: [`issue_token`](Self::issue_token).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::start().await?;
    /// let settings = ("ERP_ACCESS_TOKEN", sandbox.access_token());
    /// # assert_eq!(settings.1, "EXAMPLE.TOKEN.FIXED");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn access_token(&self) -> &str {
        tokens::FIXED
    }

    /// The server that is the storage behind the signed addresses.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// // Nothing but transfers ever goes there.
    /// assert_eq!(sandbox.storage().requests().len(), 0);
    /// sandbox.storage().reset_connections(1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn storage(&self) -> &Server {
        &self.storage
    }

    /// What the sandbox holds, for actions of a test that outlive a borrow of the sandbox.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// let clinic = sandbox.clinic().clone();
    /// // Another task of the test adds a file while the program runs.
    /// tokio::spawn(async move { clinic.add_file("7", "12", "result.pdf", "%PDF-1.7 EXAMPLE") }).await?;
    /// assert_eq!(sandbox.files("7", "12").len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn clinic(&self) -> &Clinic {
        &self.clinic
    }

    /// The files of an analysis, the oldest first: [`Clinic::files`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// sandbox.add_file("7", "12", "result.pdf", "%PDF-1.7 EXAMPLE");
    /// let file = sandbox.files("7", "12").remove(0);
    /// assert_eq!((file.size, file.is_send), (16, false));
    /// assert!(file.sha256.starts_with("c2cdc16a"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn files(&self, patient: &str, analysis: &str) -> Vec<StoredFile> {
        self.clinic.files(patient, analysis)
    }

    /// The names under which uploads were begun and not finished: [`Clinic::unfinished`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// assert!(sandbox.unfinished("7", "12").is_empty());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn unfinished(&self, patient: &str, analysis: &str) -> Vec<String> {
        self.clinic.unfinished(patient, analysis)
    }

    /// What the storage holds of a file: [`Clinic::stored_bytes`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// let id = sandbox.add_file("7", "12", "result.pdf", "%PDF-1.7 EXAMPLE");
    /// assert_eq!(sandbox.stored_bytes(&id).as_deref(), Some(&b"%PDF-1.7 EXAMPLE"[..]));
    /// assert_eq!(sandbox.stored_bytes("99"), None);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn stored_bytes(&self, id: &str) -> Option<Bytes> {
        self.clinic.stored_bytes(id)
    }

    /// Puts a file into an analysis, and gives its id: [`Clinic::add_file`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// // A name that is taken.
    /// let id = sandbox.add_file("7", "12", "result.pdf", "%PDF-1.7 EXAMPLE");
    /// assert_eq!(id, "1");
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_file(
        &self,
        patient: &str,
        analysis: &str,
        name: &str,
        bytes: impl Into<Bytes>,
    ) -> String {
        self.clinic.add_file(patient, analysis, name, bytes)
    }

    /// Takes a file away: [`Clinic::remove_file`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// let id = sandbox.add_file("7", "12", "result.pdf", "%PDF-1.7 EXAMPLE");
    /// sandbox.remove_file(&id)?;
    /// assert!(sandbox.files("7", "12").is_empty());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// There is no such file.
    pub fn remove_file(&self, id: &str) -> Result<(), SandboxError> {
        self.clinic.remove_file(id)
    }

    /// A token with these scopes: [`Clinic::issue_token`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// // A token without the scope that the files need: each call with it is answered 403.
    /// let token = sandbox.issue_token(["gambit:erp:users"]);
    /// assert_eq!(token, "EXAMPLE.TOKEN.0001");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn issue_token<S: Into<String>>(&self, scopes: impl IntoIterator<Item = S>) -> String {
        self.clinic.issue_token(scopes)
    }

    /// Ends the life of all tokens: [`Clinic::expire_tokens`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// sandbox.expire_tokens(); // the next call of any client is answered 401
    /// # Ok(())
    /// # }
    /// ```
    pub fn expire_tokens(&self) {
        self.clinic.expire_tokens();
    }

    /// How many tokens the token endpoint gave out so far: [`Clinic::tokens_issued`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// assert_eq!(sandbox.tokens_issued(), 0);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn tokens_issued(&self) -> usize {
        self.clinic.tokens_issued()
    }

    /// Ends the life of all upload addresses: [`Clinic::expire_addresses`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// sandbox.expire_addresses(); // what was given out up to now is refused by the storage
    /// # Ok(())
    /// # }
    /// ```
    pub fn expire_addresses(&self) {
        self.clinic.expire_addresses();
    }
}
