//! What this process costs, as the kernel counts it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CpuSet, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};

/// The CPU time of this process, of all its threads.
pub(crate) fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap())
}

/// The CPU time of the child processes that have ended.
pub(crate) fn cpu_of_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // The name of the program, in parentheses, may have spaces.
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let ticks: u64 = fields
        .split(' ')
        .skip(13)
        .take(2)
        .map(|field| field.parse::<u64>().unwrap())
        .sum();
    Duration::from_secs(ticks) / u32::try_from(rustix::param::clock_ticks_per_second()).unwrap()
}

/// The most memory that this process has had at a time, in bytes.
pub(crate) fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.unwrap().trim().strip_suffix(" kB").unwrap();
    kib.parse::<u64>().unwrap() * 1024
}

pub(crate) enum Core {
    Client,
    Server,
}

/// Keeps this thread, and the threads and processes that it starts, on one core: the client on the first, the server on the last.
pub(crate) fn pin(core: Core) {
    let cores = std::thread::available_parallelism().unwrap().get();
    let mut set = CpuSet::new();
    set.set(match core {
        Core::Client => 0,
        Core::Server => cores - 1,
    });
    // Where it may not choose, the system does.
    let _ = sched_setaffinity(None, &set);
}

/// Allows as many open files, and so connections, as the system lets this user have.
pub(crate) fn allow_many_files() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let limit = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, limit).unwrap();
}

/// The free space of a folder's disk, in bytes.
pub(crate) fn free_space(folder: &Path) -> u64 {
    let disk = rustix::fs::statvfs(folder).unwrap();
    disk.f_bavail * disk.f_frsize
}

/// The folder of this program, which is within Cargo's target folder.
pub(crate) fn folder() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    program.parent().unwrap().to_owned()
}
