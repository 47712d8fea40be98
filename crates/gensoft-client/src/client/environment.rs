//! A client from the environment's settings.

use common_http::{Environment, Result};

use super::{GensoftClient, GensoftClientBuilder};

impl GensoftClient {
    /// Builds a client with the settings in the environment.
    ///
    /// | variable | meaning |
    /// | --- | --- |
    /// | `GENSOFT_BASE_URL` | the base URL of your installation; required |
    /// | `GENSOFT_API_KEY` | the key that Gensoft's support gave; required |
    /// | `GENSOFT_AUTH_PREFIX` | a word before the key, for example `ApiKey`; may be unset |
    ///
    /// The variables of [`HttpOptions::from_env`](crate::HttpOptions::from_env) count too. To set
    /// more, use [`GensoftClientBuilder::from_env`].
    ///
    /// ```no_run
    /// use gensoft_client::GensoftClient;
    ///
    /// # async fn send(order: serde_json::Value) -> gensoft_client::Result<()> {
    /// let answer = GensoftClient::from_env()?.attendances().send(&order).await?;
    /// println!("{}", answer.status());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// - `config`: variables are unset, empty or malformed; the error names all of them
    /// - `local_io`: the file of `TLS_EXTRA_ROOTS` cannot be read
    /// - those of [`GensoftClientBuilder::build`]
    pub fn from_env() -> Result<Self> {
        GensoftClientBuilder::from_env()?.build()
    }
}

impl GensoftClientBuilder {
    /// Starts a client with the settings in the environment: see [`GensoftClient::from_env`].
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
        let mut builder = GensoftClient::builder()
            .base_url(environment.required_url("GENSOFT_BASE_URL"))
            .api_key(environment.required("GENSOFT_API_KEY"))
            .http(environment.http());
        if let Some(prefix) = environment.optional("GENSOFT_AUTH_PREFIX") {
            builder = builder.auth_prefix(prefix);
        }
        environment.finish(builder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(variables: &[(&str, &str)]) -> Result<GensoftClient> {
        GensoftClientBuilder::from_environment(Environment::of(variables))?.build()
    }

    #[test]
    fn all_that_is_wrong_is_named() {
        assert_eq!(
            build(&[("GENSOFT_AUTH_PREFIX", "")])
                .unwrap_err()
                .to_string(),
            "wrong settings: GENSOFT_BASE_URL is not set, GENSOFT_API_KEY is not set, \
             GENSOFT_AUTH_PREFIX is empty (attempts 0, delivery not_sent)"
        );
    }

    #[test]
    fn plain_http_to_another_machine_must_be_allowed() {
        let url = ("GENSOFT_BASE_URL", "http://laboratory.example");
        let key = ("GENSOFT_API_KEY", "EXAMPLE");
        let error = build(&[url, key]).unwrap_err().to_string();
        assert!(error.contains("plain http"), "{error}");
        build(&[url, key, ("ALLOW_PLAIN_HTTP", "1")]).unwrap();
    }
}
