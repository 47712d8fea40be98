//! Measures the memory of the process.

/// The peak memory of this process in KiB, as Linux reports it.
///
/// # Panics
/// It cannot be read, as on any other system.
pub fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a file that Linux has");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
    kib.expect("a number of kB").parse().expect("a number")
}
