//! The connections that clients with the same settings share.

use std::sync::{Arc, OnceLock};

use url::Url;

use crate::error::Result;
use crate::hosts::is_loopback;
use crate::options::Connection;
use crate::transport::{ReqwestTransport, Transport};

/// A transport for each kind of address, made when it is first needed.
///
/// A transport reads the machine's root certificates and has a connection pool.
#[derive(Default)]
pub(crate) struct SharedTransports([OnceLock<Arc<ReqwestTransport>>; 8]);

impl SharedTransports {
    /// The transport to this address. One to an address from the vendor, which is `foreign`, shares
    /// no connection with the vendor's and presents no client certificate.
    pub(crate) fn get(
        &self,
        connection: &Connection,
        url: &Url,
        is_foreign: bool,
    ) -> Result<Arc<dyn Transport>> {
        ReqwestTransport::check_proxy(connection, url)?;
        let kinds = [is_foreign, is_loopback(url), url.scheme() == "http"];
        let place = kinds
            .iter()
            .fold(0, |place, kind| 2 * place + usize::from(*kind));
        let slot = &self.0[place];
        if let Some(transport) = slot.get() {
            return Ok(Arc::clone(transport) as _);
        }
        let mut connection = connection.clone();
        connection.client_certificate = connection.client_certificate.filter(|_| !is_foreign);
        let transport = Arc::new(ReqwestTransport::new(&connection, url)?);
        // Two concurrent calls may both create it; one is kept.
        Ok(Arc::clone(slot.get_or_init(|| transport)) as _)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::options::HttpOptions;

    fn to(options: &HttpOptions, url: &str, is_foreign: bool) -> Arc<dyn Transport> {
        let url = Url::parse(url).unwrap();
        options.transport_to(&url, is_foreign).unwrap()
    }

    #[test]
    fn clones_share_a_transport_for_each_kind_of_address() {
        let options = HttpOptions::default();
        let clone = options.clone().user_agent("example");
        let here = to(&options, "http://127.0.0.1:1", false);
        assert!(Arc::ptr_eq(&here, &to(&clone, "http://localhost:2", false)));
        assert!(!Arc::ptr_eq(&here, &to(&clone, "http://127.0.0.1:1", true)));
        assert!(!Arc::ptr_eq(
            &here,
            &to(&clone, "http://vendor.example", false)
        ));
    }

    #[test]
    fn other_settings_of_the_connection_are_another_transport() {
        let options = HttpOptions::default();
        let here = to(&options, "http://127.0.0.1:1", false);
        let changed: [fn(HttpOptions) -> HttpOptions; 5] = [
            |options| options.connect_timeout(Duration::from_secs(1)),
            |options| options.pool_idle_timeout(Duration::ZERO),
            |options| options.no_proxy(),
            |options| options.proxy("http://proxy.example:3128"),
            |options| options.resolve("vendor.example", [([127, 0, 0, 1], 1).into()]),
        ];
        for change in changed {
            let other = change(options.clone());
            assert!(!Arc::ptr_eq(
                &here,
                &to(&other, "http://127.0.0.1:1", false)
            ));
        }
    }
}
