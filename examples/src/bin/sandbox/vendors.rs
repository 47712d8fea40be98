//! The four vendors.

use std::io;

use biologix_client::sandbox as biologix;
use common_http::Secret;
use erp_files_client::sandbox as erp;
use examples::failure::Failure;
use gensoft_client::sandbox as gensoft;
use medreader_client::sandbox as medreader;

use crate::args::Ports;

const WEBHOOK_USER: &str = "EXAMPLE-WEBHOOK-USER";
const WEBHOOK_PASSWORD: &str = "EXAMPLE-WEBHOOK-PASSWORD";

/// The running sandboxes.
pub(crate) struct Vendors {
    biologix: biologix::Sandbox,
    medreader: medreader::Sandbox,
    erp: erp::Sandbox,
    gensoft: gensoft::Sandbox,
}

impl Vendors {
    /// Starts the sandboxes. They accept any id of a folder, patient, analysis or execution.
    pub(crate) async fn start(ports: &Ports) -> Result<Self, Failure> {
        // The default user name contains `|`, as the vendor's do. A shell would see a pipe.
        let biologix = biologix::Sandbox::with(biologix::Settings {
            username: "EXAMPLE-USER".to_owned(),
            port: ports.biologix,
            ..biologix::Settings::default()
        });
        let medreader = medreader::Sandbox::with(medreader::Settings {
            every_folder: true,
            port: ports.medreader,
            ..medreader::Settings::default()
        });
        let erp = erp::Sandbox::with(erp::Settings {
            port: ports.erp_files,
            ..erp::Settings::default()
        });
        let gensoft = gensoft::Sandbox::with(gensoft::Settings {
            port: ports.gensoft,
            ..gensoft::Settings::default()
        });
        let vendors = Self {
            biologix: listening(biologix.await, "--biologix", ports.biologix)?,
            medreader: listening(medreader.await, "--medreader", ports.medreader)?,
            erp: listening(erp.await, "--erp-files", ports.erp_files)?,
            gensoft: listening(gensoft.await, "--gensoft", ports.gensoft)?,
        };
        vendors.set_webhook_credentials().await?;
        Ok(vendors)
    }

    /// Sets the webhook's credentials, so that only its address is missing.
    async fn set_webhook_credentials(&self) -> Result<(), Failure> {
        let client = self.medreader.client();
        let update = client.configuration().update();
        update
            .webhook_user(WEBHOOK_USER)
            .webhook_password(Secret::from(WEBHOOK_PASSWORD))
            .send()
            .await?;
        Ok(())
    }

    /// The settings that programs need.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        let Self {
            biologix,
            medreader,
            erp,
            gensoft,
        } = self;
        let settings = [
            ("BIOLOGIX_BASE_URL", biologix.url()),
            ("BIOLOGIX_USERNAME", &biologix.settings.username),
            ("BIOLOGIX_PASSWORD", &biologix.settings.password),
            ("BIOLOGIX_PARTNER_ID", &biologix.settings.partner_id),
            ("MEDREADER_BASE_URL", medreader.url()),
            ("MEDREADER_TENANT_ID", &medreader.settings.tenant_id),
            ("MEDREADER_EMAIL", &medreader.settings.email),
            ("MEDREADER_PASSWORD", &medreader.settings.password),
            ("MEDREADER_WEBHOOK_USER", WEBHOOK_USER),
            ("MEDREADER_WEBHOOK_PASSWORD", WEBHOOK_PASSWORD),
            ("ERP_BASE_URL", erp.url()),
            ("ERP_TOKEN_URL", erp.token_url()),
            ("ERP_CLIENT_ID", erp.settings.client_id.as_str()),
            ("ERP_CLIENT_SECRET", erp.settings.client_secret.as_str()),
            ("GENSOFT_BASE_URL", gensoft.url()),
            ("GENSOFT_API_KEY", gensoft.api_key()),
        ];
        settings
            .map(|(name, value)| (name, value.to_owned()))
            .into()
    }

    /// Clears the logs of received requests, but not their effects.
    pub(crate) fn forget_requests(&self) {
        self.biologix.clear_requests();
        self.medreader.clear_requests();
        self.erp.clear_requests();
        self.gensoft.clear_requests();
    }

    /// Accepts no more calls, and finishes the answers under way.
    pub(crate) async fn stop(self) {
        tokio::join!(
            self.biologix.stop(),
            self.medreader.stop(),
            self.erp.stop(),
            self.gensoft.stop(),
        );
    }
}

fn listening<S>(sandbox: io::Result<S>, option: &str, port: u16) -> Result<S, Failure> {
    sandbox.map_err(|error| {
        let failure = Failure::file(format_args!("{option} {port}: cannot listen there"), &error);
        match error.kind() {
            io::ErrorKind::AddrInUse => {
                failure.advise("the port is taken: choose another, or 0 for a free one")
            }
            _ => failure.advise("may this user listen on that port?"),
        }
    })
}
