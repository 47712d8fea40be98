//! The foreign crates that a list of public items names.

/// The crates allowed in signatures, by the rule in ARCHITECTURE.md. serde's traits are defined in
/// `serde_core`.
const PROMISED: [&str; 11] = [
    "alloc",
    "bytes",
    "common_http",
    "core",
    "futures_core",
    "http",
    "serde",
    "serde_core",
    "serde_json",
    "std",
    "url",
];

/// The items of tokio: bodies are read from these, and a download is a reader.
const OF_TOKIO: [&str; 3] = [
    "tokio::fs::file::File",
    "tokio::io::async_read::AsyncRead",
    "tokio::io::read_buf::ReadBuf",
];

/// The one item of axum, and the module that may name it: the feature `axum` adds a router.
const ROUTER: &str = "axum::routing::Router";
const ROUTER_IN: &str = "medreader_client::webhook::";

/// The instants and dates of the features `jiff`, `chrono` and `time`.
const TIMES: [&str; 7] = [
    "chrono::datetime::DateTime",
    "chrono::naive::date::NaiveDate",
    "chrono::offset::utc::Utc",
    "jiff::civil::date::Date",
    "jiff::timestamp::Timestamp",
    "time::date::Date",
    "time::offset_date_time::OffsetDateTime",
];

/// The items of a list that name a crate outside [`PROMISED`].
pub fn unpromised(own: &str, list: &str) -> Vec<String> {
    list.lines()
        .filter(|item| {
            paths(item)
                .into_iter()
                .any(|path| !is_promised(own, item, path))
        })
        .map(str::to_owned)
        .collect()
}

fn is_promised(own: &str, item: &str, path: &str) -> bool {
    let (root, _) = path.split_once("::").unwrap_or((path, ""));
    root == own
        || PROMISED.contains(&root)
        || OF_TOKIO.contains(&path)
        || (own == "common_http" && TIMES.iter().any(|time| is_of(time, path)))
        || (path == ROUTER && own == "medreader_client" && item.contains(ROUTER_IN))
}

/// Whether the path is that of this type, or of an item of it.
fn is_of(kind: &str, path: &str) -> bool {
    let rest = path.strip_prefix(kind);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// The paths in an item that start with a crate: `a::b::C`, but not `T::Error` or `Self::Item`.
fn paths(item: &str) -> Vec<&str> {
    item.split(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == ':'))
        .map(|word| word.trim_matches(':'))
        .filter(|word| word.contains("::"))
        .filter(|word| word.starts_with(|first: char| first.is_lowercase()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{paths, unpromised};

    #[test]
    fn paths_begin_with_a_crate() {
        let item = "pub fn a::B<T>::c(&self, D::Error, &[bytes::bytes::Bytes]) -> impl e::F<Item = ::g::H>";
        assert_eq!(paths(item), ["a::B", "bytes::bytes::Bytes", "e::F", "g::H"]);
    }

    #[test]
    fn a_crate_outside_the_promise_is_found() {
        let sound = "pub fn medreader_client::webhook::router(u8) -> axum::routing::Router\n\
                     pub fn medreader_client::read(impl tokio::io::async_read::AsyncRead)\n\
                     pub fn medreader_client::Id::new(alloc::string::String) -> common_http::Result<Self>";
        assert_eq!(unpromised("medreader_client", sound), [""; 0]);

        let time = "pub fn jiff::timestamp::Timestamp::try_from(&common_http::Timestamp) -> u8";
        assert_eq!(unpromised("common_http", time), [""; 0]);
        assert_eq!(unpromised("medreader_client", time), [time]);
        let other = "pub fn common_http::Timestamp::a() -> jiff::timestamp::TimestampSeries";
        assert_eq!(unpromised("common_http", other), [other]);

        for item in [
            "pub fn medreader_client::a(reqwest::Client)",
            "pub fn medreader_client::a() -> core::result::Result<(), hyper::Error>",
            "pub fn medreader_client::a() -> axum::routing::Router",
            "pub fn medreader_client::webhook::a() -> axum::extract::Request",
            "impl core::convert::From<jiff::Timestamp> for medreader_client::Time",
            "pub fn medreader_client::a(biologix_client::ExamKey)",
            "pub fn medreader_client::a(tokio::sync::Mutex<u8>)",
        ] {
            assert_eq!(unpromised("medreader_client", item), [item]);
        }
    }
}
