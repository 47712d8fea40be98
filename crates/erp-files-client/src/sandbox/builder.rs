//! The settings of a sandbox.

mod readings;
mod uploads;

use std::{fmt, io, time::Duration};

use crate::client::{ErpFilesClient, ErpFilesClientBuilder};
use crate::sessions::ClientCredentials;
use common_http::sandbox::{HeaderCase, SandboxClock, Server};

pub(super) use uploads::MakeAddress;

use super::{
    AddressShape, Casing, Clinic, ErrorShape, FileIds, ListShape, NothingUploaded,
    RepeatedInitialize, Sandbox, SendFlag, StorageKind, storage::Storage, tokens::SCOPE,
    vendor::Erp,
};

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) scopes: Vec<String>,
    pub(super) token_life: Duration,
    pub(super) analyses: Option<Vec<(String, String)>>,
    pub(super) address_shape: AddressShape,
    pub(super) unencoded_addresses: bool,
    pub(super) address_life: Duration,
    pub(super) make_address: Option<MakeAddress>,
    pub(super) repeated_initialize: RepeatedInitialize,
    pub(super) nothing_uploaded: NothingUploaded,
    pub(super) storage: StorageKind,
    pub(super) list_shape: ListShape,
    pub(super) casing: Casing,
    pub(super) file_ids: FileIds,
    pub(super) send_flag: SendFlag,
    pub(super) length_required: bool,
    pub(super) error_shape: ErrorShape,
}

/// Settings of a [`Sandbox`].
#[derive(Clone)]
#[must_use]
pub struct SandboxBuilder {
    settings: Settings,
    largest_file: usize,
    header_case: HeaderCase,
    port: u16,
    storage_port: u16,
}

impl SandboxBuilder {
    pub(super) fn new() -> Self {
        let scopes = [
            SCOPE,
            "gambit:erp:users",
            "gambit:erp:salepack",
            "gambit:static_data",
        ];
        Self {
            settings: Settings {
                client_id: "EXAMPLE-CLIENT".to_owned(),
                client_secret: "EXAMPLE-SECRET".to_owned(),
                scopes: scopes.map(str::to_owned).into(),
                token_life: Duration::from_secs(3600),
                analyses: None,
                address_shape: AddressShape::default(),
                unencoded_addresses: false,
                address_life: Duration::from_secs(900),
                make_address: None,
                repeated_initialize: RepeatedInitialize::default(),
                nothing_uploaded: NothingUploaded::default(),
                storage: StorageKind::default(),
                list_shape: ListShape::default(),
                casing: Casing::default(),
                file_ids: FileIds::default(),
                send_flag: SendFlag::default(),
                length_required: true,
                error_shape: ErrorShape::default(),
            },
            largest_file: 1 << 30,
            header_case: HeaderCase::Lower,
            port: 0,
            storage_port: 0,
        }
    }

