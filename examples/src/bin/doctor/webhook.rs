//! The address to which MedReader sends results: it must refuse whoever has the wrong password.

use common_http::{Error, ErrorKind, HttpOptions, Operation, Result};
use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use url::Url;

use crate::network;
use crate::report::Report;

/// The checks that are made here: the address as it is configured, and with or without a slash.
pub(crate) const CHECKS: [&str; 2] = ["webhook", "webhook_slash"];

static POST: Operation = Operation::new("doctor.webhook", Method::POST, "").public();
static POST_SLASH: Operation = Operation::new("doctor.webhook", Method::POST, "/").public();

/// `doctor:wrong-on-purpose`
const WRONG: &str = "Basic ZG9jdG9yOndyb25nLW9uLXB1cnBvc2U=";

/// Checks the address in the tenant's settings, if there is one.
pub(crate) async fn check(report: &mut Report, url: Option<&str>, http: &HttpOptions) {
    let Some(url) = url.filter(|url| !url.is_empty()) else {
        report.skip("webhook", "MedReader's settings have no address for it");
        report.skip(
            "webhook_slash",
            "MedReader's settings have no address for it",
        );
        return;
    };
    let path = Url::parse(url).map(|url| url.path().to_owned());
    let (own, other) = match path.as_deref() {
        // A root has one form only.
        Ok("/") => (&POST_SLASH, None),
        Ok(path) if path.ends_with('/') => (&POST_SLASH, Some(&POST)),
        _ => (&POST, Some(&POST_SLASH)),
    };
    let (status, unreachable) = split(knock(url, own, http).await);
    match (status, unreachable) {
        (Some(status), _) => judge(report, status),
        (None, Some(error)) => not_reached(report, &error),
        (None, None) => {}
    }
    match (status, other) {
        (None, _) => report.skip("webhook_slash", "needs an answer of the address"),
        (_, None) => report.skip("webhook_slash", "the address has no path"),
        (Some(_), Some(other)) => match split(knock(url, other, http).await).0 {
            Some(StatusCode::UNAUTHORIZED) => {
                report.ok("webhook_slash", "401 to wrong credentials");
            }
            answered => judge_slash(report, answered),
        },
    }
}

/// Sends an empty event with wrong credentials, which no receiver may accept.
async fn knock(url: &str, operation: &'static Operation, http: &HttpOptions) -> Result<StatusCode> {
    let engine = network::engine(url, http)?;
    let request = engine.request(operation).header(AUTHORIZATION, WRONG);
    let answer = request.json(&serde_json::json!({})).await?;
    Ok(answer.status())
}

fn split(answered: Result<StatusCode>) -> (Option<StatusCode>, Option<Error>) {
    match answered {
        Ok(status) => (Some(status), None),
        Err(error) => (error.status(), Some(error)),
    }
}

fn judge(report: &mut Report, status: StatusCode) {
    let number = status.as_u16();
    match number {
        401 => report.ok("webhook", "401 to wrong credentials"),
        200..=299 => report.fail(
            "webhook",
            format_args!("accepts wrong credentials (status {number})"),
            "anyone can send results there: the receiver must check user name and password",
        ),
        300..=399 => report.fail(
            "webhook",
            format_args!("redirects (status {number})"),
            "set webhook_url to the address to which it leads",
        ),
        404 | 405 => report.fail(
            "webhook",
            format_args!("nothing receives there (status {number})"),
            "check webhook_url and the receiver",
        ),
        500..=599 => report.fail(
            "webhook",
            format_args!("the receiver fails (status {number})"),
            "look into its log",
        ),
        _ => report.warn(
            "webhook",
            format_args!("status {number} instead of 401 to wrong credentials"),
            "the receiver should check the credentials first",
        ),
    }
}

fn judge_slash(report: &mut Report, status: Option<StatusCode>) {
    let advice = "MedReader may send to either form: let the receiver take both";
    match status.map(|status| status.as_u16()) {
        Some(number @ 200..=299) => report.fail(
            "webhook_slash",
            format_args!("accepts wrong credentials (status {number})"),
            "anyone can send results there: the receiver must check user name and password",
        ),
        Some(number) => report.warn(
            "webhook_slash",
            format_args!("status {number} instead of 401"),
            advice,
        ),
        None => report.warn("webhook_slash", "no answer", advice),
    }
}

fn not_reached(report: &mut Report, error: &Error) {
    let advice = match error.kind() {
        ErrorKind::Config => {
            "it must be https, or this program must be allowed to call it (ALLOW_PLAIN_HTTP=1); \
             an address with a user name or a query is not called"
        }
        _ => "this machine does not reach it: make sure that MedReader does",
    };
    report.minor("webhook", error, Some(advice));
}
