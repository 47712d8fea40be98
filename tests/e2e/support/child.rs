//! Runs tests that need a process of their own, for its environment, limits or memory.
//!
//! Such a test has `#[ignore]`, so it runs only when another test starts it.

use std::process::Stdio;

use tokio::process::Command;

use super::soon;

/// Runs an ignored test of this binary in its own process, after these shell commands.
pub(crate) async fn run(test: &str, shell: &str, environment: &[(&str, &str)]) {
    let script = format!("set -eu; {shell}\nexec \"$0\" \"$@\"");
    let child = Command::new("sh")
        .args(["-c", &script])
        .arg(std::env::current_exe().unwrap())
        .args([test, "--exact", "--ignored", "--nocapture"])
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = soon(child).await.unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    // A name that matches no test would also succeed.
    let ran = output.status.success() && out.contains("test result: ok. 1 passed");
    assert!(ran, "{test}: {}\n{out}\n{err}", output.status);
}