    /// The client id that the token endpoint accepts (default `EXAMPLE-CLIENT`).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::builder().client_id("EXAMPLE-OTHER-CLIENT").start().await?;
    /// assert_eq!(sandbox.client_id(), "EXAMPLE-OTHER-CLIENT");
    /// # Ok(())
    /// # }
    /// ```
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.settings.client_id = id.into();
        self
    }

    /// The client secret that the token endpoint accepts (default `EXAMPLE-SECRET`).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// // With all that a form has to encode.
    /// let sandbox = Sandbox::builder().client_secret("EXAMPLE&SECRET=+ %").start().await?;
    /// assert_eq!(sandbox.client_secret(), "EXAMPLE&SECRET=+ %");
    /// # Ok(())
    /// # }
    /// ```
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.settings.client_secret = secret.into();
        self
    }

    /// The scopes that the client may ask for; any other is answered 400 `invalid_scope` (default: `gambit:erp` and the three others
    /// that the vendor's pages name).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// // A client that support has not yet given the files: it gets no token with the scope that they need.
    /// let sandbox = Sandbox::builder().scopes(["gambit:static_data"]).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.settings.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// How long a token lives by the sandbox's clock, which is also its `expires_in` (default one hour).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// use std::time::Duration;
    ///
    /// let sandbox = Sandbox::builder().token_life(Duration::from_secs(60)).start().await?;
    /// sandbox.clock().advance(Duration::from_secs(61)); // every token of now is over
    /// # Ok(())
    /// # }
    /// ```
    pub fn token_life(mut self, life: Duration) -> Self {
        self.settings.token_life = life;
        self
    }

    /// The analyses that there are, each with its patient; any other is answered 404 (default: every patient has every
    /// analysis).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::builder().analyses([("7", "12"), ("7", "13")]).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn analyses<P: Into<String>, A: Into<String>>(
        mut self,
        analyses: impl IntoIterator<Item = (P, A)>,
    ) -> Self {
        self.settings.analyses = Some(
            analyses
                .into_iter()
                .map(|(patient, analysis)| (patient.into(), analysis.into()))
                .collect(),
        );
        self
    }

    /// The largest file that the storage takes, in bytes; a larger one is answered 413 (default 1 GiB; the sandbox keeps files in memory).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::builder().largest_file(10 << 20).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn largest_file(mut self, bytes: usize) -> Self {
        self.largest_file = bytes;
        self
    }

    /// How header names are written (default lower case, as HTTP/2 delivers them).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// use erp_files_client::sandbox::HeaderCase;
    ///
    /// let sandbox = Sandbox::builder().header_case(HeaderCase::Title).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn header_case(mut self, case: HeaderCase) -> Self {
        self.header_case = case;
        self
    }

    /// The ERP's port on 127.0.0.1 (default 0: a free one).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// // An address that a program in another language knows.
    /// # let port = 0;
    /// let sandbox = Sandbox::builder().port(port).start().await?;
    /// println!("export ERP_BASE_URL={} ERP_TOKEN_URL={}", sandbox.url(), sandbox.token_url());
    /// # Ok(())
    /// # }
    /// ```
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The storage's port on 127.0.0.1 (default 0: a free one).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let port = 0;
    /// let sandbox = Sandbox::builder().storage_port(port).start().await?;
    /// assert_ne!(sandbox.storage().url(), sandbox.url()); // another host
    /// # Ok(())
    /// # }
    /// ```
    pub fn storage_port(mut self, port: u16) -> Self {
        self.storage_port = port;
        self
    }

    /// Starts the sandbox, in the tokio runtime of any flavour in which this is awaited.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::builder().client_id("EXAMPLE-OTHER-CLIENT").start().await?;
    /// assert!(sandbox.token_url().ends_with("/connect/token"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A port cannot be had; or ([`io::ErrorKind::InvalidInput`]) a member has no name.
    pub async fn start(self) -> io::Result<Sandbox> {
        let settings = self.settings;
        let nameless = |member: &str| member.is_empty();
        let address =
            matches!(&settings.address_shape, AddressShape::Member(name) if nameless(name));
        let list = matches!(&settings.list_shape, ListShape::Wrapped(name) if nameless(name));
        if address || list {
            let why = "a member must have a name";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        let clock = SandboxClock::new();
        let clinic = Clinic::new(settings, clock.clone());
        let storage = Server::builder(Storage(clinic.clone()))
            .clock(clock.clone())
            .header_case(self.header_case)
            .body_limit(self.largest_file)
            .port(self.storage_port)
            .start()
            .await?;
        clinic.storage_runs_at(storage.url());
        let erp = Server::builder(Erp(clinic.clone()))
            .clock(clock)
            .header_case(self.header_case)
            .port(self.port)
            .start()
            .await?;
        let token_url = format!("{}/connect/token", erp.url());
        let client = client_builder(erp.url(), &token_url, &clinic).build();
        let client = client.map_err(|_| {
            let why = "no client can be built with the TLS features set";
            io::Error::new(io::ErrorKind::InvalidInput, why)
        })?;
        Ok(Sandbox {
            token_url,
            erp,
            storage,
            clinic,
            client,
        })
    }
}

/// A client's builder with the sandbox's addresses and credentials.
pub(super) fn client_builder(url: &str, token_url: &str, clinic: &Clinic) -> ErpFilesClientBuilder {
    let settings = clinic.settings();
    let id = settings.client_id.as_str();
    let credentials =
        ClientCredentials::new(id, settings.client_secret.as_str()).token_url(token_url);
    ErpFilesClient::builder()
        .base_url(url)
        .credentials(credentials)
}

/// Without the credentials.
impl fmt::Debug for SandboxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxBuilder")
            .field("storage", &self.settings.storage)
            .field("address_shape", &self.settings.address_shape)
            .field("repeated_initialize", &self.settings.repeated_initialize)
            .field("list_shape", &self.settings.list_shape)
            .finish_non_exhaustive()
    }
}
