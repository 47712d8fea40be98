//! The vendors' clients with which a worker sends.

use std::env;
use std::fmt;
use std::sync::Arc;

use erp_files_client::{ErpFilesClient, ErpFilesClientBuilder};
use gensoft_client::{GensoftClient, GensoftClientBuilder};
use medreader_client::{MedReaderClient, MedReaderClientBuilder};

use super::task::Kind;
use crate::failure::Failure;
use crate::{built_in, configured, output, settings};

const GENSOFT: &str = "GENSOFT_BASE_URL";
const ERP: &str = "ERP_BASE_URL";
const MEDREADER: &str = "MEDREADER_BASE_URL";

/// The vendors to which a worker sends. Jobs for the others it leaves to other workers.
///
/// ```
/// use examples::courier::{Kind, Vendors};
/// use gensoft_client::GensoftClient;
///
/// let client = GensoftClient::builder().base_url("https://gensoft.example").api_key("EXAMPLE");
/// let vendors = Vendors::default().gensoft(client.build()?);
/// assert_eq!(vendors.kinds(), [Kind::GensoftAttendance, Kind::GensoftReport]);
/// # Ok::<(), gensoft_client::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Vendors {
    pub(super) gensoft: Option<GensoftClient>,
    pub(super) erp: Option<ErpFilesClient>,
    pub(super) medreader: Option<MedReaderClient>,
    /// Kept alive: they answer the clients.
    sandboxes: Option<Arc<Sandboxes>>,
}

impl fmt::Debug for Vendors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vendors")
            .field("kinds", &self.kinds())
            .field("sandboxes", &self.sandboxes.is_some())
            .finish()
    }
}

struct Sandboxes {
    _gensoft: gensoft_client::sandbox::Sandbox,
    _erp: erp_files_client::sandbox::Sandbox,
    _medreader: medreader_client::sandbox::Sandbox,
}

impl Vendors {
    /// Sends Gensoft's jobs with this client.
    #[must_use]
    pub fn gensoft(mut self, client: GensoftClient) -> Self {
        self.gensoft = Some(client);
        self
    }

    /// Sends the ERP's jobs with this client.
    #[must_use]
    pub fn erp(mut self, client: ErpFilesClient) -> Self {
        self.erp = Some(client);
        self
    }

    /// Sends MedReader's jobs with this client.
    #[must_use]
    pub fn medreader(mut self, client: MedReaderClient) -> Self {
        self.medreader = Some(client);
        self
    }

    /// The vendors that the environment names, by the settings of the other programs.
    ///
    /// If it names none, their sandboxes. If it names some, never a sandbox for the others: their
    /// jobs would be lost in it.
    ///
    /// # Errors
    /// The settings are incomplete or wrong, or a sandbox cannot be started.
    pub async fn from_environment() -> Result<Self, Failure> {
        let missing: Vec<_> = [GENSOFT, ERP, MEDREADER]
            .into_iter()
            .filter(|name| env::var_os(name).is_none())
            .collect();
        if missing.len() == 3 {
            return Self::sandboxes().await;
        }
        for name in missing {
            output::note(format_args!("{name} is not set: its jobs are left waiting"));
        }
        let gensoft = builder(GENSOFT, GensoftClientBuilder::from_env)?;
        let erp = builder(ERP, ErpFilesClientBuilder::from_env)?;
        let medreader = builder(MEDREADER, MedReaderClientBuilder::from_env)?;
        let http = settings::http()?;
        let gensoft = gensoft.map(|builder| configured::gensoft(builder, http.clone()));
        let erp = erp.map(|builder| configured::erp(builder, http.clone()));
        let medreader = medreader.map(|builder| configured::medreader(builder, http));
        Ok(Self {
            gensoft: gensoft.transpose()?,
            erp: erp.transpose()?,
            medreader: medreader.transpose()?,
            sandboxes: None,
        })
    }

    async fn sandboxes() -> Result<Self, Failure> {
        let http = settings::http()?;
        let gensoft = built_in::started(gensoft_client::sandbox::Sandbox::start().await)?;
        let erp = built_in::started(erp_files_client::sandbox::Sandbox::start().await)?;
        let settings = medreader_client::sandbox::Settings {
            every_folder: true,
            ..Default::default()
        };
        let medreader = medreader_client::sandbox::Sandbox::with(settings).await;
        let medreader = built_in::started(medreader)?;
        output::note(format_args!(
            "{GENSOFT}, {ERP} and {MEDREADER} are not set:"
        ));
        output::note("the built-in sandboxes answer, and keep nothing");
        Ok(Self {
            gensoft: Some(configured::gensoft(gensoft.client_builder(), http.clone())?),
            erp: Some(configured::erp(erp.client_builder(), http.clone())?),
            medreader: Some(configured::medreader(medreader.client_builder(), http)?),
            sandboxes: Some(Arc::new(Sandboxes {
                _gensoft: gensoft,
                _erp: erp,
                _medreader: medreader,
            })),
        })
    }

    /// Whether what is sent reaches a sandbox of this process only.
    #[must_use]
    pub fn are_sandboxes(&self) -> bool {
        self.sandboxes.is_some()
    }

    /// The kinds of job that can be sent with these clients.
    #[must_use]
    pub fn kinds(&self) -> Vec<Kind> {
        let can_send = |kind: &Kind| match kind {
            Kind::GensoftAttendance | Kind::GensoftReport => self.gensoft.is_some(),
            Kind::ErpFile => self.erp.is_some(),
            Kind::MedreaderPrescription => self.medreader.is_some(),
        };
        Kind::ALL.into_iter().filter(can_send).collect()
    }
}

/// The builder of a vendor whose address is set.
fn builder<B>(
    address: &'static str,
    from_env: fn() -> common_http::Result<B>,
) -> Result<Option<B>, Failure> {
    match settings::optional(address)? {
        Some(_) => from_env().map(Some).map_err(settings::wrong),
        None => Ok(None),
    }
}
