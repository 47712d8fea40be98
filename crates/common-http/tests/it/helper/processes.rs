//! Processes that share a store. Each is a client of its own.

use std::sync::Arc;

use common_http::transport::FakeTransport;
use common_http::{Engine, Store, StoreKey};

use super::door::{Login, builder};
use super::seconds;

pub(crate) fn key() -> StoreKey {
    StoreKey::of(&["testing", "http://localhost", "EXAMPLE-USER"])
}

/// Where this kind of thing is kept beside the session.
pub(crate) fn beside(what: &str) -> StoreKey {
    StoreKey::of(&["common-http", what, key().as_str()])
}

/// Another process.
pub(crate) fn process(network: &Arc<FakeTransport>, store: &Arc<impl Store>) -> Engine {
    let login = Login {
        lifetime: Some(seconds(3600)),
        refresh_after: Some(seconds(3000)),
    };
    let builder = builder(network, login).store(store.clone(), key());
    builder.build().unwrap()
}
