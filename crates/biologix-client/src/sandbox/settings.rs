//! The settings of a sandbox.

use std::io;
use std::time::Duration;

use common_http::safe_debug;
use common_http::sandbox::HeaderCase;

/// Ids have seven digits. Some are left for exams that a test issues.
const MOST_EXAMS: usize = 9_000_000;

/// What a test can set.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use std::time::Duration;
///
/// use biologix_client::sandbox::{Sandbox, Settings, Throttle};
///
/// // A large centre, and a vendor that throttles and gives short pages.
/// let sandbox = Sandbox::with(Settings {
///     exams: 100_000,
///     max_limit: 30,
///     throttle: Some(Throttle { calls: 5, window: Duration::from_secs(60), retry_after: None }),
///     ..Settings::default()
/// })
/// .await?;
/// assert_eq!(sandbox.total(), 100_000);
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
#[derive(Clone)]
#[allow(clippy::exhaustive_structs, reason = "a test builds it with `..`")]
pub struct Settings {
    /// The seed of the exams, 1 by default. The same seed gives an exam of a number the same data.
    pub seed: u64,
    /// How many exams there are at the start: 250 by default, at most 9,000,000. They are made when
    /// they are requested, so many cost little.
    pub exams: usize,
    /// Whether one exam in ten has codes and fields that are not documented. Not by default.
    pub drift: bool,
    /// The vendor's maximum of `limit`, to which a larger one is lowered. 100 by default, the
    /// largest that was observed to be accepted. The real maximum is not known.
    pub max_limit: usize,
    /// The page size of a call without `limit`. By default the maximum, as documented.
    pub default_limit: Option<usize>,
    /// Whether `X-Pagination-Total` is sent. It is by default. Without it, a list ends at its first
    /// empty page.
    pub total_header: bool,
    /// Whether `X-Pagination-Limit` is sent. It is by default.
    pub limit_header: bool,
    /// Whether `X-Pagination-Offset` is sent. It is by default.
    pub offset_header: bool,
    /// How long a token lives by the sandbox's clock. 7 days by default, as documented.
    pub token_life: Duration,
    /// When list calls are throttled. Never by default.
    pub throttle: Option<Throttle>,
    /// The user name: `c|EXAMPLE|000001` by default, three parts as observed.
    pub username: String,
    /// The password: `EXAMPLE-PASSWORD` by default.
    pub password: String,
    /// The id of the centre whose exams are listed: `0000001DD` by default.
    pub partner_id: String,
    /// The least size of a report in bytes. 0 by default: as much as one page needs.
    pub report_bytes: usize,
    /// Whether a report is a redirect to a signed address of a storage, which is the sandbox's
    /// second address. Not by default.
    pub redirect_reports: bool,
    /// How header names are written. Lower case by default, as HTTP/2 has them.
    pub header_case: HeaderCase,
    /// The port on 127.0.0.1. 0, the default, takes a free one.
    pub port: u16,
}

safe_debug!(Settings { seed, exams });

/// When a list call is throttled.
///
/// The vendor's real rule is not known. A 429 was observed with pages of 100 fetched back to back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a test builds it")]
pub struct Throttle {
    /// How many list calls are answered within the window. A throttled call does not count.
    pub calls: usize,
    /// The length of the window, by the sandbox's clock.
    pub window: Duration,
    /// The `Retry-After` of the 429, sent as it is. Without one, none is sent, as observed.
    pub retry_after: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
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
            redirect_reports: false,
            header_case: HeaderCase::Lower,
            port: 0,
        }
    }
}

impl Settings {
    /// Refuses settings that make no sense.
    pub(super) fn check(&self) -> io::Result<()> {
        let problem = if self.exams > MOST_EXAMS {
            "there are no more than 9,000,000 exams"
        } else if self.max_limit == 0 || self.default_limit == Some(0) {
            "a page must be allowed to hold an exam"
        } else {
            return Ok(());
        };
        Err(io::Error::new(io::ErrorKind::InvalidInput, problem))
    }
}
