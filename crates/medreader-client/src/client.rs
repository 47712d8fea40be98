//! The client: a handle for each tag of the API.

mod builder;
mod environment;

use common_http::{Engine, Request};
use http::Method;

pub use self::builder::MedReaderClientBuilder;
use crate::configuration::Configuration;
use crate::folders::Folders;
use crate::prescriptions::Prescriptions;
use crate::sessions::Sessions;

/// The vendor's own base URL (documented).
pub const BASE_URL: &str = "https://api.medreader.com";

/// A MedReader tenant: its folders, prescriptions and settings.
///
/// Cheap to clone: all clones share connections, session and retry budget.
///
/// ```
/// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use medreader_client::MedReaderClient;
/// use medreader_client::prescriptions::PrescriptionFile;
/// use medreader_client::sandbox::Sandbox;
///
/// let sandbox = Sandbox::start().await?; // plays MedReader in this process
/// let client = MedReaderClient::builder()
///     .tenant(&*sandbox.settings.tenant_id)
///     .credentials(&*sandbox.settings.email, &*sandbox.settings.password)
///     .base_url(sandbox.url()) // without it: the vendor's
///     .build()?;
/// let folder = client.folders().create("Pacientes Exemplo").await?;
/// let file = PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
/// let upload = client.prescriptions().upload(&folder.id, file).await?;
/// println!("uploaded as {}", upload.id);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct MedReaderClient {
    engine: Engine,
}

impl MedReaderClient {
    /// The session of this client.
    #[must_use]
    pub fn sessions(&self) -> Sessions {
        Sessions {
            engine: self.engine.clone(),
        }
    }

    /// The tenant's folders.
    #[must_use]
    pub fn folders(&self) -> Folders {
        Folders {
            engine: self.engine.clone(),
        }
    }

    /// The tenant's prescriptions: uploads, results, and waiting for them.
    #[must_use]
    pub fn prescriptions(&self) -> Prescriptions {
        Prescriptions {
            engine: self.engine.clone(),
        }
    }

    /// The tenant's settings: storage and webhook.
    #[must_use]
    pub fn configuration(&self) -> Configuration {
        Configuration {
            engine: self.engine.clone(),
        }
    }

    /// Calls an endpoint that this crate does not model, with the client's tenant and session.
    ///
    /// The path is a template, whose arguments [`Request::path`] fills.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use medreader_client::http::Method;
    /// use medreader_client::sandbox::Sandbox;
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let client = sandbox.client();
    /// let folder = client.folders().create("Pacientes Exemplo").await?;
    /// let answer = client
    ///     .request(Method::GET, "/api/v1/folders/{folder-id}")
    ///     .path("folder-id", folder.id.as_str())
    ///     .await?;
    /// let folder: serde_json::Value = answer.json()?;
    /// assert_eq!(folder["folder_name"], "pacientes-exemplo");
    /// # Ok(()) }
    /// ```
    pub fn request(&self, method: Method, path: &'static str) -> Request {
        Request::unmodelled(&self.engine, "medreader.request", method, path)
    }
}
