//! How much memory a process takes.

/// The most memory that this process has had at once, in KiB. Linux tells it.
///
/// # Panics
/// It does not, or this is no Linux.
pub fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux has this file");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
    kib.expect("a number of kB").parse().expect("a number")
}
