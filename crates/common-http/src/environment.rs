//! Settings from environment variables.
//!
//! A client reads all of its settings first, so that one error names everything that is wrong. The
//! error has the names of the variables and never a value.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
use crate::hosts;
use crate::options::HttpOptions;

const EXTRA_ROOTS: &str = "TLS_EXTRA_ROOTS";
const ANSWER_TIMEOUT: &str = "ANSWER_TIMEOUT_SECS";

impl HttpOptions {
    /// The default options, changed by the settings in the environment.
    ///
    /// | variable | meaning |
    /// | --- | --- |
    /// | `ALLOW_PLAIN_HTTP` | `1`, and nothing else, allows `http://` to other machines |
    /// | `TLS_EXTRA_ROOTS` | a PEM file of certificates that are trusted beside the platform's |
    /// | `ANSWER_TIMEOUT_SECS` | how long an answer may take after the request's last byte |
    ///
    /// Each may be unset. The `from_env` of every client's builder starts with these options. Use
    /// this function if you change them further.
    ///
    /// It reads the file of `TLS_EXTRA_ROOTS`, and does no other I/O.
    ///
    /// # Errors
    /// - `config`: a variable is empty or malformed; the error names it
    /// - `local_io`: the file of `TLS_EXTRA_ROOTS` cannot be read
    pub fn from_env() -> Result<Self> {
        let mut environment = Environment::of_process();
        let options = environment.http();
        environment.finish(options)
    }
}

type LookUp = Box<dyn Fn(&str) -> Option<OsString>>;

/// Reads settings, and notes what is wrong with them. For the clients' `from_env`.
#[doc(hidden)]
pub struct Environment {
    look_up: LookUp,
    problems: Vec<(&'static str, &'static str)>,
    unread_file: Option<Error>,
}

impl Environment {
    /// The environment of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self::new(|name| env::var_os(name))
    }

    /// Any other environment, for tests.
    pub fn new(look_up: impl Fn(&str) -> Option<OsString> + 'static) -> Self {
        Self {
            look_up: Box::new(look_up),
            problems: Vec::new(),
            unread_file: None,
        }
    }

    /// These variables and no others, for tests.
    #[must_use]
    pub fn of(variables: &[(&str, &str)]) -> Self {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), OsString::from(value));
        let variables: Vec<_> = variables.iter().map(own).collect();
        Self::new(move |wanted| {
            let mut variables = variables.iter();
            variables.find_map(|(name, value)| (name == wanted).then(|| value.clone()))
        })
    }

    /// Whether a setting is there, even if it is empty.
    #[must_use]
    pub fn is_set(&self, name: &str) -> bool {
        (self.look_up)(name).is_some()
    }

    /// A setting that may be unset.
    pub fn optional(&mut self, name: &'static str) -> Option<String> {
        match text((self.look_up)(name)?) {
            Ok(text) => Some(text),
            Err(problem) => {
                self.refuse(name, problem);
                None
            }
        }
    }

    /// A setting that must be set. If something is wrong with it, the text is empty.
    pub fn required(&mut self, name: &'static str) -> String {
        if !self.is_set(name) {
            self.refuse(name, "is not set");
        }
        self.optional(name).unwrap_or_default()
    }

    /// A URL of a vendor that may be unset.
    pub fn url(&mut self, name: &'static str) -> Option<String> {
        let url = self.optional(name)?;
        // Whether plain http is allowed is decided by the options with which the client is built.
        if let Err(problem) = hosts::checked(&url, true) {
            self.refuse(name, problem);
        }
        Some(url)
    }

    /// A URL of a vendor that must be set. If something is wrong with it, the text is not used.
    pub fn required_url(&mut self, name: &'static str) -> String {
        if !self.is_set(name) {
            self.refuse(name, "is not set");
        }
        self.url(name).unwrap_or_default()
    }

    /// Whether a setting is `1`, which allows something that is refused by default.
    #[must_use]
    pub fn allows(&self, name: &str) -> bool {
        (self.look_up)(name).is_some_and(|value| value == "1")
    }

    /// The options that all clients share: see [`HttpOptions::from_env`].
    pub fn http(&mut self) -> HttpOptions {
        let mut http = HttpOptions::default().allow_plain_http(self.allows("ALLOW_PLAIN_HTTP"));
        if let Some(file) = self.optional(EXTRA_ROOTS) {
            match fs::read(file) {
                Ok(pem) => http = http.add_root_certificate(pem),
                Err(error) => {
                    let what = "reading the file of TLS_EXTRA_ROOTS";
                    self.unread_file = Some(Error::io(what, error.kind()));
                }
            }
        }
        if let Some(text) = self.optional(ANSWER_TIMEOUT) {
            match seconds(&text) {
                Some(timeout) => http = answered_within(http, timeout),
                None => self.refuse(ANSWER_TIMEOUT, "is not a number of seconds"),
            }
        }
        http
    }

    /// Notes that a setting is wrong.
    pub fn refuse(&mut self, name: &'static str, problem: &'static str) {
        self.problems.push((name, problem));
    }

    /// What was made of the settings, or an error that names all wrong ones.
    ///
    /// # Errors
    /// - `config`: settings are missing or wrong
    /// - `local_io`: a file that a setting names cannot be read
    pub fn finish<T>(self, made: T) -> Result<T> {
        if !self.problems.is_empty() {
            return Err(Error::new(ErrorKind::Config).with_settings(self.problems));
        }
        self.unread_file.map_or(Ok(made), Err)
    }
}

