//! A client and a verifier of webhooks from the environment's settings.

use common_http::{Environment, Result};

use super::{MedReaderClient, MedReaderClientBuilder};
use crate::webhook::Verifier;

impl MedReaderClient {
    /// Builds a client with the settings in the environment.
    ///
    /// | variable | meaning |
    /// | --- | --- |
    /// | `MEDREADER_TENANT_ID` | the tenant's id; required |
    /// | `MEDREADER_EMAIL`, `MEDREADER_PASSWORD` | the user; required |
    /// | `MEDREADER_BASE_URL` | the base URL; if unset, [`BASE_URL`](crate::BASE_URL) |
    ///
    /// The variables of [`HttpOptions::from_env`](crate::HttpOptions::from_env) count too. To set
    /// more, use [`MedReaderClientBuilder::from_env`].
    ///
    /// ```no_run
    /// use medreader_client::MedReaderClient;
    ///
    /// # async fn create() -> medreader_client::Result<()> {
    /// let client = MedReaderClient::from_env()?;
    /// let folder = client.folders().create("Pacientes Exemplo").await?;
    /// println!("{}", folder.id);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// - `config`: variables are unset, empty or malformed; the error names all of them
    /// - `local_io`: the file of `TLS_EXTRA_ROOTS` cannot be read
    /// - those of [`MedReaderClientBuilder::build`]
    pub fn from_env() -> Result<Self> {
        MedReaderClientBuilder::from_env()?.build()
    }
}

impl MedReaderClientBuilder {
    /// Starts a client with the settings in the environment: see [`MedReaderClient::from_env`].
    ///
    /// To change the HTTP options too, start from
    /// [`HttpOptions::from_env`](crate::HttpOptions::from_env).
    ///
    /// # Errors
    /// - `config`: variables are unset, empty or malformed; the error names all of them
    /// - `local_io`: the file of `TLS_EXTRA_ROOTS` cannot be read
    pub fn from_env() -> Result<Self> {
        Self::from_environment(Environment::of_process())
    }

    fn from_environment(mut environment: Environment) -> Result<Self> {
        let tenant = environment.required("MEDREADER_TENANT_ID");
        let email = environment.required("MEDREADER_EMAIL");
        let password = environment.required("MEDREADER_PASSWORD");
        let mut builder = MedReaderClient::builder()
            .tenant(tenant)
            .credentials(email, password)
            .http(environment.http());
        if let Some(url) = environment.url("MEDREADER_BASE_URL") {
            builder = builder.base_url(url);
        }
        environment.finish(builder)
    }
}

impl Verifier {
    /// Accepts the user and the password in the environment.
    ///
    /// They are `MEDREADER_WEBHOOK_USER` and `MEDREADER_WEBHOOK_PASSWORD`, both required.
    ///
    /// # Errors
    /// `config`: variables are unset, empty or malformed; the error names all of them.
    pub fn from_env() -> Result<Self> {
        Self::from_environment(Environment::of_process())
    }

    fn from_environment(mut environment: Environment) -> Result<Self> {
        let user = environment.required("MEDREADER_WEBHOOK_USER");
        let password = environment.required("MEDREADER_WEBHOOK_PASSWORD");
        environment.finish(Self::new(user, password))
    }
}

#[cfg(test)]
mod tests {
    use http::header::AUTHORIZATION;
    use http::{HeaderMap, HeaderValue};

    use super::*;

    #[test]
    fn all_that_is_wrong_is_named() {
        let variables = [("MEDREADER_EMAIL", ""), ("MEDREADER_BASE_URL", "EXAMPLE")];
        let builder = MedReaderClientBuilder::from_environment(Environment::of(&variables));
        assert_eq!(
            builder.map(drop).unwrap_err().to_string(),
            "wrong settings: MEDREADER_TENANT_ID is not set, MEDREADER_EMAIL is empty, \
             MEDREADER_PASSWORD is not set, MEDREADER_BASE_URL is malformed \
             (attempts 0, delivery not_sent)"
        );
        let verifier = Verifier::from_environment(Environment::of(&[]));
        assert_eq!(
            verifier.map(drop).unwrap_err().to_string(),
            "wrong settings: MEDREADER_WEBHOOK_USER is not set, MEDREADER_WEBHOOK_PASSWORD is not \
             set (attempts 0, delivery not_sent)"
        );
    }

    #[test]
    fn a_webhook_with_these_credentials_is_accepted() {
        let verifier = Verifier::from_environment(Environment::of(&[
            ("MEDREADER_WEBHOOK_USER", "webhook-user"),
            ("MEDREADER_WEBHOOK_PASSWORD", "EXAMPLE-PASSWORD"),
        ]))
        .unwrap();
        let mut headers = HeaderMap::new();
        assert!(verifier.check_credentials(&headers).is_err());
        headers.insert(
            AUTHORIZATION,
            HeaderValue::from_static("Basic d2ViaG9vay11c2VyOkVYQU1QTEUtUEFTU1dPUkQ="),
        );
        verifier.check_credentials(&headers).unwrap();
    }
}
