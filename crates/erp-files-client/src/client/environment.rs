//! A client from the environment's settings.

use common_http::{Environment, Result};

use super::{ErpFilesClient, ErpFilesClientBuilder};
use crate::auth::ClientCredentials;

const TOKEN: &str = "ERP_ACCESS_TOKEN";

impl ErpFilesClient {
    /// Builds a client with the settings in the environment.
    ///
    /// | variable | meaning |
    /// | --- | --- |
    /// | `ERP_BASE_URL` | the base URL of your clinic; required |
    /// | `ERP_CLIENT_ID`, `ERP_CLIENT_SECRET` | client credentials; required without a token |
    /// | `ERP_SCOPE` | their scopes; if unset, [`SCOPE`](crate::SCOPE) |
    /// | `ERP_TOKEN_URL` | the token endpoint; if unset, [`TOKEN_URL`](crate::TOKEN_URL) |
    /// | `ERP_ACCESS_TOKEN` | a token that is used as it is, instead of client credentials |
    ///
    /// The variables of [`HttpOptions::from_env`](crate::HttpOptions::from_env) count too. To set
    /// more, use [`ErpFilesClientBuilder::from_env`].
    ///
    /// ```no_run
    /// use erp_files_client::{AnalysisId, ErpFilesClient, PatientId};
    ///
    /// # async fn list() -> erp_files_client::Result<()> {
    /// let client = ErpFilesClient::from_env()?;
    /// client.sessions().open().await?; // are the credentials good?
    /// let files = client.files(&PatientId::from(7), &AnalysisId::from(12)).list().await?;
    /// println!("{} files", files.len());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// - `config`: variables are unset, empty or malformed; the error names all of them
    /// - `local_io`: the file of `TLS_EXTRA_ROOTS` cannot be read
    /// - those of [`ErpFilesClientBuilder::build`]
    pub fn from_env() -> Result<Self> {
        ErpFilesClientBuilder::from_env()?.build()
    }
}

impl ErpFilesClientBuilder {
    /// Starts a client with the settings in the environment: see [`ErpFilesClient::from_env`].
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
        let builder = ErpFilesClient::builder()
            .base_url(environment.required_url("ERP_BASE_URL"))
            .http(environment.http());
        let builder = if environment.is_set(TOKEN) {
            builder.access_token(environment.required(TOKEN))
        } else {
            builder.credentials(credentials(&mut environment))
        };
        environment.finish(builder)
    }
}

fn credentials(environment: &mut Environment) -> ClientCredentials {
    let id = environment.required("ERP_CLIENT_ID");
    let secret = environment.required("ERP_CLIENT_SECRET");
    if !environment.is_set("ERP_CLIENT_ID") {
        environment.refuse(TOKEN, "is not set either");
    }
    let mut credentials = ClientCredentials::new(id, secret);
    if let Some(scope) = environment.optional("ERP_SCOPE") {
        credentials = credentials.scope(scope);
    }
    if let Some(url) = environment.url("ERP_TOKEN_URL") {
        credentials = credentials.token_url(url);
    }
    credentials
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: (&str, &str) = ("ERP_BASE_URL", "http://127.0.0.1:18103");

    fn build(variables: &[(&str, &str)]) -> Result<ErpFilesClient> {
        ErpFilesClientBuilder::from_environment(Environment::of(variables))?.build()
    }

    #[track_caller]
    fn refused(variables: &[(&str, &str)], problems: &str) {
        assert_eq!(
            build(variables).unwrap_err().to_string(),
            format!("wrong settings: {problems} (attempts 0, delivery not_sent)")
        );
    }

    #[test]
    fn all_that_is_wrong_is_named() {
        refused(
            &[("ERP_SCOPE", ""), ("ERP_TOKEN_URL", "EXAMPLE")],
            "ERP_BASE_URL is not set, ERP_CLIENT_ID is not set, ERP_CLIENT_SECRET is not set, \
             ERP_ACCESS_TOKEN is not set either, ERP_SCOPE is empty, ERP_TOKEN_URL is malformed",
        );
        refused(
            &[URL, ("ERP_CLIENT_ID", "EXAMPLE")],
            "ERP_CLIENT_SECRET is not set",
        );
    }

    #[test]
    fn a_token_needs_no_client_credentials() {
        build(&[URL, (TOKEN, "EXAMPLE")]).unwrap();
        refused(&[URL, (TOKEN, "")], "ERP_ACCESS_TOKEN is empty");
    }
}