fn text(value: OsString) -> Result<String, &'static str> {
    match value.into_string() {
        Ok(text) if text.is_empty() => Err("is empty"),
        // No URL or header can contain one. Usually it is the newline of a file that was read.
        Ok(text) if text.chars().any(char::is_control) => Err("contains a control character"),
        Ok(text) => Ok(text),
        Err(_) => Err("is not valid UTF-8"),
    }
}

fn seconds(text: &str) -> Option<Duration> {
    let seconds = Duration::try_from_secs_f64(text.parse().ok()?).ok()?;
    (!seconds.is_zero()).then_some(seconds)
}

fn answered_within(http: HttpOptions, timeout: Duration) -> HttpOptions {
    // A call has 60 s by default, which would end before such an answer.
    let call = timeout.saturating_add(Duration::from_secs(30));
    http.head_timeout(timeout)
        .call_timeout(call.max(Duration::from_secs(60)))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn refusal(environment: Environment) -> String {
        let error = environment.finish(()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert_eq!(format!("{error:?}").matches("MARKER").count(), 0);
        error.to_string()
    }

    #[test]
    fn all_that_is_wrong_is_named_at_once_and_no_value() {
        let mut environment = Environment::of(&[
            ("EMPTY", ""),
            ("LINE", "MARKER\n"),
            ("URL", "MARKER"),
            ("GOOD", "EXAMPLE"),
            ("ANSWER_TIMEOUT_SECS", "MARKER"),
        ]);
        assert_eq!(environment.optional("UNSET"), None);
        assert_eq!(environment.optional("GOOD").as_deref(), Some("EXAMPLE"));
        environment.required("MISSING");
        environment.optional("EMPTY");
        environment.required("LINE");
        environment.url("URL");
        environment.required_url("NO_URL");
        environment.http();
        assert_eq!(
            refusal(environment),
            "wrong settings: MISSING is not set, EMPTY is empty, LINE contains a control character, \
             URL is malformed, NO_URL is not set, ANSWER_TIMEOUT_SECS is not a number of seconds \
             (attempts 0, delivery not_sent)"
        );
    }

    #[cfg(unix)]
    #[test]
    fn text_that_is_not_utf_8_is_refused() {
        use std::os::unix::ffi::OsStringExt as _;

        let mut environment = Environment::new(|_| Some(OsString::from_vec(vec![0xff])));
        environment.required("NAME");
        assert!(refusal(environment).contains("NAME is not valid UTF-8"));
    }

    #[test]
    fn only_1_allows() {
        for (value, allows) in [("1", true), ("", false), ("0", false), ("true", false)] {
            let environment = Environment::of(&[("ALLOW", value)]);
            assert_eq!(environment.allows("ALLOW"), allows, "{value}");
        }
        assert!(!Environment::of(&[]).allows("ALLOW"));
    }

    #[test]
    fn the_shared_options_are_set() {
        let defaults = Environment::of(&[]).http();
        assert!(!defaults.allow_plain_http);
        assert_eq!(defaults.timeouts.head, None);

        let variables = [("ALLOW_PLAIN_HTTP", "1"), ("ANSWER_TIMEOUT_SECS", "90.5")];
        let http = Environment::of(&variables).http();
        assert!(http.allow_plain_http);
        assert_eq!(http.timeouts.head, Some(Duration::from_millis(90_500)));
        // The call's own time does not end before that.
        assert_eq!(http.timeouts.call, Duration::from_millis(120_500));
    }

    #[test]
    fn a_time_is_a_positive_number_of_seconds() {
        for text in ["", "0", "-1", "soon", "NaN", " 1", "inf"] {
            assert_eq!(seconds(text), None, "{text}");
        }
        assert_eq!(seconds("0.25"), Some(Duration::from_millis(250)));
    }

    #[test]
    fn roots_are_read_from_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "EXAMPLE").unwrap();
        let path = file.path().to_str().unwrap().to_owned();
        let mut environment = Environment::of(&[(EXTRA_ROOTS, &path)]);
        let http = environment.http();
        assert_eq!(environment.finish(http).unwrap().connection.roots.len(), 1);

        drop(file);
        let mut environment = Environment::of(&[(EXTRA_ROOTS, &path)]);
        environment.http();
        let error = environment.finish(()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LocalIo);
        assert_eq!(error.io_kind(), Some(io::ErrorKind::NotFound));
        assert!(!error.to_string().contains(&path));
    }
}
