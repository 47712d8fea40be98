//! The settings of a sandbox.

use std::{fmt, io, time::Duration};

use crate::client::{BiologixClient, BiologixClientBuilder};
use common_http::sandbox::{HeaderCase, SandboxClock, Server};

use super::{Centre, Sandbox, exam::MOST_EXAMS, vendor::Biologix};

/// When a sandbox answers a list call with 429.
///
/// The vendor's real rule is unknown; 429 was observed when pages of 100 were fetched back to back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Throttle {
    pub(super) calls: usize,
    pub(super) window: Duration,
    pub(super) retry_after: Option<String>,
}

impl Throttle {
    /// At most this many list calls are answered within any window of this length by the sandbox's clock; the next
    /// one gets a 429 (and does not count), without `Retry-After`, as observed.
    #[must_use]
    pub fn new(calls: usize, window: Duration) -> Self {
        Self {
            calls,
            window,
            retry_after: None,
        }
    }

    /// Sends this `Retry-After` with the 429, as it is.
    #[must_use]
    pub fn retry_after(mut self, value: impl Into<String>) -> Self {
        self.retry_after = Some(value.into());
        self
    }
}

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) seed: u64,
    pub(super) exams: usize,
    pub(super) drift: bool,
    pub(super) max_limit: usize,
    pub(super) default_limit: Option<usize>,
    pub(super) total_header: bool,
    pub(super) limit_header: bool,
    pub(super) offset_header: bool,
    pub(super) token_life: Duration,
    pub(super) throttle: Option<Throttle>,
    pub(super) username: String,
    pub(super) password: String,
    pub(super) partner_id: String,
    pub(super) report_bytes: usize,
    header_case: HeaderCase,
    port: u16,
}

/// Settings of a [`Sandbox`].
#[derive(Clone)]
#[must_use]
pub struct SandboxBuilder(Settings);

impl SandboxBuilder {
    pub(super) fn new() -> Self {
        Self(Settings {
            seed: 1,
            exams: 250,
            drift: false,
            max_limit: 100,
            default_limit: None,
            total_header: true,
            limit_header: true,
            offset_header: true,
            token_life: Duration::from_secs(7 * 24 * 3600),
            throttle: None,
            username: "c|EXAMPLE|000001".to_owned(),
            password: "EXAMPLE-PASSWORD".to_owned(),
            partner_id: "0000001DD".to_owned(),
            report_bytes: 0,
            header_case: HeaderCase::Lower,
            port: 0,
        })
    }

    /// The seed of the exams (default 1). The same seed gives the same exams, each by its number alone.
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
        self
    }

    /// How many exams there are at the start (default 250, at most 9,000,000: exam ids have seven digits). They are
    /// made when they are asked for, so that many cost little.
    pub fn exams(mut self, count: usize) -> Self {
        self.0.exams = count;
        self
    }

    /// Whether one exam in ten has codes and fields that nobody documented (default no).
    pub fn drift(mut self, on: bool) -> Self {
        self.0.drift = on;
        self
    }

    /// The vendor's own maximum of `limit`: a larger one is lowered to it (default 100, the largest that was
    /// observed to be accepted; the real maximum is unknown).
    pub fn max_limit(mut self, limit: usize) -> Self {
        self.0.max_limit = limit;
        self
    }

    /// The page size of a call without `limit` (default: the maximum, as the vendor's document says).
    pub fn default_limit(mut self, limit: usize) -> Self {
        self.0.default_limit = Some(limit);
        self
    }

    /// Whether `X-Pagination-Total` is sent (default yes).
    pub fn total_header(mut self, sent: bool) -> Self {
        self.0.total_header = sent;
        self
    }

    /// Whether `X-Pagination-Limit` is sent (default yes).
    pub fn limit_header(mut self, sent: bool) -> Self {
        self.0.limit_header = sent;
        self
    }

    /// Whether `X-Pagination-Offset` is sent (default yes).
    pub fn offset_header(mut self, sent: bool) -> Self {
        self.0.offset_header = sent;
        self
    }

    /// How long a token lives by the sandbox's clock (default 7 days, as the vendor's document says).
    pub fn token_life(mut self, life: Duration) -> Self {
        self.0.token_life = life;
        self
    }

    /// When list calls are throttled (default never).
    pub fn throttle(mut self, throttle: Throttle) -> Self {
        self.0.throttle = Some(throttle);
        self
    }

    /// The login name (default `c|EXAMPLE|000001`: three parts, as observed).
    pub fn username(mut self, username: impl Into<String>) -> Self {
        self.0.username = username.into();
        self
    }

    /// The password.
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.0.password = password.into();
        self
    }

    /// The id of the centre whose exams are listed (default `0000001DD`).
    pub fn partner_id(mut self, partner_id: impl Into<String>) -> Self {
        self.0.partner_id = partner_id.into();
        self
    }

    /// The least size of a report in bytes (default 0: what one page needs).
    pub fn report_bytes(mut self, least: usize) -> Self {
        self.0.report_bytes = least;
        self
    }

    /// How header names are written, the session token's among them (default lower case, as HTTP/2 delivers them).
    pub fn header_case(mut self, case: HeaderCase) -> Self {
        self.0.header_case = case;
        self
    }

    /// The port on 127.0.0.1 (default 0: a free one).
    pub fn port(mut self, port: u16) -> Self {
        self.0.port = port;
        self
    }

    /// Starts the sandbox, in the tokio runtime of any flavour in which this is awaited.
    ///
    /// # Errors
    /// The port cannot be had; or ([`io::ErrorKind::InvalidInput`]) there are more exams than ids, or a page may
    /// hold no exam.
    pub async fn start(self) -> io::Result<Sandbox> {
        let settings = self.0;
        if settings.exams > MOST_EXAMS {
            return Err(invalid("there are no more than 9,000,000 exams"));
        }
        if settings.max_limit == 0 || settings.default_limit == Some(0) {
            return Err(invalid("a page must be allowed to hold an exam"));
        }
        let clock = SandboxClock::new();
        let (port, case) = (settings.port, settings.header_case);
        let centre = Centre::new(settings, clock.clone());
        let server = Server::builder(Biologix(centre.clone()))
            .clock(clock)
            .header_case(case)
            .port(port)
            .start()
            .await?;
        let client = client_builder(&server, &centre).build();
        let client =
            client.map_err(|_| invalid("no client can be built with the TLS features set"))?;
        Ok(Sandbox {
            server,
            centre,
            client,
        })
    }
}

/// A client's builder with the sandbox's address and credentials.
pub(super) fn client_builder(server: &Server, centre: &Centre) -> BiologixClientBuilder {
    let settings = centre.settings();
    BiologixClient::builder()
        .base_url(server.url())
        .credentials(settings.username.as_str(), settings.password.as_str())
}

fn invalid(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

/// Without the credentials.
impl fmt::Debug for SandboxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxBuilder")
            .field("seed", &self.0.seed)
            .field("exams", &self.0.exams)
            .finish_non_exhaustive()
    }
}
