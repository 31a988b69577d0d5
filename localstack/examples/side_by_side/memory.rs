//! What processes hold in memory, as Linux tells.

use std::fs;
use std::path::Path;

/// MiB of the process.
pub fn of_process(id: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes / 1024.0)
}

/// MiB of all processes of a container; nothing when none of them can be seen.
pub fn of_container(id: &str) -> Option<f64> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let inside = processes.filter(|entry| is_inside(&entry.path(), id));
    let held = inside.filter_map(|entry| of_process(entry.file_name().to_str()?.parse().ok()?));
    held.reduce(|sum, process| sum + process)
}

fn is_inside(process: &Path, container: &str) -> bool {
    fs::read_to_string(process.join("cgroup")).is_ok_and(|groups| groups.contains(container))
}
