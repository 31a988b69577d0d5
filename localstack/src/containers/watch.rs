//! Somebody who outlives this process: a killed one cleans nothing up.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

/// A shell that waits for its input to end, which happens however this process ends, and then removes a container.
#[derive(Debug)]
pub(super) struct Watch(Child);

impl Watch {
    /// In a process group of its own, so that a Ctrl-C for this one does not reach it. Without a shell or Docker's command
    /// line there is nobody to watch, and all the rest works.
    pub fn over(container: &str) -> io::Result<Self> {
        let script = "read -r _; exec docker rm --force --volumes \"$1\"";
        let mut shell = Command::new("sh");
        shell.args(["-c", script, "sh", container]).process_group(0);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().map(Self)
    }
}

/// The container is gone by then, or about to go.
impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        drop(self.0.wait());
    }
}
