//! The four vendors.

use std::io;

use common_http::Secret;
use examples::failure::Failure;
use {biologix_client::sandbox as biologix, erp_files_client::sandbox as erp};
use {gensoft_client::sandbox as gensoft, medreader_client::sandbox as medreader};

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
    /// Starts them. They know every folder, patient, analysis and execution, as programs are tried out with whatever id.
    pub(crate) async fn start(ports: &Ports) -> Result<Self, Failure> {
        // The vendor's user names have bars in them (`c|EXAMPLE|000001`), which a shell would take for pipes.
        let biologix = biologix::Sandbox::builder()
            .username("EXAMPLE-USER")
            .port(ports.biologix);
        let medreader = medreader::Sandbox::builder()
            .every_folder(true)
            .port(ports.medreader);
        let erp = erp::Sandbox::builder().port(ports.erp_files);
        let gensoft = gensoft::Sandbox::builder().port(ports.gensoft);
        let vendors = Self {
            biologix: listening(biologix.start().await, "--biologix", ports.biologix)?,
            medreader: listening(medreader.start().await, "--medreader", ports.medreader)?,
            erp: listening(erp.start().await, "--erp-files", ports.erp_files)?,
            gensoft: listening(gensoft.start().await, "--gensoft", ports.gensoft)?,
        };
        vendors.set_webhook_credentials().await?;
        Ok(vendors)
    }

    /// So that an address is all that is left to be set.
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

    /// What a program needs to be told of them.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        let Self {
            biologix,
            medreader,
            erp,
            gensoft,
        } = self;
        let settings = [
            ("BIOLOGIX_BASE_URL", biologix.url()),
            ("BIOLOGIX_USERNAME", biologix.username()),
            ("BIOLOGIX_PASSWORD", biologix.password()),
            ("BIOLOGIX_PARTNER_ID", biologix.partner_id()),
            ("MEDREADER_BASE_URL", medreader.url()),
            ("MEDREADER_TENANT_ID", medreader.tenant_id()),
            ("MEDREADER_EMAIL", medreader.email()),
            ("MEDREADER_PASSWORD", medreader.password()),
            ("MEDREADER_WEBHOOK_USER", WEBHOOK_USER),
            ("MEDREADER_WEBHOOK_PASSWORD", WEBHOOK_PASSWORD),
            ("ERP_BASE_URL", erp.url()),
            ("ERP_TOKEN_URL", erp.token_url()),
            ("ERP_CLIENT_ID", erp.client_id()),
            ("ERP_CLIENT_SECRET", erp.client_secret()),
            ("GENSOFT_BASE_URL", gensoft.url()),
            ("GENSOFT_API_KEY", gensoft.api_key()),
        ];
        settings
            .map(|(name, value)| (name, value.to_owned()))
            .into()
    }

    /// Forgets what was sent, but not what came of it.
    pub(crate) fn forget_requests(&self) {
        self.biologix.clear_requests();
        self.medreader.clear_requests();
        self.erp.clear_requests();
        self.gensoft.clear_requests();
    }

    /// Takes no more calls, and lets the answers that are on their way come to their end.
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
                failure.advise("the port is taken: choose another, or 0 for one that is free")
            }
            _ => failure.advise("is it a port that this user may have?"),
        }
    })
}
