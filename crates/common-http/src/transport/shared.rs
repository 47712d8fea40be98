//! The connections that clients with the same settings share.

use std::sync::{Arc, OnceLock};

use url::Url;

use crate::error::{Error, ErrorKind, Result};
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
        let kinds = [is_foreign, is_loopback(url), url.scheme() == "http"];
        let place = kinds
            .iter()
            .fold(0, |place, kind| 2 * place + usize::from(*kind));
        let slot = &self.0[place];
        if slot.get().is_none() {
            let mut connection = connection.clone();
            connection.client_certificate = connection.client_certificate.filter(|_| !is_foreign);
            // Two concurrent calls may both create it; one is kept.
            let _ = slot.set(Arc::new(ReqwestTransport::new(&connection, url)?));
        }
        match slot.get() {
            Some(transport) => Ok(Arc::clone(transport) as Arc<dyn Transport>),
            None => Err(Error::new(ErrorKind::Config).with_detail("no connection could be set up")),
        }
    }
}
