//! Shows jobs.

use std::collections::BTreeMap;

use examples::courier::{Job, State};
use examples::failure::Failure;
use examples::output;
use serde::Serialize;

#[derive(Serialize)]
struct Document<'a> {
    jobs: &'a [Job],
    counts: BTreeMap<&'static str, usize>,
}

pub(crate) fn jobs(jobs: &[Job], json: bool) -> Result<(), Failure> {
    let count = |state| jobs.iter().filter(|job| job.state == state).count();
    let counts = State::ALL.map(|state| (state.as_str(), count(state)));
    let summary: Vec<_> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| format!("{count} {state}"))
        .collect();
    let mut text: Vec<_> = jobs.iter().map(lines).collect();
    text.push(match jobs {
        [] => "no jobs".to_owned(),
        _ => summary.join(", "),
    });
    let counts = counts.into_iter().collect();
    output::result(json, &Document { jobs, counts }, text.join("\n"))
}

/// A job in a few lines, which fit 80 columns unless its key is long.
pub(crate) fn lines(job: &Job) -> String {
    let key = output::one_line(&job.key);
    let attempts = match job.attempts {
        1 => "1 attempt".to_owned(),
        count => format!("{count} attempts"),
    };
    let mut lines = vec![format!("{:<8} {key}", job.state.as_str())];
    lines.push(format!("{}, {attempts}{}", job.kind, next(job)));
    if let Some(error) = &job.error {
        let field = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        let status = match error["status"].as_u64() {
            Some(status) => format!(", status {status}"),
            None => String::new(),
        };
        lines.push(format!("{}:", field("operation")));
        let (kind, delivery) = (field("kind"), field("delivery"));
        lines.push(format!("{kind}{status}, delivery {delivery}"));
    }
    if let Some(receipt) = &job.receipt {
        let id = match &receipt.remote_id {
            Some(id) => format!(", id {}", output::one_line(id)),
            None => String::new(),
        };
        let (at, bytes, outcome) = (&receipt.at, receipt.bytes, &receipt.outcome);
        lines.push(format!("{at}, {bytes} bytes, {outcome}{id}"));
        lines.push(format!("sha256 {}", receipt.sha256));
    }
    if job.state == State::Doubt {
        lines.push("it may have arrived: look for it at the vendor, then say".to_owned());
        lines.push(settling(&job.key));
        lines.push("or --not-arrived, which sends it again".to_owned());
    }
    lines.join("\n         ")
}

/// The command that settles a job, for a shell.
pub(crate) fn settling(key: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._:@%+=,-".contains(c);
    if key.starts_with('-') || !key.chars().all(is_plain) {
        return format!(
            "courier settle --arrived -- '{}'",
            key.replace('\'', r"'\''")
        );
    }
    format!("courier settle {key} --arrived")
}

/// What a waiting job waits for.
fn next(job: &Job) -> String {
    match (&job.after, job.state) {
        (Some(after), State::Waiting) => format!(", after {}", output::one_line(after)),
        (None, State::Waiting) if job.due_in > 0 => {
            format!(", next in {} s", (job.due_in + 999) / 1000)
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::settling;

    #[test]
    fn a_shell_takes_any_key() {
        assert_eq!(settling("order-17"), "courier settle order-17 --arrived");
        for (key, quoted) in [
            ("-x", "'-x'"),
            ("order 17", "'order 17'"),
            ("a; rm b", "'a; rm b'"),
            ("it's", r"'it'\''s'"),
            ("pedido-ção", "'pedido-ção'"),
        ] {
            assert_eq!(
                settling(key),
                format!("courier settle --arrived -- {quoted}")
            );
        }
    }
}
