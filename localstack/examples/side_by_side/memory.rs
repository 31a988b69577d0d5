//! What processes hold in memory, as Linux tells.

use procfs::process::{Process, all_processes};

use super::light::Failure;

/// MiB of the process.
///
/// # Errors
/// When there is none.
pub fn of_process(id: u32) -> Result<f64, Failure> {
    mebibytes(&Process::new(id.try_into()?)?)
}

/// MiB of all processes of a container.
///
/// # Errors
/// When none of them can be seen.
pub fn of_container(id: &str) -> Result<f64, Failure> {
    let is_inside = |process: &Process| {
        process.cgroups().is_ok_and(|groups| groups.0.iter().any(|group| group.pathname.contains(id)))
    };
    let inside: Vec<_> = all_processes()?.flatten().filter(is_inside).collect();
    if inside.is_empty() {
        return Err(format!("no process of container `{id}` can be seen (is Docker on this machine?)").into());
    }
    inside.iter().map(mebibytes).sum()
}

fn mebibytes(process: &Process) -> Result<f64, Failure> {
    let kibibytes = process.status()?.vmrss.ok_or("a process without memory")?;
    Ok(kibibytes as f64 / 1024.0)
}
