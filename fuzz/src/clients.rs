//! Clients over a network that a target scripts.

use std::sync::Arc;

use biologix_client::BiologixClient;
use erp_files_client::ErpFilesClient;

use crate::network::{BASE, Network};

pub(crate) fn biologix(network: &Arc<Network>) -> BiologixClient {
    BiologixClient::builder()
        .base_url(BASE)
        .credentials("c|EXAMPLE|000001", "EXAMPLE-PASSWORD")
        .http(network.options())
        .build()
        .unwrap()
}

pub(crate) fn erp(network: &Arc<Network>) -> ErpFilesClient {
    ErpFilesClient::builder()
        .base_url(BASE)
        .access_token("EXAMPLE-TOKEN")
        .http(network.options())
        .build()
        .unwrap()
}
