//! The way to a vendor: name, connection, TLS, clock.

mod certificate;

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use common_http::{Answer, Engine, Error, ErrorDetail, HttpOptions, Operation, Profile, Result};
use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use tokio::net::lookup_host;
use tokio::time::timeout;
use url::{Host, Url};

use crate::report::Report;

/// The checks that are made here.
pub(crate) const CHECKS: [&str; 4] = ["name", "connection", "tls", "clock"];

/// How long the name and the certificate may take.
const LIMIT: Duration = Duration::from_secs(10);
/// A certificate that ends in fewer days should have been renewed.
const FEW_DAYS: u64 = 14;
const OFF: Duration = Duration::from_secs(60);
const FAR_OFF: Duration = Duration::from_secs(300);

/// Any answer will do, so it is not known to the vendors' documents.
static CONNECT: Operation = Operation::get("doctor.connection", "/").public();

/// An error has no headers. Its code, which is not printed, carries the one that is needed.
static PROBE: Profile = Profile::new("doctor", concat!("doctor/", env!("CARGO_PKG_VERSION")))
    .read_error(|_, answer| {
        let mut detail = ErrorDetail::default();
        detail.code = answer.header("date").map(str::to_owned);
        detail
    });

/// Checks the way to the base URL, which is the value of `setting`. Whether calls can be made.
pub(crate) async fn check(
    report: &mut Report,
    setting: &str,
    base_url: &str,
    http: &HttpOptions,
) -> bool {
    let (Ok(url), Ok(engine)) = (Url::parse(base_url), engine(base_url, http)) else {
        // The vendor's client was built with it.
        report.fail(
            "name",
            "the address is malformed",
            &format!("check {setting}"),
        );
        return false;
    };
    let proxied = is_proxied(&url);
    let address = format!("is {setting} right, and can this machine look up names?");
    if !name(report, &url, proxied, &address).await {
        return false;
    }
    let Some(date) = connection(report, setting, &engine, proxied).await else {
        return false;
    };
    tls(report, &url, proxied).await;
    clock(report, &date);
    true
}

/// Sends requests to this address without credentials.
pub(crate) fn engine(base_url: &str, http: &HttpOptions) -> Result<Engine> {
    let http = http.clone().accept_html(true);
    Engine::builder(&PROBE, base_url).http(http).build()
}

/// Whether requests go through a proxy, which then looks up the name and sees the certificate.
fn is_proxied(url: &Url) -> bool {
    let this_machine = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    let uri: Option<Uri> = url.as_str().parse().ok();
    !this_machine && uri.is_some_and(|uri| Matcher::from_system().intercept(&uri).is_some())
}

async fn name(report: &mut Report, url: &Url, proxied: bool, advice: &str) -> bool {
    let port = url.port_or_known_default().unwrap_or_default();
    let name = match url.host() {
        Some(Host::Domain(name)) if !proxied => name,
        Some(Host::Domain(_)) => {
            report.skip("name", "the proxy looks it up");
            return true;
        }
        _ => {
            report.ok("name", "an address, no name to look up");
            return true;
        }
    };
    match timeout(LIMIT, lookup_host((name, port))).await {
        Ok(Ok(found)) => {
            let found: Vec<SocketAddr> = found.collect();
            let word = if found.len() == 1 {
                "address"
            } else {
                "addresses"
            };
            report.ok("name", format_args!("{name} has {} {word}", found.len()));
            true
        }
        _ => {
            report.no_address("name", format_args!("{name} was not found [dns]; {advice}"));
            false
        }
    }
}

/// The `Date` of the answer, if it has one; `None` if there is no answer.
async fn connection(
    report: &mut Report,
    setting: &str,
    engine: &Engine,
    proxied: bool,
) -> Option<Option<String>> {
    let way = if proxied { " through the proxy" } else { "" };
    let answered = async { engine.request(&CONNECT).await };
    let (status, date) = match answered.await {
        Ok(answer) if is_page(&answer) => {
            let advice = "is something between this machine and the vendor?";
            report.warn("connection", "a web page answers", advice);
            return Some(date_of(&answer));
        }
        Ok(answer) => (answer.status(), date_of(&answer)),
        Err(error) => match (error.status(), error.code()) {
            (Some(status), date) => (status, date.map(str::to_owned)),
            (None, _) => {
                no_answer(report, setting, proxied, &error);
                return None;
            }
        },
    };
    report.ok(
        "connection",
        format_args!("answers{way} (status {})", status.as_u16()),
    );
    Some(date)
}

/// Whether a success is a web page, as of a network that asks for a login first. A vendor's page for
/// what it does not have (404) is an error.
fn is_page(answer: &Answer) -> bool {
    let kind = answer.header("content-type").unwrap_or_default();
    let body = answer.body().trim_ascii_start();
    kind.to_ascii_lowercase().starts_with("text/html") || body.starts_with(b"<")
}

fn date_of(answer: &Answer) -> Option<String> {
    answer.header("date").map(str::to_owned)
}

fn no_answer(report: &mut Report, setting: &str, proxied: bool, error: &Error) {
    let cause = error.cause().map_or("", |cause| cause.as_str());
    let setting = if proxied {
        "the proxy's address (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY)"
    } else {
        setting
    };
    let address = format!("is {setting} right, its port included, and can this machine reach it?");
    if cause.starts_with("tls_") {
        report.ok("connection", "the address accepts connections");
        report.error("tls", error, None);
    } else if cause == "refused" || proxied && cause == "dns" {
        report.error("connection", error, Some(&address));
    } else {
        report.error("connection", error, None);
    }
}

/// Says how long the certificate is good. That it is trusted shows the connection.
async fn tls(report: &mut Report, url: &Url, proxied: bool) {
    if url.scheme() != "https" {
        report.skip("tls", "plain http");
        return;
    }
    if proxied {
        report.ok("tls", "trusted; its days are not visible through a proxy");
        return;
    }
    let days = timeout(LIMIT, certificate::days_left(url)).await;
    match days.ok().flatten() {
        Some(days) if days < FEW_DAYS => report.warn(
            "tls",
            format_args!("trusted, but only {days} days left"),
            "the vendor must renew its certificate",
        ),
        Some(days) => report.ok("tls", format_args!("trusted, {days} days left")),
        None => report.ok("tls", "trusted; its days could not be read"),
    }
}

fn clock(report: &mut Report, date: &Option<String>) {
    const ADVICE: &str = "set the clock (NTP): tokens, signed addresses and certificates need it";
    let Some(date) = date else {
        report.skip("clock", "the answer has no Date");
        return;
    };
    let Ok(theirs) = httpdate::parse_http_date(date) else {
        report.skip("clock", "the answer's Date is not readable");
        return;
    };
    let ours = SystemTime::now();
    let (off, way) = match ours.duration_since(theirs) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    let found = format!("{} s {way} the server's", off.as_secs());
    if off > FAR_OFF {
        report.fail("clock", found, ADVICE);
    } else if off > OFF {
        report.warn("clock", found, ADVICE);
    } else {
        report.ok("clock", "as the server's, within a minute");
    }
}
