//! A client from the environment's settings.

use common_http::{Environment, Result};

use super::{BiologixClient, BiologixClientBuilder};

impl BiologixClient {
    /// Builds a client with the settings in the environment.
    ///
    /// | variable | meaning |
    /// | --- | --- |
    /// | `BIOLOGIX_USERNAME`, `BIOLOGIX_PASSWORD` | the account; required |
    /// | `BIOLOGIX_BASE_URL` | the base URL; if unset, [`BASE_URL`](crate::BASE_URL) |
    ///
    /// The variables of [`HttpOptions::from_env`](crate::HttpOptions::from_env) count too. To set
    /// more, use [`BiologixClientBuilder::from_env`].
    ///
    /// ```no_run
    /// use biologix_client::{BiologixClient, PartnerId};
    ///
    /// # async fn count() -> biologix_client::Result<()> {
    /// let client = BiologixClient::from_env()?;
    /// let page = client.exams(&PartnerId::from("0000001DD")).list().await?;
    /// println!("{} exams", page.items.len());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// - `config`: variables are unset, empty or malformed; the error names all of them
    /// - `local_io`: the file of `TLS_EXTRA_ROOTS` cannot be read
    /// - those of [`BiologixClientBuilder::build`]
    pub fn from_env() -> Result<Self> {
        BiologixClientBuilder::from_env()?.build()
    }
}

impl BiologixClientBuilder {
    /// Starts a client with the settings in the environment: see [`BiologixClient::from_env`].
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
        let username = environment.required("BIOLOGIX_USERNAME");
        let password = environment.required("BIOLOGIX_PASSWORD");
        let mut builder = BiologixClient::builder()
            .credentials(username, password)
            .http(environment.http());
        if let Some(url) = environment.url("BIOLOGIX_BASE_URL") {
            builder = builder.base_url(url);
        }
        environment.finish(builder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BASE_URL;

    fn base(variables: &[(&str, &str)]) -> Result<String> {
        let client =
            BiologixClientBuilder::from_environment(Environment::of(variables))?.build()?;
        Ok(client.engine.base().to_string())
    }

    #[test]
    fn without_an_address_it_is_the_vendors() {
        let account = ("BIOLOGIX_USERNAME", "EXAMPLE");
        let password = ("BIOLOGIX_PASSWORD", "EXAMPLE");
        let own = ("BIOLOGIX_BASE_URL", "http://127.0.0.1:18101");
        assert_eq!(
            base(&[account, password, own]).unwrap(),
            "http://127.0.0.1:18101/"
        );
        if cfg!(feature = "rustls") {
            assert_eq!(base(&[account, password]).unwrap(), format!("{BASE_URL}/"));
        }
    }

    #[test]
    fn all_that_is_wrong_is_named() {
        let error = base(&[("BIOLOGIX_PASSWORD", ""), ("BIOLOGIX_BASE_URL", "EXAMPLE")]);
        assert_eq!(
            error.unwrap_err().to_string(),
            "wrong settings: BIOLOGIX_USERNAME is not set, BIOLOGIX_PASSWORD is empty, \
             BIOLOGIX_BASE_URL is malformed (attempts 0, delivery not_sent)"
        );
    }
}
