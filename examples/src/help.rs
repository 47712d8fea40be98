//! What the `--help` of the programs has in common.

const COMMON_ENVIRONMENT: &str = "
  ALLOW_PLAIN_HTTP     1 allows plain http to other machines: anyone on the
                       network path can then read what is sent
  TLS_EXTRA_ROOTS      PEM file of root certificates that are trusted beside the
                       platform's, for example that of a firewall that inspects
                       TLS
  ANSWER_TIMEOUT_SECS  How long an answer may take after the last byte was sent.
                       By default 30 s, for an upload longer
  RUST_LOG             Log lines on stderr, for example common_http=debug";

const EXIT_STATUS: &str = "0 done; 1 the vendor, the network or a file failed;
2 wrong arguments or settings; 130 stopped by Ctrl-C (143 by SIGTERM)";

/// The end of a program's help: its environment variables, `more`, and the exit status.
///
/// `environment` starts with a newline and has one variable per line; `more` may be empty.
#[must_use]
pub fn after(environment: &str, more: &str) -> String {
    let more = if more.is_empty() {
        String::new()
    } else {
        format!("\n\n{more}")
    };
    format!(
        "Environment:{environment}\n\n\
         Environment of all programs:{COMMON_ENVIRONMENT}{more}\n\n\
         Exit status: {EXIT_STATUS}"
    )
}
