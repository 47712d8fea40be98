//! Log lines on stderr, if `RUST_LOG` asks for them.

use std::env;
use std::io::{self, IsTerminal};

use tracing::Metadata;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

/// The crates that log no secret, no personal data and no whole URL.
///
/// Other crates promise no such thing, so they are left out whatever `RUST_LOG` says.
const SAFE: [&str; 5] = [
    "common_http",
    "biologix_client",
    "erp_files_client",
    "gensoft_client",
    "medreader_client",
];

/// Whether a span or event comes from the clients, whose log data is safe to show.
#[must_use]
pub fn is_of_clients(metadata: &Metadata<'_>) -> bool {
    let name = metadata.target().split("::").next();
    name.is_some_and(|name| SAFE.contains(&name))
}

/// Whether `RUST_LOG` is set.
#[must_use]
pub fn is_on() -> bool {
    env::var_os("RUST_LOG").is_some_and(|value| !value.is_empty())
}

/// Starts logging as `RUST_LOG` says, for example `common_http=debug`. Unset, nothing is logged.
pub fn start() {
    if !is_on() {
        return;
    }
    let safe = filter_fn(is_of_clients);
    let lines = fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_filter(EnvFilter::from_default_env().and(safe));
    // Fails only if logging has been started before.
    let _ = tracing_subscriber::registry().with(lines).try_init();
}
