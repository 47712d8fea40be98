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
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// use biologix_client::{ErrorKind, sandbox::Throttle};
    /// use std::time::Duration;
    ///
    /// let rule = Throttle::new(1, Duration::from_secs(60));
    /// let sandbox = Sandbox::builder().throttle(rule).start().await?;
    /// # let partner = sandbox.partner_id().into();
    /// # let options = biologix_client::CallOptions::default().max_attempts(1);
    /// sandbox.client().exams(&partner).send().await?;
    /// let error = sandbox.client().exams(&partner).options(options).send().await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::RateLimited);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn new(calls: usize, window: Duration) -> Self {
        Self {
            calls,
            window,
            retry_after: None,
        }
    }

    /// Sends this `Retry-After` with the 429, as it is.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::{Sandbox, Throttle};
    /// # use std::time::Duration;
    /// // How does the program take a wait that nobody can afford?
    /// let rule = Throttle::new(0, Duration::from_secs(60)).retry_after("86400");
    /// let sandbox = Sandbox::builder().throttle(rule).start().await?;
    /// # let partner = sandbox.partner_id().into();
    /// let error = sandbox.client().exams(&partner).send().await.unwrap_err();
    /// assert_eq!(error.retry_after(), Some(Duration::from_secs(86_400)));
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// // Other exams than those that the program was written against.
    /// let sandbox = Sandbox::builder().seed(7).start().await?;
    /// # let other = Sandbox::start().await?;
    /// # assert_ne!(sandbox.exam_json("0000001BB"), other.exam_json("0000001BB"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
        self
    }

    /// How many exams there are at the start (default 250, at most 9,000,000: exam ids have seven digits). They are
    /// made when they are asked for, so that many cost little.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// // A large centre.
    /// let sandbox = Sandbox::builder().exams(100_000).start().await?;
    /// assert_eq!(sandbox.total(), 100_000);
    /// # Ok(())
    /// # }
    /// ```
    pub fn exams(mut self, count: usize) -> Self {
        self.0.exams = count;
        self
    }

    /// Whether one exam in ten has codes and fields that nobody documented (default no).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// // The vendor has changed his data without a word: does the program still run?
    /// let sandbox = Sandbox::builder().drift(true).start().await?;
    /// # let partner = sandbox.partner_id().into();
    /// let page = sandbox.client().exams(&partner).send().await?;
    /// assert!(page.items.iter().all(|listed| listed.exam().is_some()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn drift(mut self, on: bool) -> Self {
        self.0.drift = on;
        self
    }

    /// The vendor's own maximum of `limit`: a larger one is lowered to it (default 100, the largest that was
    /// observed to be accepted; the real maximum is unknown).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// // The vendor gives less than was asked for: a short page is not the last one.
    /// let sandbox = Sandbox::builder().max_limit(30).start().await?;
    /// # let partner = sandbox.partner_id().into();
    /// let page = sandbox.client().exams(&partner).page_size(100).send().await?;
    /// assert_eq!((page.items.len(), page.limit), (30, Some(30)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn max_limit(mut self, limit: usize) -> Self {
        self.0.max_limit = limit;
        self
    }

    /// The page size of a call without `limit` (default: the maximum, as the vendor's document says).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::{EXAMS_LIST, Sandbox};
    /// use biologix_client::http::Method;
    ///
    /// let sandbox = Sandbox::builder().default_limit(20).start().await?;
    /// // A call without `limit`, which this crate always sends.
    /// let request = sandbox.client().request(Method::GET, "/v2/partners/{partnerId}/exams");
    /// let exams: Vec<serde_json::Value> =
    ///     request.path("partnerId", sandbox.partner_id()).send().await?.json()?;
    /// assert_eq!(exams.len(), 20);
    /// # Ok(())
    /// # }
    /// ```
    pub fn default_limit(mut self, limit: usize) -> Self {
        self.0.default_limit = Some(limit);
        self
    }

    /// Whether `X-Pagination-Total` is sent (default yes).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// // Without a total the list ends at its first empty page.
    /// let sandbox = Sandbox::builder().total_header(false).start().await?;
    /// # let partner = sandbox.partner_id().into();
    /// let page = sandbox.client().exams(&partner).send().await?;
    /// assert_eq!(page.total, None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn total_header(mut self, sent: bool) -> Self {
        self.0.total_header = sent;
        self
    }

    /// Whether `X-Pagination-Limit` is sent (default yes).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::builder().limit_header(false).start().await?;
    /// # let partner = sandbox.partner_id().into();
    /// let page = sandbox.client().exams(&partner).send().await?;
    /// assert_eq!(page.limit, None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn limit_header(mut self, sent: bool) -> Self {
        self.0.limit_header = sent;
        self
    }

    /// Whether `X-Pagination-Offset` is sent (default yes).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// // Nothing in this crate needs the header; a program of your own may.
    /// let sandbox = Sandbox::builder().offset_header(false).start().await?;
    /// # let partner = sandbox.partner_id().into();
    /// let page = sandbox.client().exams(&partner).offset(20).send().await?;
    /// assert_eq!(page.offset, 20); // what was asked for
    /// # Ok(())
    /// # }
    /// ```
    pub fn offset_header(mut self, sent: bool) -> Self {
        self.0.offset_header = sent;
        self
    }

    /// How long a token lives by the sandbox's clock (default 7 days, as the vendor's document says).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::{EXAMS_LIST, Sandbox};
    /// use std::time::Duration;
    ///
    /// // A vendor whose tokens last a minute, and a program whose session is older.
    /// let sandbox = Sandbox::builder().token_life(Duration::from_secs(60)).start().await?;
    /// # let partner = sandbox.partner_id().into();
    /// sandbox.client().open_session().send().await?;
    /// sandbox.clock().advance(Duration::from_secs(61));
    /// # sandbox.client().exams(&partner).send().await.unwrap_err();
    /// # assert_eq!(sandbox.requests_for(EXAMS_LIST)[0].status.map(|status| status.as_u16()), Some(401));
    /// # Ok(())
    /// # }
    /// ```
    pub fn token_life(mut self, life: Duration) -> Self {
        self.0.token_life = life;
        self
    }

    /// When list calls are throttled (default never).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::{Sandbox, Throttle};
    /// use std::time::Duration;
    ///
    /// // As observed: pages of a hundred, back to back, and then a 429 that names no time.
    /// let rule = Throttle::new(5, Duration::from_secs(60));
    /// let sandbox = Sandbox::builder().throttle(rule).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn throttle(mut self, throttle: Throttle) -> Self {
        self.0.throttle = Some(throttle);
        self
    }

    /// The login name (default `c|EXAMPLE|000001`: three parts, as observed).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::builder().username("c|EXAMPLE|000002").start().await?;
    /// assert_eq!(sandbox.username(), "c|EXAMPLE|000002");
    /// # Ok(())
    /// # }
    /// ```
    pub fn username(mut self, username: impl Into<String>) -> Self {
        self.0.username = username.into();
        self
    }

    /// The password (default `EXAMPLE-PASSWORD`).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// // A password that must survive JSON.
    /// let sandbox = Sandbox::builder().password("EXAMPLE \"\\ ç").start().await?;
    /// sandbox.client().open_session().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.0.password = password.into();
        self
    }

    /// The id of the centre whose exams are listed (default `0000001DD`).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// // The centre that the program's settings name.
    /// let sandbox = Sandbox::builder().partner_id("0000002DD").start().await?;
    /// # let partner = "0000002DD".into();
    /// # assert!(!sandbox.client().exams(&partner).send().await?.items.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn partner_id(mut self, partner_id: impl Into<String>) -> Self {
        self.0.partner_id = partner_id.into();
        self
    }

    /// The least size of a report in bytes (default 0: what one page needs).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// // Is the memory of the program flat while a large report comes in?
    /// let sandbox = Sandbox::builder().report_bytes(64 << 20).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn report_bytes(mut self, least: usize) -> Self {
        self.0.report_bytes = least;
        self
    }

    /// How header names are written, the session token's among them (default lower case, as HTTP/2 delivers them).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// use biologix_client::sandbox::HeaderCase;
    ///
    /// // `Bx-Session-Token`, as the vendor's document writes it.
    /// let sandbox = Sandbox::builder().header_case(HeaderCase::Title).start().await?;
    /// sandbox.client().open_session().send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn header_case(mut self, case: HeaderCase) -> Self {
        self.0.header_case = case;
        self
    }

    /// The port on 127.0.0.1 (default 0: a free one).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// // An address that a program in another language knows.
    /// # let port = 0;
    /// let sandbox = Sandbox::builder().port(port).start().await?;
    /// println!("export BIOLOGIX_BASE_URL={}", sandbox.url());
    /// # Ok(())
    /// # }
    /// ```
    pub fn port(mut self, port: u16) -> Self {
        self.0.port = port;
        self
    }

    /// Starts the sandbox, in the tokio runtime of any flavour in which this is awaited.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::builder().exams(10).start().await?;
    /// assert_eq!(sandbox.total(), 10);
    /// # Ok(())
    /// # }
    /// ```
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
