//! What this process has used: CPU time and memory, as the system counts them.

/// CPU seconds of this process so far, user and system.
pub(super) fn cpu_seconds() -> f64 {
    // fields 14 and 15 of /proc/self/stat, in ticks of a hundredth of a second
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    ticks as f64 / 100.0
}

/// The most memory that was resident, in MiB.
pub(super) fn peak_rss_mib() -> u64 {
    status_mib("self", "VmHWM:")
}

/// The memory of a process that is resident now, in MiB.
pub(super) fn rss_mib(process: u32) -> u64 {
    status_mib(&process.to_string(), "VmRSS:")
}

fn status_mib(process: &str, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// The value below which `share` of the samples lie, in milliseconds.
pub(super) fn percentile(micros: &mut [u64], share: f64) -> f64 {
    if micros.is_empty() {
        return 0.0;
    }
    micros.sort_unstable();
    let index = ((micros.len() as f64 * share) as usize).min(micros.len() - 1);
    micros[index] as f64 / 1_000.0
}

/// Bytes of all files in a folder.
pub(super) fn bytes_in(folder: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|data| data.len()).sum()
}
